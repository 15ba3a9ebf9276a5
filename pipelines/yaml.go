package pipelines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"gopkg.in/yaml.v3"
)

// Limits of a file. Each lies far above what a person writes and far below what hurts.
const (
	maxFileBytes = 1 << 20 // a megabyte of YAML is ten thousand tasks of a hundred bytes
	maxNodes     = 500_000 // with aliases written out: ten of them, ten times nested, are ten thousand million
	maxDepth     = 64      // the format itself needs six
	maxTasks     = 10_000  // what a graph can show and one run can hold in memory
)

// document parses the one YAML document of a file. It returns nil when a problem keeps it from being read.
func (d *decoder) document(src []byte) *yaml.Node {
	if len(src) > maxFileBytes {
		d.report(Error, span{1, 1, 2}, "too-large", fmt.Sprintf("the file has %d bytes; at most %d are read", len(src), maxFileBytes), "split it into several pipelines")
		return nil
	}
	var doc, second yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(src))
	err := decodeNode(dec, &doc)
	if errors.Is(err, io.EOF) || err == nil && (len(doc.Content) == 0 || isNull(doc.Content[0])) {
		if !d.optional { // which may say nothing
			d.report(Error, span{1, 1, 2}, "missing-key", "the file is empty", "a pipeline needs `tasks:`")
		}
		return nil
	}
	if err != nil {
		d.syntaxError(err)
		return nil
	}
	if err := decodeNode(dec, &second); err == nil {
		d.report(Error, d.secondDocument(&second), "multiple-documents", "the file has a second YAML document", "move it into a file of its own")
		return nil
	} else if !errors.Is(err, io.EOF) {
		d.syntaxError(err)
		return nil
	}
	root := doc.Content[0]
	if !d.withinLimits(root) {
		return nil
	}
	return root
}

// decodeNode turns a panic of the parser into an error: a file from a stranger must not stop the runner.
func decodeNode(dec *yaml.Decoder, n *yaml.Node) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("yaml: %v", r)
		}
	}()
	return dec.Decode(n)
}

// secondDocument finds the --- that begins a document.
func (d *decoder) secondDocument(n *yaml.Node) span {
	line := n.Line
	if len(n.Content) > 0 {
		line = n.Content[0].Line
	}
	for i := min(line, len(d.lines)); i > 1; i-- {
		if strings.HasPrefix(d.lines[i-1], "---") {
			return span{i, 1, 4}
		}
	}
	return span{line, 1, 2}
}

// withinLimits counts the nodes as if every alias were written out, and their depth.
func (d *decoder) withinLimits(root *yaml.Node) bool {
	w := weigher{sizes: map[*yaml.Node]int{}}
	size := w.weigh(root, 1)
	switch {
	case w.cycle != nil:
		d.fail(w.cycle, "yaml-syntax", "an anchor cannot stand inside itself", "anchor %q contains itself", w.cycle.Value)
	case w.deep != nil:
		d.fail(w.deep, "too-large", "flatten it", "the file is nested deeper than %d levels", maxDepth)
	case size >= maxNodes:
		at := root
		if w.bomb != nil {
			at = w.bomb
		}
		d.fail(at, "too-large", "use fewer aliases, or split the file", "the file has more than %d values when its aliases are written out", maxNodes)
	default:
		return true
	}
	return false
}

// weigher sums up nodes; the sizes of what anchors stand for are remembered, so that its own work is linear.
type weigher struct {
	sizes       map[*yaml.Node]int // -1: being weighed
	cycle, deep *yaml.Node
	bomb        *yaml.Node // the alias at which the sum went over the limit
}

func (w *weigher) weigh(n *yaml.Node, depth int) int {
	if depth > maxDepth {
		if w.deep == nil {
			w.deep = n
		}
		return 1
	}
	if n.Kind == yaml.AliasNode {
		return w.alias(n, depth)
	}
	if n.Anchor != "" {
		w.sizes[n] = -1
	}
	size := 1
	for _, child := range n.Content {
		size = min(size+w.weigh(child, depth+1), maxNodes)
		if size >= maxNodes && w.bomb == nil && child.Kind == yaml.AliasNode {
			w.bomb = child
		}
	}
	if n.Anchor != "" {
		w.sizes[n] = size
	}
	return size
}

func (w *weigher) alias(n *yaml.Node, depth int) int {
	size, known := w.sizes[n.Alias]
	if size < 0 {
		if w.cycle == nil {
			w.cycle = n
		}
		return 1
	}
	if !known {
		return w.weigh(n.Alias, depth)
	}
	return size
}

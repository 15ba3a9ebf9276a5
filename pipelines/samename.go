package pipelines

import (
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// sameNames takes out pipelines that claim one name: neither can be told from the other, so neither is loaded.
func (l *loader) sameNames() {
	byName := map[string][]*Pipeline{}
	for _, p := range l.project.Pipelines {
		byName[p.Name] = append(byName[p.Name], p)
	}
	l.project.Pipelines = slices.DeleteFunc(l.project.Pipelines, func(p *Pipeline) bool {
		same := byName[p.Name]
		if len(same) == 1 {
			return false
		}
		var others []string
		for _, q := range same {
			if q != p {
				others = append(others, q.File)
			}
		}
		at := p.namePlace()
		l.project.Problems = append(l.project.Problems, Problem{
			File: p.File, Line: at.line, Column: at.col, EndColumn: at.end, Severity: Error, Code: "duplicate-name",
			Message: fmt.Sprintf("pipeline %q is also in %s", p.Name, strings.Join(others, ", ")),
			Help:    "rename one of them with `pipeline:`",
		})
		l.project.Broken = append(l.project.Broken, BrokenFile{p.File, p.Name})
		return true
	})
}

// namePlace finds the value of `pipeline:` again; it is wanted too seldom to be kept.
func (p *Pipeline) namePlace() span {
	d := decoder{lines: splitLines([]byte(p.Source))}
	var doc yaml.Node
	if yaml.Unmarshal([]byte(p.Source), &doc) != nil {
		return span{1, 1, 2}
	}
	for _, e := range d.entries(doc.Content[0], "a pipeline") {
		if e.key.Value == "pipeline" {
			return d.clamp(d.span(e.value))
		}
	}
	return span{1, 1, 2}
}

func readLimited(f fs.File) ([]byte, error) {
	return io.ReadAll(io.LimitReader(f, maxFileBytes+1))
}

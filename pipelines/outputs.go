package pipelines

import (
	"fmt"
	"path"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

// maxOutputs bounds the globs of one task: each is looked for when it ends.
const maxOutputs = 100

// outputs reads globs of files that the task makes. They may hold expressions, and be
// absolute.
func (d *decoder) outputs(n *yaml.Node) []*Template {
	var list []*Template
	for _, item := range d.items(n) {
		t := d.template(item, "an entry of outputs")
		if t == nil {
			continue
		}
		text, plain := t.literal()
		switch {
		case t.source == "":
			d.fail(item, "out-of-range", "", "an entry of outputs is empty")
		case plain && !doublestar.ValidatePattern(path.Clean(text)):
			d.fail(item, "out-of-range", "write a path or a glob such as out/*.csv", "%q is not a glob", short(text))
		case len(list) == maxOutputs:
			d.fail(item, "too-large", "write a glob, or a directory", "a task may have %d outputs", maxOutputs)
			return list
		default:
			list = append(list, t)
		}
	}
	return list
}

// OutputGlobs renders the task's outputs for an attempt: each relative to the project's
// root, or absolute.
func (t *Task) OutputGlobs(c *Context) ([]string, error) {
	if len(t.Outputs) == 0 {
		return nil, nil
	}
	in, _, err := t.environment(c)
	if err != nil {
		return nil, err
	}
	globs := make([]string, len(t.Outputs))
	for i, x := range t.Outputs {
		if globs[i], err = x.Render(in); err != nil {
			return nil, fmt.Errorf("outputs: %w", err)
		}
	}
	return globs, nil
}

package pipelines

import (
	"path"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
	"gopkg.in/yaml.v3"
)

// inputs reads globs that stay inside the project and match a file.
func (d *decoder) inputs(n *yaml.Node) []string {
	var list []string
	for _, item := range d.items(n) {
		pattern, ok := d.text(item, "an entry of inputs")
		if !ok {
			continue
		}
		pattern = strings.TrimPrefix(pattern, "./")
		switch clean := path.Clean(pattern); {
		case strings.Contains(pattern, opening):
			d.fail(item, "bad-expression", "inputs are the same for every interval; write a glob", "inputs cannot have expressions")
		case pattern == "":
			d.fail(item, "out-of-range", "", "an entry of inputs is empty")
		case path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../"):
			d.fail(item, "path-escapes", "inputs are relative to the project's root and stay inside it", "%q leads out of the project", short(pattern))
		case !doublestar.ValidatePattern(clean):
			d.fail(item, "out-of-range", "write a glob such as sql/**/*.sql", "%q is not a glob", short(pattern))
		default:
			list = append(list, clean)
			d.inputFiles(item, clean)
		}
	}
	return list
}

// inputFiles reports a glob that matches nothing, too much, or what cannot be read.
func (d *decoder) inputFiles(n *yaml.Node, pattern string) {
	if d.files == nil {
		return
	}
	found := d.files.glob(pattern)
	if len(found) > maxInputFiles {
		d.fail(n, "too-large", "narrow the glob", "%q matches %d files; at most %d are read", short(pattern), len(found), maxInputFiles)
		return
	}
	if len(found) == 0 {
		if d.files.escapes(pattern) {
			d.fail(n, "path-escapes", "inputs stay inside the project, links resolved", "%q is a link out of the project", short(pattern))
			return
		}
		d.fail(n, "missing-file", d.files.nearestFile(pattern), "%q matches no file", short(pattern))
	}
	for _, name := range found {
		if _, err := d.files.digest(name); err != nil {
			if d.files.escapes(name) {
				d.fail(n, "path-escapes", "inputs stay inside the project, links resolved", "%q is a link out of the project", short(name))
			} else {
				d.fail(n, "missing-file", "", "cannot read %q: %v", name, cause(err))
			}
		}
	}
}

package pipelines

import (
	"path"
	"strings"

	"gopkg.in/yaml.v3"
)

// Secret is a variable whose value is fetched when an attempt starts, and is in no
// definition: exactly one of File, Env and Command says from where.
type Secret struct {
	Name    string   `json:"name"`
	File    string   `json:"file,omitempty"`    // relative to the project's root, or absolute
	Env     string   `json:"env,omitempty"`     // of the runner
	Command []string `json:"command,omitempty"` // what it prints; without a shell
}

// secrets reads {NAME: {file|env|command}} and returns it behind what is inherited.
func (d *decoder) secrets(n *yaml.Node, inherited []Secret) []Secret {
	list := inherited[:len(inherited):len(inherited)]
	if n == nil || isNull(n) {
		return list
	}
	for _, e := range d.entries(n, "secrets") {
		if d.variable(e.key) {
			list = append(list, d.secret(e))
		}
	}
	return list
}

func (d *decoder) secret(e entry) Secret {
	s := Secret{Name: e.key.Value}
	what := "secret " + quote(s.Name)
	if e.value.Kind != yaml.MappingNode {
		d.fail(e.value, "wrong-type", "write {env: NAME}, {file: path} or {command: [program, argument]}", "%s says where its value comes from, not the value", what)
		return s
	}
	has := d.object(e.value, what, nil, []field{
		{"file", func(_, v *yaml.Node) { s.File = d.literalText(v, "file") }},
		{"env", func(_, v *yaml.Node) { s.Env = d.literalText(v, "env") }},
		{"command", func(_, v *yaml.Node) {
			for _, word := range d.items(v) {
				s.Command = append(s.Command, d.literalText(word, "command"))
			}
			if len(s.Command) == 0 {
				d.fail(v, "missing-key", "write [program, argument]", "command is empty")
			}
		}},
	})
	if len(has) != 1 {
		if len(has) > 1 || len(e.value.Content) == 0 {
			d.countKeys(e.value, len(has), what, "one of file, env and command")
		}
	}
	return s
}

// literalText reads a text that is not empty and holds no expression.
func (d *decoder) literalText(n *yaml.Node, what string) string {
	text, ok := d.text(n, what)
	switch {
	case ok && text == "":
		d.fail(n, "out-of-range", "", "%s is empty", what)
	case strings.Contains(text, opening):
		d.fail(n, "bad-expression", "", "%s cannot have expressions", what)
	}
	return text
}

// envFiles reads paths of files with NAME=value lines, inside the project.
func (d *decoder) envFiles(n *yaml.Node, inherited []string) []string {
	list := inherited[:len(inherited):len(inherited)]
	if n == nil || isNull(n) {
		return list
	}
	for _, item := range d.items(n) {
		clean := path.Clean(d.literalText(item, "env_file"))
		if path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../") || d.files != nil && d.files.escapes(clean) {
			d.fail(item, "path-escapes", "an env_file is relative to the project's root and stays inside it", "%q leads out of the project", short(item.Value))
			continue
		}
		list = append(list, clean)
	}
	return list
}

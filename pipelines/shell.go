package pipelines

import (
	"strings"

	"gopkg.in/yaml.v3"
)

// defaultShell runs a text; the text is its last argument.
var defaultShell = []string{"sh", "-c"}

// shell reads the program that runs a text: its name, which gets -c, or all its arguments.
func (d *decoder) shell(n *yaml.Node) []string {
	words := d.texts(n, "shell")
	for _, word := range words {
		if word == "" || strings.Contains(word, opening) {
			d.fail(n, "out-of-range", "write shell: bash, or shell: [bash, -euo, pipefail, -c]", "shell is a program, or a list of it and its arguments")
			return nil
		}
	}
	switch {
	case len(words) == 0:
		if n.Kind == yaml.SequenceNode {
			d.fail(n, "missing-key", "write shell: bash", "shell is empty")
		}
		return nil
	case n.Kind != yaml.SequenceNode && strings.Contains(words[0], " "):
		d.fail(n, "out-of-range", "write shell: ["+strings.Join(strings.Fields(words[0]), ", ")+", -c]", "shell is one program; its arguments make it a list")
	case n.Kind != yaml.SequenceNode:
		return []string{words[0], "-c"}
	}
	return words
}

// checkShell refuses a shell for a command that needs none.
func (d *decoder) checkShell(n *yaml.Node, t *Task) {
	if n != nil && t.Shell == nil && len(t.Argv) > 0 {
		d.fail(n, "conflicting-keys", "write run as a text, or leave out shell", "a list in run is started without a shell")
	}
}

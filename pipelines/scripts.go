package pipelines

import (
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

// interpreters take a script as their first argument that is no option.
var interpreters = []string{
	"sh", "bash", "zsh", "dash", "python", "python3", "node", "ruby", "perl", "Rscript", "Rscript.exe", "lua", "php",
	"julia", "deno", "bun", "uv", "source", ".",
}

// scripts warns of a command without a shell that names a script which is not there. It is no error: another task
// may write it.
func (d *decoder) scripts(t *Task, n *yaml.Node) {
	if d.files == nil || t.Workdir != nil || len(t.Argv) != len(n.Content) {
		return
	}
	i := scriptIndex(t.Argv)
	if i < 0 {
		return
	}
	name, _ := t.Argv[i].literal()
	clean := path.Clean(name)
	if path.IsAbs(clean) || strings.HasPrefix(clean, "../") || clean == ".." || d.files.exists(clean) || d.files.escapes(clean) {
		return
	}
	at := resolve(n.Content[i])
	d.report(Warning, d.span(at), "missing-file", "script "+quote(short(name))+" does not exist", d.files.nearestFile(clean))
}

// scriptIndex returns the argument that is a script of the project, or -1.
func scriptIndex(argv []*Template) int {
	program, ok := argv0(argv)
	switch {
	case !ok:
		return -1
	case strings.Contains(program, "/") && !path.IsAbs(program):
		return 0
	case len(argv) < 2 || !slices.Contains(interpreters, path.Base(program)):
		return -1
	}
	script, ok := argv[1].literal()
	if !ok || script == "" || script[0] == '-' || path.Ext(script) == "" && !strings.Contains(script, "/") {
		return -1
	}
	return 1
}

func argv0(argv []*Template) (string, bool) {
	if len(argv) == 0 {
		return "", false
	}
	return argv[0].literal()
}

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// selected runs a verb that prints which pipelines its argument means.
func selected(t *testing.T, argv ...string) (code int, out, errors string) {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"etl_eu", "etl_us", "report"} {
		file := filepath.Join(root, "pipelines", name+".yaml")
		if _, err := writeNew(file, "tasks: {t: {run: 'true'}}\n"); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(root, "tidemark.yaml"), []byte("state_dir: var\n"), 0o666); err != nil {
		t.Fatal(err)
	}
	var o, e strings.Builder
	p := &program{out: &o, err: &e, env: os.LookupEnv, terminal: func(any) bool { return false }}
	p.verbs = []*verb{{name: "which", args: "PIPELINE", group: groupLook, flags: []cli.Flag{regexFlag()}, run: func(c *call) error {
		found, err := c.Pipelines(c.Args[0])
		if err != nil {
			return err
		}
		for _, p := range found {
			c.Printf("%s ", p.Name)
		}
		db, err := c.Database()
		rel, _ := filepath.Rel(root, db)
		c.Printf("%s", filepath.ToSlash(rel))
		return err
	}}}
	code = p.main(append([]string{"which", "--project", root}, argv...))
	return code, o.String(), e.String()
}

func TestPipelinesAreNamedOrMatched(t *testing.T) {
	for _, c := range []struct {
		argv string
		code int
		out  string
		err  string
	}{
		{"report", 0, "report var/state.db", ""},
		{"-R ^etl_", 0, "etl_eu etl_us var/state.db", ""},
		{"t -R", 0, "etl_eu etl_us report var/state.db", ""},
		{"etl", 2, "", `no pipeline is named "etl"`},
		{"-R sales", 6, "", `no pipeline's name matches "sales"`},
		{"-R (", 2, "", "is not a regular expression: missing closing )"},
	} {
		code, out, err := selected(t, strings.Fields(c.argv)...)
		if code != c.code || out != c.out || !strings.Contains(err, c.err) {
			t.Errorf("%s: exit %d, stdout %q, stderr %q", c.argv, code, out, err)
		}
	}
}

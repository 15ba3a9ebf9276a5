package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// runOne runs a program that has one verb, "try", in a pipe.
func runOne(run func(*call) error, argv ...string) (code int, out, err string) {
	var o, e strings.Builder
	p := &program{out: &o, err: &e, env: func(string) (string, bool) { return "", false },
		terminal: func(any) bool { return false }, verbs: []*verb{{name: "try", group: groupOther, run: run}}}
	code = p.main(append([]string{"try"}, argv...))
	return code, o.String(), e.String()
}

func TestADefectIsASentence(t *testing.T) {
	broken := func(c *call) error { return errors.New(c.Args[1]) } // there is none
	code, out, err := runOne(broken)
	if code != 1 || out != "" || !strings.HasPrefix(err, "error: tidemark met a defect") || strings.Contains(err, "goroutine") {
		t.Errorf("exit %d, stdout %q, stderr %q", code, out, err)
	}
	if _, out, _ = runOne(broken, "-o", "json"); !strings.Contains(out, `"code": "internal"`) {
		t.Errorf("stdout %q", out)
	}
}

func TestErrorsHaveExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		code int
		says string
	}{
		{nil, 0, ""},
		{exit(4), 4, ""},
		{errors.New("the disk is full"), 1, "error: the disk is full\n"},
		{fmt.Errorf("while looking: %w", usage("x", "no", "try yes")), 2, "error: no\n  help: try yes\n"},
		{fmt.Errorf("clear: %w", &plan.Refusal{Code: "no-match", Message: "none", Help: "look"}), 6, "error: none\n  help: look\n"},
		{&plan.Refusal{Code: "end-before-start", Message: "back"}, 2, "error: back\n"},
		{context.Canceled, 130, "error: interrupted\n"},
		{&failure{Code: "stale-plan", Exit: 2, Message: "moved", Problems: []string{"a", "b"}}, 2, "error: moved\n  a\n  b\n"},
	} {
		code, _, says := runOne(func(*call) error { return c.err })
		if code != c.code || says != c.says {
			t.Errorf("%v: exit %d, stderr %q", c.err, code, says)
		}
	}
}

func TestNotesAreForPeople(t *testing.T) {
	talk := func(c *call) error {
		c.Note("note %d", 1)
		c.Detail("detail")
		c.Warn("careful")
		c.Printf("result\n")
		return nil
	}
	for flags, want := range map[string]string{
		"":   "note 1\nwarning: careful\n",
		"-v": "note 1\ndetail\nwarning: careful\n",
		"-q": "warning: careful\n",
	} {
		_, out, err := runOne(talk, strings.Fields(flags)...)
		if out != "result\n" || err != want {
			t.Errorf("%q: stdout %q, stderr %q", flags, out, err)
		}
	}
}

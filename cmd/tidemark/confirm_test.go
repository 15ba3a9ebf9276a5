package main

import (
	"context"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/urfave/cli/v2"
)

// ask runs a verb that only asks, as if a person sat there or not, and returns its exit code.
func ask(person bool, rows int, answer string, flags ...string) (code int, errors string) {
	var out, err strings.Builder
	v := &verb{name: "clear", group: groupChange, flags: []cli.Flag{yesFlag()}, run: func(c *call) error {
		return c.Confirm(question{verb: "clear", count: rows, noun: "task instance"})
	}}
	p := &program{in: strings.NewReader(answer), out: &out, err: &err, verbs: []*verb{v},
		env: func(string) (string, bool) { return "", false }, terminal: func(any) bool { return person }}
	return p.main(append([]string{"clear", "--color=never"}, flags...)), err.String()
}

func TestAChangeIsConfirmed(t *testing.T) {
	for _, c := range []struct {
		name   string
		person bool
		rows   int
		answer string
		flags  []string
		code   int
		says   string
	}{
		{"yes", true, 23, "y\n", nil, 0, "Clear 23 task instances? [y/N] "},
		{"the default is no", true, 23, "\n", nil, 2, "nothing was changed"},
		{"an end of input is no", true, 23, "", nil, 2, "nothing was changed"},
		{"nobody to ask", false, 23, "y\n", nil, 2, "help: add -y to do it, or --dry-run to look"},
		{"nobody to ask, but -y", false, 23, "", []string{"-y"}, 0, ""},
		{"many rows want their number", true, 1506, "1506\n", nil, 0, "More than 1,000 rows change. Type 1506 to clear"},
		{"the number may be grouped", true, 1506, "1,506\n", nil, 0, "Type 1506"},
		{"many rows are not a yes", true, 1506, "y\n", nil, 2, "nothing was changed"},
		{"a thousand is not many", true, 1000, "y\n", nil, 0, "Clear 1,000 task instances?"},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, errors := ask(c.person, c.rows, c.answer, c.flags...)
			if code != c.code || !strings.Contains(errors, c.says) {
				t.Errorf("exit %d, want %d; stderr: %q", code, c.code, errors)
			}
		})
	}
}

func TestAnInterruptedQuestionChangesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	in, _ := io.Pipe() // nobody ever answers
	c := &call{Ctx: ctx, In: in, Err: io.Discard}
	_, err := c.readLine()
	if !errors.Is(err, context.Canceled) || asFailure(err).Exit != exitInterrupted {
		t.Errorf("got %v", err)
	}
}

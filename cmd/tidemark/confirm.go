package main

import (
	"bufio"
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// question is what a person is asked before something changes.
type question struct {
	verb  string // "clear"
	count int    // how many rows change
	noun  string // "task instance"
}

// Confirm returns nil when a person, or -y, agrees. Where nobody can be asked it refuses.
func (c *call) Confirm(q question) error {
	if c.Bool("yes") {
		return nil
	}
	what := prose.Plural(q.count, q.noun)
	if !c.program.terminal(c.In) || !c.program.terminal(c.Err) {
		return usage("no-confirmation",
			fmt.Sprintf("%s would change %s and nobody can be asked, for this is not a terminal", q.verb, what),
			"add -y to do it, or --dry-run to look")
	}
	wanted := []string{"y", "yes"}
	prompt := fmt.Sprintf("%s %s? [y/N] ", title(q.verb), what)
	if q.count > plan.TypeFrom {
		number := fmt.Sprint(q.count)
		wanted = []string{number, prose.Number(q.count)}
		prompt = fmt.Sprintf("More than %s rows change. Type %s to %s, anything else to stop: ", prose.Number(plan.TypeFrom), number, q.verb)
	}
	fmt.Fprint(c.Err, prompt)
	answer, err := c.readLine()
	if err != nil {
		return err
	}
	for _, w := range wanted {
		if strings.EqualFold(answer, w) {
			return nil
		}
	}
	return usage("declined", "nothing was changed", "")
}

// readLine reads one line, or gives up when the call is interrupted. The reading goroutine
// then ends with the process.
func (c *call) readLine() (string, error) {
	type result struct {
		text string
		err  error
	}
	read := make(chan result, 1)
	go func() {
		text, err := bufio.NewReader(c.In).ReadString('\n')
		read <- result{text, err}
	}()
	select {
	case <-c.Ctx.Done():
		fmt.Fprintln(c.Err)
		return "", c.Ctx.Err()
	case r := <-read:
		if r.err != nil && r.err != io.EOF {
			return "", fmt.Errorf("cannot read the answer: %w", r.err)
		}
		return strings.TrimSpace(r.text), nil
	}
}

// Progress makes what --progress asks for, on Err. With -q there is none.
func (c *call) Progress() ui.Progress {
	mode := c.String("progress")
	if c.Bool("quiet") {
		mode = "none"
	}
	return ui.NewProgress(mode, c.Err, c.ErrTm, c.Env)
}

func title(s string) string {
	if s == "" {
		return s
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// yesFlag is -y of every verb that asks.
func yesFlag() cli.Flag {
	return &cli.BoolFlag{Name: "yes", Aliases: []string{"y"}, Usage: "do it without asking"}
}

package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
)

// call is one invocation of a verb: what it was asked, where it looks and where it writes.
// Results go to Out, everything else to Err.
type call struct {
	*cli.Context // the flags: c.String("task-regex"), c.Bool("dry-run"), c.IsSet("count")
	Ctx          context.Context
	Args         []string

	In     io.Reader
	Out    io.Writer
	Err    io.Writer
	Format string      // text, json, jsonl, or one of the verb's own
	Term   ui.Terminal // of Out
	ErrTm  ui.Terminal // of Err
	Env    func(string) string

	verb    *verb
	program *program
	project *pipelines.Project // once it is loaded
	files   *pipelines.Reader  // what loaded it whole, and can again
}

// newCall checks what every verb has in common.
func (p *program) newCall(ctx *cli.Context, v *verb, out io.Writer) (*call, error) {
	c := &call{
		Context: ctx, Ctx: ctx.Context, Args: ctx.Args().Slice(),
		In: p.in, Out: out, Err: p.err, Format: ctx.String("output"), Env: p.lookup,
		verb: v, program: p,
	}
	if err := c.oneOf("output", v.formats()); err != nil {
		return nil, err
	}
	if err := c.oneOf("color", []string{"auto", "always", "never"}); err != nil {
		return nil, err
	}
	if err := c.oneOf("progress", []string{"auto", "tty", "plain", "none"}); err != nil {
		return nil, err
	}
	if p.asked != nil {
		c.project = p.asked.project
	}
	c.Term = p.look(p.out, ctx.String("color"))
	c.ErrTm = p.look(p.err, ctx.String("color"))
	return c, nil
}

// oneOf refuses a flag value that is not in the list.
func (c *call) oneOf(flag string, allowed []string) error {
	value := c.String(flag)
	if slices.Contains(allowed, value) {
		return nil
	}
	help := "one of: " + strings.Join(allowed, ", ")
	if near := pipelines.Nearest(value, allowed); near != "" {
		help = fmt.Sprintf("did you mean %q? %s", near, help)
	}
	return usage("bad-value", fmt.Sprintf("--%s of %s cannot be %q", flag, c.verb.path(), value), help)
}

// Arg returns the i-th argument, or "".
func (c *call) Arg(i int) string {
	if i < len(c.Args) {
		return c.Args[i]
	}
	return ""
}

// JSON says whether the result is a document for programs.
func (c *call) JSON() bool { return c.Format == "json" || c.Format == "jsonl" }

// Printf writes to the result.
func (c *call) Printf(format string, args ...any) { fmt.Fprintf(c.Out, format, args...) }

// Note tells a person something that is not the result. With -q it is silent.
func (c *call) Note(format string, args ...any) {
	if !c.Bool("quiet") {
		fmt.Fprintf(c.Err, format+"\n", args...)
	}
}

// Detail is a note for those who asked for more with -v.
func (c *call) Detail(format string, args ...any) {
	if c.Bool("verbose") {
		fmt.Fprintf(c.Err, format+"\n", args...)
	}
}

// Warn tells a person what may be wrong, also with -q.
func (c *call) Warn(format string, args ...any) {
	fmt.Fprintln(c.Err, c.ErrTm.Yellow("warning:"), fmt.Sprintf(format, args...))
}

// Table writes a table to the result: aligned on a terminal, tab-separated elsewhere.
func (c *call) Table(t *ui.Table) error { return t.Write(c.Out, c.Term) }

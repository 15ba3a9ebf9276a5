package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
)

// program is one execution of tidemark: its streams, its environment and the instant it began.
type program struct {
	in       io.Reader
	out, err io.Writer
	env      func(string) (string, bool)
	began    time.Time
	terminal func(stream any) bool // whether a person is at the stream
	verbs    []*verb

	output, color string // as asked for, also by a command line that could not be read
	asked         *asked // over HTTP; nil: on the command line
}

// Main is the whole program. It returns the exit code.
func Main(argv []string, in io.Reader, out, err io.Writer, env func(string) (string, bool)) int {
	p := &program{in: in, out: out, err: err, env: env, began: time.Now(), terminal: ui.IsTerminal, verbs: verbs()}
	return p.main(argv)
}

func (p *program) main(argv []string) (code int) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first interrupt asks; with the handler gone, the second one kills.
	context.AfterFunc(ctx, stop)
	defer func() {
		if r := recover(); r != nil {
			code = p.report(p.defect(r, debug.Stack()))
		}
	}()
	return p.report(p.run(ctx, argv))
}

// run parses the command line and carries its verb out.
func (p *program) run(ctx context.Context, argv []string) error {
	l, err := arrange(argv, p.verbs, globalFlags())
	p.output, p.color = l.wants("output", "-o", argv), l.wants("color", "", argv)
	switch {
	case err != nil:
		return err
	case l.help:
		return p.help(p.out, l.verb, p.look(p.out, p.color))
	case l.verb == nil && p.output != "":
		return usage("missing-command", "no command is given", "see: tidemark --help")
	case l.verb == nil:
		if err := p.help(p.err, nil, p.look(p.err, p.color)); err != nil {
			return err
		}
		return exit(exitUsage)
	}
	return p.app(l).RunContext(ctx, l.argv())
}

// app has the flags of one verb, all in one set; arrange has done the rest.
func (p *program) app(l line) *cli.App {
	return &cli.App{
		Name:                      "tidemark",
		Flags:                     l.verb.allFlags(),
		HideHelp:                  true,
		HideVersion:               true,
		DisableSliceFlagSeparator: true,
		Writer:                    io.Discard,
		ErrWriter:                 io.Discard,
		ExitErrHandler:            func(*cli.Context, error) {},
		OnUsageError: func(_ *cli.Context, err error, _ bool) error {
			return usage("bad-value", err.Error(), l.verb.helpHint())
		},
		Action: func(ctx *cli.Context) error {
			out := &result{Writer: p.out}
			c, err := p.newCall(ctx, l.verb, out)
			if err != nil {
				return err
			}
			if err := l.verb.run(c); err != nil {
				return err
			}
			return out.err
		},
	}
}

// lookup returns the value of an environment variable, empty where it is not set.
func (p *program) lookup(name string) string {
	v, _ := p.env(name)
	return v
}

// look finds out what a stream can show.
func (p *program) look(w io.Writer, color string) ui.Terminal {
	return ui.Detect(w, p.terminal(w), p.lookup, color)
}

// defect is what a person reads when the program itself is wrong.
func (p *program) defect(cause any, stack []byte) *failure {
	if p.lookup("TIDEMARK_TRACE") != "" {
		fmt.Fprintf(p.err, "%v\n%s", cause, stack)
	}
	return &failure{
		Code: "internal", Exit: 1,
		Message: "tidemark met a defect of its own and stopped; your pipelines are not the cause",
		Help:    "report it with what this command prints when TIDEMARK_TRACE=1 is set",
	}
}

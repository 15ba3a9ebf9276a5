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
}

// Main is the whole program. It returns the exit code.
func Main(argv []string, in io.Reader, out, err io.Writer, env func(string) (string, bool)) (code int) {
	p := &program{in: in, out: out, err: err, env: env, began: time.Now()}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	// The first interrupt asks; with the handler gone, the second one kills.
	context.AfterFunc(ctx, stop)
	defer func() {
		if r := recover(); r != nil {
			code = p.report(argv, p.defect(r, debug.Stack()))
		}
	}()
	return p.report(argv, p.run(ctx, argv))
}

// run parses the command line and carries its verb out.
func (p *program) run(ctx context.Context, argv []string) error {
	l, err := arrange(argv, verbs(), globalFlags())
	if err != nil {
		return err
	}
	term := ui.Detect(p.out, p.lookup, "auto")
	switch {
	case l.help:
		return p.help(p.out, l.verb, term)
	case l.verb == nil:
		if err := p.help(p.err, nil, ui.Detect(p.err, p.lookup, "auto")); err != nil {
			return err
		}
		return exit(2)
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
			c, err := p.newCall(ctx, l.verb)
			if err != nil {
				return err
			}
			return l.verb.run(c)
		},
	}
}

// lookup returns the value of an environment variable, empty where it is not set.
func (p *program) lookup(name string) string {
	v, _ := p.env(name)
	return v
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

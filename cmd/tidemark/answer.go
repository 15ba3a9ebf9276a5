package main

import (
	"bytes"
	"context"
	"io"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
	"github.com/tidemark-dev/tidemark/runner/web"
)

// asked is a call that came over HTTP. Its document is handed over instead of printed, and
// it never looks at paths: PIPELINE is a name.
type asked struct {
	who      sqlite.Actor
	digest   string // of the plan that was agreed to; "": none was
	project  *pipelines.Project
	document any
}

// answerer carries out verbs for the pages and the API, in this process: one way to check
// arguments, to plan and to build a document, whoever asks.
type answerer struct {
	program *program
	globals []string                  // --project, --db
	now     func() string             // for --now; "": the machine's clock
	project func() *pipelines.Project // as it was read last
}

func (by *answerer) answer(ctx context.Context, cmd web.Command) (answer web.Answer) {
	var raw bytes.Buffer
	a := &asked{who: sqlite.Actor{User: cmd.Who.User, Host: cmd.Who.Host}, digest: cmd.Digest, project: by.project()}
	sub := &program{in: strings.NewReader(""), out: &raw, err: io.Discard, env: by.program.env, began: time.Now(),
		terminal: func(any) bool { return false }, verbs: verbs(), asked: a}
	defer func() {
		if r := recover(); r != nil {
			answer = web.Answer{Failure: failureOf(by.program.defect(r, debug.Stack()))}
		}
	}()
	err := sub.run(ctx, by.argv(cmd))
	if err != nil && a.document == nil { // a document that comes with an exit code says itself what is wrong
		return web.Answer{Failure: failureOf(asFailure(err))}
	}
	return web.Answer{Document: a.document, Write: func(w io.Writer) error {
		if a.document != nil {
			return writeDocument(w, a.document, true)
		}
		_, err := w.Write(raw.Bytes()) // a list that was printed row by row
		return err
	}}
}

// argv is the command line that a command stands for. Values never look like flags.
func (by *answerer) argv(cmd web.Command) []string {
	argv := slices.Concat(by.globals, strings.Fields(cmd.Verb))
	if now := by.now(); now != "" {
		argv = append(argv, "--now="+now)
	}
	for _, f := range cmd.Flags {
		argv = append(argv, "--"+f.Name+"="+f.Value)
	}
	return slices.Concat(argv, []string{"--output=json", "--"}, cmd.Args)
}

func failureOf(f *failure) *web.Failure {
	return &web.Failure{Code: f.Code, Exit: f.Exit, Message: f.Message, Help: f.Help, Problems: f.Problems}
}

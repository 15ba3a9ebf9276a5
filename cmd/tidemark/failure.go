package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// The exit codes, as docs/cli.md promises them.
const (
	exitFailed      = 1 // a task failed, or a run cannot go on
	exitUsage       = 2 // usage, unknown pipeline, refused
	exitInvalid     = 3 // a definition is invalid
	exitPlan        = 4 // --detailed-exitcode: the plan is not empty
	exitHeld        = 5 // another runner holds the database
	exitNoMatch     = 6 // the selection matched nothing
	exitInterrupted = 130
)

// failure is an error in words for people, with a code for programs.
type failure struct {
	Code     string // kebab-case, stable
	Exit     int
	Message  string
	Help     string   // what to do next; may be empty
	Problems []string // one line each; may be empty

	text string // printed before the message in text mode: problems with their excerpts
}

// Error is the message.
func (f *failure) Error() string { return f.Message }

// usage is a command line that cannot be carried out.
func usage(code, message, help string) *failure {
	return &failure{Code: code, Exit: exitUsage, Message: message, Help: help}
}

// exit ends the program with a code after everything has been said.
type exit int

// Error says the code.
func (e exit) Error() string { return fmt.Sprintf("exit %d", int(e)) }

// report says an error where the caller looks for it and returns the exit code.
func (p *program) report(err error) int {
	var quiet exit
	switch {
	case err == nil:
		return 0
	case errors.As(err, &quiet):
		return int(quiet)
	}
	f := asFailure(err)
	switch p.output {
	case "json", "jsonl":
		p.reportJSON(f, p.output == "json")
	default:
		p.reportText(f, p.look(p.err, p.color))
	}
	return f.Exit
}

// asFailure gives every error a code.
func asFailure(err error) *failure {
	var f *failure
	var refusal *plan.Refusal
	switch {
	case errors.As(err, &f):
		return f
	case errors.As(err, &refusal):
		f = usage(refusal.Code, refusal.Message, refusal.Help)
		f.Problems = refusal.Problems
		if refusal.Code == "no-match" {
			f.Exit = exitNoMatch
		}
		return f
	case errors.Is(err, context.Canceled):
		return &failure{Code: "interrupted", Exit: exitInterrupted, Message: "interrupted"}
	}
	return &failure{Code: "failed", Exit: exitFailed, Message: err.Error()}
}

// result is stdout, which must not lose what a program waits for: the first error stays.
type result struct {
	io.Writer
	err error
}

func (r *result) Write(b []byte) (int, error) {
	n, err := r.Writer.Write(b)
	if err != nil && r.err == nil {
		r.err = &failure{Code: "cannot-write", Exit: exitFailed, Message: "cannot write the result: " + err.Error()}
	}
	return n, err
}

// reportJSON prints tidemark.error/1.
func (p *program) reportJSON(f *failure, indent bool) {
	doc := struct {
		Schema   string   `json:"schema"`
		Code     string   `json:"code"`
		Message  string   `json:"message"`
		Help     string   `json:"help"`
		Problems []string `json:"problems"`
	}{"tidemark.error/1", f.Code, f.Message, f.Help, f.Problems}
	if doc.Problems == nil {
		doc.Problems = []string{}
	}
	enc := json.NewEncoder(p.out)
	enc.SetEscapeHTML(false)
	if indent {
		enc.SetIndent("", "  ")
	}
	_ = enc.Encode(doc) // nowhere is left to say that stdout is gone
}

// reportText prints the error, its problems and its help.
func (p *program) reportText(f *failure, term ui.Terminal) {
	if f.text != "" {
		fmt.Fprintln(p.err, strings.TrimRight(f.text, "\n")+"\n")
	}
	fmt.Fprintln(p.err, term.Red(term.Bold("error:")), f.Message)
	if f.text == "" {
		for _, line := range f.Problems {
			fmt.Fprintln(p.err, "  "+line)
		}
	}
	if f.Help != "" {
		fmt.Fprintln(p.err, " ", term.Cyan("help:"), term.Spell(f.Help))
	}
}

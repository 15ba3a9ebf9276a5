package web

import (
	"context"
	"io"
)

// Command is a verb of the command line with its arguments and flags, as a page or a program
// gives it over HTTP.
type Command struct {
	Verb  string   // "clear", "backfill pause"
	Args  []string // PIPELINE INTERVAL TASK
	Flags []Flag

	Who    Actor  // who gives the order
	Digest string // of the plan that was agreed to; another plan is refused; "": none was
}

// Flag is one flag without its dashes. A switch is "true" or "false".
type Flag struct{ Name, Value string }

// Actor is on record with every order.
type Actor struct{ User, Host string }

// Answer is what a command gave: a document, or a failure.
type Answer struct {
	Document any                   // its value: *plan.Plan for an order
	Write    func(io.Writer) error // writes it as the command line prints it
	Failure  *Failure
}

// Failure is an error in words for people, with a code for programs: tidemark.error/1.
type Failure struct {
	Code     string   // kebab-case, stable
	Exit     int      // of the command line
	Message  string   // what is wrong
	Help     string   // what to do next
	Problems []string // one line each
}

// Error is the message.
func (f *Failure) Error() string { return f.Message }

// Verbs carries out a command: arguments are checked, plans are made and documents are built
// by the one program that also serves the command line.
type Verbs func(ctx context.Context, c Command) Answer

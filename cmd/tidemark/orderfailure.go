package main

import (
	"errors"

	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// orderFailure gives the refusals of the planner their exit codes.
func orderFailure(err error) error {
	var r *plan.Refusal
	if !errors.As(err, &r) {
		return storeFailure(err)
	}
	f := &failure{Code: r.Code, Exit: exitUsage, Message: r.Message, Help: r.Help, Problems: r.Problems}
	if r.Code == "no-match" {
		f.Exit = exitNoMatch
	}
	return f
}

// storeFailure puts the store's problems into words for people.
func storeFailure(err error) error {
	var held *sqlite.HeldError
	var p *sqlite.Problem
	switch {
	case errors.As(err, &held):
		return &failure{Code: "held", Exit: exitHeld, Message: held.Error(),
			Help: "clear, backfill and the other orders work while it runs; to run twice at once, name another database with --db"}
	case errors.As(err, &p):
		return &failure{Code: "database", Exit: exitUsage, Message: p.Error(), Help: p.Help}
	}
	return err
}

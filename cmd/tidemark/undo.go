package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func undoVerb() *verb {
	return &verb{
		name:    "undo",
		args:    "OPERATION",
		summary: "Take an operation back, as far as nothing has run since",
		about: "What has run again is left alone and listed. An undo is an operation itself and\n" +
			"can be undone. tidemark operations lists the numbers.",
		example: "tidemark undo 12 --dry-run",
		group:   groupChange,
		flags:   orderFlags(),
		run:     runUndo,
	}
}

func runUndo(c *call) error {
	op, err := operationArg(c.Arg(0))
	if err != nil {
		return err
	}
	return c.undo(op, func(*plan.Plan) error { return nil })
}

// undo takes an operation back, if the plan of that passes a check.
func (c *call) undo(op int64, check func(*plan.Plan) error) error {
	now, err := c.Now(nil)
	if err != nil {
		return err
	}
	o := order{verb: "undo", loc: c.zoneOfOperation(op)}
	decide := func(s *plan.UndoScope) (*plan.Plan, error) {
		p, err := c.planUndo(now, s)
		if err == nil {
			err = check(p)
		}
		return p, err
	}
	return c.settle(o,
		func() (*plan.Plan, error) { return c.previewUndo(op, decide) },
		func(seen *plan.Plan) (*plan.Plan, error) {
			p, err := c.applyUndo(now, op, seen, decide)
			if unknown := (*sqlite.NoOperationError)(nil); errors.As(err, &unknown) {
				return nil, noSuchOperation(op)
			}
			return p, err
		})
}

// zoneOfOperation is the timezone of what an order was about.
func (c *call) zoneOfOperation(op int64) (zone *time.Location) {
	_ = c.withState(func(db *sqlite.DB) error {
		if db == nil {
			return nil
		}
		row, err := db.Operation(c.Ctx, op)
		if row != nil && len(row.Pipelines) > 0 {
			zone = c.zoneOf(row.Pipelines[0])
		}
		return err
	})
	return zone
}

// previewUndo plans and writes nothing.
func (c *call) previewUndo(op int64, decide func(*plan.UndoScope) (*plan.Plan, error)) (*plan.Plan, error) {
	db, err := c.openReadOnly()
	if errors.Is(err, sqlite.ErrNotExist) {
		return nil, noSuchOperation(op)
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	scope, err := db.UndoScope(c.Ctx, op)
	var unknown *sqlite.NoOperationError
	if errors.As(err, &unknown) {
		return nil, noSuchOperation(op)
	}
	if err != nil {
		return nil, err
	}
	return decide(scope)
}

// planUndo plans under the guard rails of all pipelines that the operation was about.
func (c *call) planUndo(now time.Time, s *plan.UndoScope) (*plan.Plan, error) {
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	args := plan.UndoArgs{Rails: plan.Rails{}, Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
	for _, name := range s.Pipelines() {
		args.Rails[name] = project.Rails(name)
	}
	return plan.Undo(now, s, args)
}

func (c *call) applyUndo(now time.Time, op int64, preview *plan.Plan, decide func(*plan.UndoScope) (*plan.Plan, error)) (*plan.Plan, error) {
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	db, err := at.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.ApplyUndo(c.Ctx, now, op, c.actor(), func(s *plan.UndoScope) (*plan.Plan, error) {
		p, err := decide(s)
		if err == nil {
			err = c.agreed(p, preview)
		}
		return p, err
	})
}

func operationArg(text string) (int64, error) {
	op, err := strconv.ParseInt(text, 10, 64)
	if err != nil || op < 1 {
		return 0, usage("bad-value", fmt.Sprintf("%q is not the number of an operation", text), "tidemark operations lists them")
	}
	return op, nil
}

func noSuchOperation(op int64) error {
	return &failure{Code: "no-such-operation", Exit: exitNoMatch,
		Message: fmt.Sprintf("there is no operation %d", op), Help: "tidemark operations lists them"}
}

// zoneOf is the timezone of a pipeline, or UTC where no valid file declares it.
func (c *call) zoneOf(name string) *time.Location {
	if project, err := c.Project(); err == nil {
		if p, ok := project.Pipeline(name); ok {
			return p.Location
		}
	}
	return time.UTC
}

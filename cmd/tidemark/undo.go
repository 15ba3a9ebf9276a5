package main

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
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
	o := order{verb: "undo", loc: time.UTC}
	preview, err := c.previewUndo(now, op, &o)
	if err == nil {
		err = check(preview)
	}
	if err != nil {
		return orderFailure(err)
	}
	if preview.DryRun = c.looksOnly(); preview.DryRun || preview.Empty() {
		return c.looked(o, preview)
	}
	unseen := c.Bool("yes")
	if !c.JSON() && !unseen {
		c.planText(o, preview)
	}
	if err := c.Confirm(question{verb: "undo", count: rowsOf(preview), noun: nounOf(preview)}); err != nil {
		return err
	}
	applied, err := c.applyUndo(now, op, preview)
	if err != nil {
		return orderFailure(err)
	}
	switch {
	case applied.Operation == nil:
		return c.looked(o, applied)
	case c.JSON():
		return c.Document(applied)
	case unseen:
		c.planText(o, applied)
	}
	c.Printf("\n%s undone: %s · operation %d\n  undo   %s\n", c.Term.Glyph("success"), ui.Plural(rowsOf(applied), nounOf(applied)), *applied.Operation, *applied.Undo)
	return nil
}

// previewUndo plans and writes nothing. The zone of what is printed is the pipeline's.
func (c *call) previewUndo(now time.Time, op int64, o *order) (*plan.Plan, error) {
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
	p, err := c.planUndo(now, scope)
	if err == nil && len(p.Pipelines) > 0 {
		o.loc = c.zoneOf(p.Pipelines[0])
	}
	return p, err
}

// planUndo is the plan with why a person wants it.
func (c *call) planUndo(now time.Time, s *plan.UndoScope) (*plan.Plan, error) {
	p, err := plan.Undo(now, s)
	if err == nil {
		p.Reason, p.Ticket = c.String("reason"), c.String("ticket")
	}
	return p, err
}

func (c *call) applyUndo(now time.Time, op int64, preview *plan.Plan) (*plan.Plan, error) {
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
		p, err := c.planUndo(now, s)
		if err == nil && p.Digest != preview.Digest && !c.Bool("yes") {
			return nil, movedOn()
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

package main

import (
	"encoding/json"
	"fmt"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// backfillVerbs look at backfills and steer them. One is named by its operation.
func backfillVerbs() []*verb {
	return []*verb{
		{name: "list", args: "[PIPELINE]", summary: "List backfills, the newest first", example: "tidemark backfill list", run: runBackfillList},
		{name: "show", args: "BACKFILL", summary: "Say how far a backfill has come", example: "tidemark backfill show 12", run: runBackfillShow},
		{name: "watch", args: "BACKFILL", summary: "Follow a backfill to its end: exit code 1 if a run of it fails", example: "tidemark backfill watch 12", run: runBackfillWatch},
		{name: "pause", args: "BACKFILL", summary: "Start no more of its runs; what runs ends", example: "tidemark backfill pause 12",
			run: func(c *call) error { return c.steer(true) }},
		{name: "resume", args: "BACKFILL", summary: "Let a paused backfill go on", example: "tidemark backfill resume 12",
			run: func(c *call) error { return c.steer(false) }},
		{name: "cancel", args: "BACKFILL", summary: "Take back what of a backfill has not begun; what runs ends",
			about: "It is an undo of the backfill: runs that never began are removed, those that\n" +
				"have begun go on to their end. It can be undone.",
			example: "tidemark backfill cancel 12 --dry-run", flags: orderFlags(), run: runBackfillCancel},
	}
}

// backfillsDocument is tidemark.backfills/1.
type backfillsDocument struct {
	Schema    string        `json:"schema"`
	Backfills []backfillDoc `json:"backfills"`
}

type backfillDoc struct {
	ID       int64            `json:"id"`
	Pipeline string           `json:"pipeline"`
	State    sqlite.LaneState `json:"state"`
	Bounds   json.RawMessage  `json:"bounds"`
	Counts   json.RawMessage  `json:"counts"`
	Progress progressDoc      `json:"progress"`
	ETA      *plan.ETA        `json:"eta_s"`
	Reason   string           `json:"reason"`
}

func runBackfillList(c *call) error {
	return c.backfills(func(db *sqlite.DB) ([]sqlite.OperationRow, error) {
		if db == nil {
			return nil, nil
		}
		return db.Operations(c.Ctx, sqlite.OperationQuery{Kind: "backfill", Pipeline: c.Arg(0)})
	})
}

func runBackfillShow(c *call) error {
	return c.backfills(func(db *sqlite.DB) ([]sqlite.OperationRow, error) {
		row, err := c.backfill(db)
		if err != nil {
			return nil, err
		}
		return []sqlite.OperationRow{*row}, nil
	})
}

// backfill is the one that the argument names.
func (c *call) backfill(db *sqlite.DB) (*sqlite.OperationRow, error) {
	id, err := operationArg(c.Arg(0))
	if err != nil {
		return nil, err
	}
	if db == nil {
		return nil, noSuchOperation(id)
	}
	row, err := db.Operation(c.Ctx, id)
	switch {
	case err != nil:
		return nil, err
	case row == nil:
		return nil, noSuchOperation(id)
	case row.Kind != "backfill":
		return nil, usage("no-backfill", fmt.Sprintf("operation %d is a %s, not a backfill", id, row.Kind), "tidemark backfill list lists them")
	}
	return row, nil
}

func (c *call) backfills(read func(*sqlite.DB) ([]sqlite.OperationRow, error)) error {
	docs := []backfillDoc{}
	err := c.withState(func(db *sqlite.DB) error {
		rows, err := read(db)
		for _, r := range rows {
			d, err := c.backfillDoc(db, r)
			if err != nil {
				return err
			}
			docs = append(docs, d)
		}
		return err
	})
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(backfillsDocument{Schema: "tidemark.backfills/1", Backfills: docs})
	}
	t := ui.NewTable("id>", "pipeline", "intervals~", "state", "progress", "left", "reason~")
	for _, d := range docs {
		t.Add(fmt.Sprint(d.ID), d.Pipeline, c.intervalsOf(d), string(d.State),
			fmt.Sprintf("%s of %s runs", prose.Number(d.Progress.RunsDone), prose.Number(d.Progress.Runs)), d.left(), d.Reason)
	}
	if len(docs) == 0 {
		c.Note("no backfills yet")
	}
	return c.Table(t)
}

// remaining is how long what is left of a backfill takes; nil where it does not go on, or
// where nobody knows.
func (c *call) remaining(db *sqlite.DB, r *sqlite.OperationRow) (*plan.ETA, error) {
	if stateOf(r) != sqlite.LaneRunning {
		return nil, nil
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	def, ok := project.Pipeline(r.Pipelines[0])
	if !ok {
		return nil, nil
	}
	machine, err := c.machine()
	if err != nil {
		return nil, err
	}
	work, err := db.Remaining(c.Ctx, r.ID, def)
	return plan.Forecast([]plan.Work{work}, machine), err
}

// left is the time that is left, in words.
func (d backfillDoc) left() string {
	switch {
	case d.ETA != nil:
		return aboutTime(d.ETA)
	case d.State == sqlite.LaneRunning:
		return "unknown"
	}
	return "–"
}

func (c *call) backfillDoc(db *sqlite.DB, r sqlite.OperationRow) (backfillDoc, error) {
	p, err := db.Progress(c.Ctx, r.ID)
	if err != nil {
		return backfillDoc{}, err
	}
	eta, err := c.remaining(db, &r)
	return backfillDoc{ID: r.ID, Pipeline: r.Pipelines[0], State: stateOf(&r), Bounds: rawOrNull(r.Bounds),
		Counts: rawOrNull(r.Counts), Progress: progressDoc(p), ETA: eta, Reason: r.Reason}, err
}

// stateOf is the state of a backfill; one that was taken back is cancelled.
func stateOf(r *sqlite.OperationRow) sqlite.LaneState {
	if r.UndoneBy != 0 {
		return sqlite.LaneCancelled
	}
	return r.State
}

func (c *call) intervalsOf(d backfillDoc) string {
	var b plan.Bounds
	if json.Unmarshal(d.Bounds, &b) != nil || b.First == nil || b.Last == nil {
		return "–"
	}
	return span(*b.First, *b.Last, c.zoneOf(d.Pipeline))
}

// steer pauses a backfill, or lets it go on.
func (c *call) steer(paused bool) error {
	now, err := c.Now(nil)
	if err != nil {
		return err
	}
	var row *sqlite.OperationRow
	if err := c.withState(func(db *sqlite.DB) (err error) { row, err = c.backfill(db); return err }); err != nil {
		return err
	}
	if s := stateOf(row); s == sqlite.LaneDone || s == sqlite.LaneCancelled {
		return usage("backfill-over", fmt.Sprintf("backfill %d is %s", row.ID, s), "")
	}
	at, err := c.Place()
	if err != nil {
		return err
	}
	db, err := at.open()
	if err != nil {
		return err
	}
	defer db.Close()
	op, changed, err := db.SetLane(c.Ctx, now, row.ID, paused, c.actor())
	if err != nil {
		return storeFailure(err)
	}
	if c.JSON() {
		return runBackfillShow(c)
	}
	word := map[bool]string{true: "paused", false: "not paused"}[paused]
	if !changed {
		c.Printf("backfill %d is %s already\n", row.ID, word)
		return nil
	}
	p, err := db.Progress(c.Ctx, row.ID)
	if err != nil {
		return storeFailure(err)
	}
	c.Printf("backfill %d is %s now · operation %d\n", row.ID, word, op)
	c.Printf("  %s\n", whatRunsDo(p, paused))
	return nil
}

// whatRunsDo says what a pause, or its end, means for the runs of a backfill.
func whatRunsDo(p sqlite.Progress, paused bool) string {
	waiting := p.Runs - p.RunsDone - p.RunsRunning
	if !paused {
		return fmt.Sprintf("%s to go", prose.Plural(waiting+p.RunsRunning, "run"))
	}
	goes := map[bool]string{true: "goes on to its", false: "go on to their"}[p.RunsRunning == 1]
	return fmt.Sprintf("%s that began %s end; %s for tidemark backfill resume", prose.Plural(p.RunsRunning, "run"), goes,
		prose.Plural(waiting, "run")+map[bool]string{true: " waits", false: " wait"}[waiting == 1])
}

func runBackfillCancel(c *call) error {
	var row *sqlite.OperationRow
	if err := c.withState(func(db *sqlite.DB) (err error) { row, err = c.backfill(db); return err }); err != nil {
		return err
	}
	if err := c.undo(row.ID, func(*plan.Plan) error { return nil }); err != nil || c.JSON() || c.looksOnly() {
		return err
	}
	return c.withState(func(db *sqlite.DB) error {
		p, err := db.Progress(c.Ctx, row.ID)
		if err == nil && p.RunsRunning > 0 {
			c.Printf("  goes on  %s that had begun\n", prose.Plural(p.RunsRunning, "run"))
		}
		return err
	})
}

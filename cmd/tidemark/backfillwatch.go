package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// glanceAtBackfill is how often a watched backfill is looked at: each look counts its runs.
const glanceAtBackfill = 500 * time.Millisecond

func runBackfillWatch(c *call) error {
	return c.withState(func(db *sqlite.DB) error {
		row, err := c.backfill(db)
		if err != nil {
			return err
		}
		w := &watching{call: c, db: db, row: *row, progress: c.Progress()}
		return w.follow()
	})
}

// watching is one backfill on its way to its end.
type watching struct {
	*call
	db       *sqlite.DB
	row      sqlite.OperationRow
	progress ui.Progress
	began    time.Time // of the watching, and how many runs were done then
	done     int
	said     string // what was last told of what holds it up
	idle     bool   // no runner was at work at the first look
}

// follow looks until the backfill is over, and ends as it did.
func (w *watching) follow() error {
	look := time.NewTicker(glanceAtBackfill)
	defer look.Stop()
	for {
		d, err := w.look()
		if err != nil {
			return err
		}
		if d.State == sqlite.LaneDone || d.State == sqlite.LaneCancelled {
			w.progress.Close()
			return w.over(d)
		}
		w.show(d)
		select {
		case <-w.Ctx.Done():
			w.progress.Close()
			return context.Cause(w.Ctx)
		case <-look.C:
		}
	}
}

func (w *watching) look() (backfillDoc, error) {
	row, err := w.db.Operation(w.Ctx, w.row.ID)
	if err != nil {
		return backfillDoc{}, err
	}
	return w.backfillDoc(w.db, *row)
}

// show draws how far it is, and says once what holds it up.
func (w *watching) show(d backfillDoc) {
	now := time.Now()
	if w.began.IsZero() {
		w.began, w.done = now, d.Progress.RunsDone
		holder, err := w.db.Running(w.Ctx)
		w.idle = err == nil && holder == nil
	}
	w.progress.Totals(ui.Totals{Time: now, Rows: []ui.Row{w.line(d, now)}})
	if why := w.heldUp(d); why != w.said {
		w.said = why
		if why != "" {
			w.progress.Event(ui.Event{Time: now, Pipeline: d.Pipeline, Words: fmt.Sprintf("backfill %d: %s", d.ID, why)})
		}
	}
}

// line has the time that is left, if the runs go on ending as they have since the first look.
func (w *watching) line(d backfillDoc, now time.Time) ui.Row {
	p := d.Progress
	row := ui.Row{Label: fmt.Sprintf("%s backfill %d", d.Pipeline, d.ID), Running: p.RunsRunning, Done: p.RunsDone - p.RunsFailed,
		Failed: p.RunsFailed, Total: p.Runs}
	if ended := p.RunsDone - w.done; ended > 0 && d.State == sqlite.LaneRunning {
		row.ETA = now.Sub(w.began) / time.Duration(ended) * time.Duration(p.Runs-p.RunsDone)
	}
	return row
}

func (w *watching) heldUp(d backfillDoc) string {
	if d.State == sqlite.LanePaused {
		return fmt.Sprintf("is paused; tidemark backfill resume %d", d.ID)
	}
	if w.idle && d.Progress.RunsRunning == 0 && d.Progress.RunsDone == w.done {
		return "no runner is at work; tidemark run"
	}
	return ""
}

// over says how it ended: exit code 1 unless every run of it succeeded.
func (w *watching) over(d backfillDoc) error {
	p := d.Progress
	if w.JSON() {
		if err := w.Document(backfillsDocument{Schema: "tidemark.backfills/1", Backfills: []backfillDoc{d}}); err != nil {
			return err
		}
	} else {
		w.Printf("backfill %d of %s is %s: %s of %s ended", d.ID, d.Pipeline, d.State, prose.Number(p.RunsDone), prose.Plural(p.Runs, "run"))
		if p.RunsFailed > 0 {
			w.Printf(", %s failed", prose.Number(p.RunsFailed))
		}
		w.Printf("\n")
	}
	if p.RunsFailed > 0 || d.State == sqlite.LaneCancelled {
		return exit(exitFailed)
	}
	return nil
}

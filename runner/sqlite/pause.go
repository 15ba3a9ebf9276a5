package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// SetPaused pauses a pipeline, or lets it go on, and records that as an operation. Where it
// is so already nothing happens and changed is false. A refusal of a guard rail is returned
// as it is.
func (db *DB) SetPaused(ctx context.Context, now time.Time, pipeline string, paused bool, args plan.PauseArgs, who Actor) (op int64, changed bool, err error) {
	return changedBy(db.order(ctx, now, who, func(w *conn) (*plan.Plan, error) {
		live, err := w.standing(pipeline, paused)
		if err != nil {
			return nil, err
		}
		p, err := plan.PauseSchedule(live, args)
		return p, refused(err)
	}))
}

// changedBy says which operation a plan became, if it became one.
func changedBy(p *plan.Plan, err error) (op int64, changed bool, _ error) {
	if err != nil || p.Operation == nil {
		return 0, false, err
	}
	return *p.Operation, true, nil
}

// standing is where the live schedule stands, on its way to be paused or to go on.
func (c *conn) standing(pipeline string, paused bool) (plan.Live, error) {
	live := plan.Live{Pipeline: pipeline, Paused: paused}
	err := c.each(`
		SELECT paused, last_start, last_end
		FROM pipelines
		WHERE name = ?`, []any{pipeline}, func(r *sql.Rows) error {
		var start, end sql.NullInt64
		err := r.Scan(&live.WasPaused, &start, &end)
		if start.Valid {
			live.Last = &plan.Place{Start: at(start.Int64), End: at(end.Int64)}
			live.WasLast = live.Last
		}
		return err
	})
	return live, err
}

// SetLane pauses a backfill, or lets it go on, and records that as an operation. It says
// whether that changed anything: a backfill that is over stays as it is. A refusal of a
// guard rail is returned as it is.
func (db *DB) SetLane(ctx context.Context, now time.Time, backfill int64, paused bool, args plan.PauseArgs, who Actor) (op int64, changed bool, err error) {
	return changedBy(db.order(ctx, now, who, func(w *conn) (*plan.Plan, error) {
		l, err := w.held(backfill)
		if err != nil {
			return nil, err
		}
		p, err := plan.PauseBackfill(l.pipeline, plan.Hold{Backfill: backfill, Paused: paused, WasPaused: l.paused}, l.over, args)
		return p, refused(err)
	}))
}

// heldLane is how a backfill stands.
type heldLane struct {
	pipeline     string
	paused, over bool
}

func (c *conn) held(backfill int64) (l heldLane, err error) {
	l.over = true
	err = c.each(`
		SELECT p.name, o.paused, o.state <> 0
		FROM operations AS o
		CROSS JOIN pipelines AS p USING (pipeline_id)
		WHERE o.operation_id = ?
		  AND o.state IS NOT NULL`, []any{backfill}, func(r *sql.Rows) error {
		return r.Scan(&l.pipeline, &l.paused, &l.over)
	})
	return l, err
}

// hold pauses a backfill or lets it go on.
func (o *ordering) hold() error {
	h := o.plan.Held
	if h == nil {
		return nil
	}
	return o.w.one("the backfill", `
		UPDATE operations
		SET paused = ?
		WHERE operation_id = ?
		  AND state = 0
		  AND paused = ?`, h.Paused, h.Backfill, h.WasPaused)
}

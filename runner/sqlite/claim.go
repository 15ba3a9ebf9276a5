package sqlite

import (
	"database/sql"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// reached is the run that existed of the very interval to which the live schedule has come.
func (x *writing) reached(pipeline int64, n plan.NewRun) (int64, bool, error) {
	return x.w.number(`
		SELECT run_id
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start = ?
		  AND interval_end = ?`, pipeline, n.Interval.Start.UnixMicro(), n.Interval.End.UnixMicro())
}

// claim makes the run that an order was quicker to make the schedule's own: an undo of that
// order must not take away what nobody would make again. And it is made whole: of a run of
// some tasks the others run now, for the schedule comes here only once.
func (x *writing) claim(run int64) error {
	var pipeline int64
	var state plan.RunState
	var partial bool
	if err := x.w.each(`
		SELECT pipeline_id, state, partial
		FROM runs
		WHERE run_id = ?`, []any{run}, func(r *sql.Rows) error {
		return r.Scan(&pipeline, &state, &partial)
	}); err != nil {
		return err
	}
	if partial {
		x.anew = true
		x.tally.run(pipeline, state, -1)
		if state.Final() {
			state = plan.RunQueued
		}
		x.tally.run(pipeline, state, +1)
	}
	return x.w.one("the run", `
		UPDATE runs
		SET operation_id = NULL,
		    partial = 0,
		    state     = CASE WHEN partial AND state >= 2 THEN 0 ELSE state END,
		    lane      = CASE WHEN partial AND state >= 2 THEN 0 ELSE lane END,
		    ended_at  = CASE WHEN partial AND state >= 2 THEN NULL ELSE ended_at END,
		    reason_id = CASE WHEN partial AND state >= 2 THEN NULL ELSE reason_id END
		WHERE run_id = ?`, run)
}

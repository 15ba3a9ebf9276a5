package sqlite

import (
	"context"
	"database/sql"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// LaneRow is the queue that a run stands in, as pages show it.
type LaneRow struct {
	Lane    plan.Lane
	Running int // its running runs
	Ahead   int // its queued runs that start before the run
}

// LaneOf reads the queue of a run.
func (db *DB) LaneOf(ctx context.Context, run *RunRow) (LaneRow, error) {
	row, err := first(query(ctx, db, `
		SELECT ifnull(o.max_active, 0), ifnull(o.paused, 0), ifnull(o.backwards, 0), (
		         SELECT count(*)
		         FROM runs AS r INDEXED BY runs_running
		         WHERE r.state = 1
		           AND r.pipeline_id = p.pipeline_id
		           AND r.lane = ?2), (
		         SELECT count(*)
		         FROM runs AS r INDEXED BY runs_queued
		         WHERE r.state = 0
		           AND r.pipeline_id = p.pipeline_id
		           AND r.lane = ?2
		           AND CASE WHEN o.backwards THEN r.interval_start > ?3 ELSE r.interval_start < ?3 END)
		FROM pipelines AS p
		LEFT JOIN operations AS o ON o.operation_id = ?2
		WHERE p.name = ?1`, []any{run.Pipeline, run.Lane, run.Interval.Start.UnixMicro()}, func(r *sql.Rows) (LaneRow, error) {
		l := LaneRow{Lane: plan.Lane{ID: run.Lane}}
		err := r.Scan(&l.Lane.MaxActive, &l.Lane.Paused, &l.Lane.Backwards, &l.Running, &l.Ahead)
		return l, err
	}))
	if row == nil {
		return LaneRow{}, err
	}
	return *row, err
}

package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// RunRow is a run as pages show it.
type RunRow struct {
	ID        int64
	Pipeline  string
	Interval  timetable.Interval
	Kind      plan.Kind
	State     plan.RunState
	Lane      int64 // the backfill in whose queue it stands, or 0
	Partial   bool
	Operation int64 // the order that made it, 0: the schedule
	Due       time.Time
	CreatedAt time.Time
	StartedAt time.Time // zero: not yet
	EndedAt   time.Time // zero: not yet
	Reason    string
	Version   string // fingerprint of the definition that it last started with; "": it never did
	Commit    string // at which that version was first seen
	Pinned    bool   // bound to that version
	Counts    Counts // of its task instances; a full run has none before it starts
	Params    plan.Params
}

const runColumns = `
	SELECT r.run_id, p.name, r.interval_start, r.interval_end, r.kind, r.state, r.lane, r.partial, ifnull(r.operation_id, 0),
	       ifnull(r.due_at, r.interval_end), r.created_at, r.started_at, r.ended_at,
	       ifnull(x.text, ''), ifnull(v.fingerprint, ''), ifnull(v.commit_id, ''), r.pinned,
	       r.waiting, r.queued, r.running, r.retrying, r.success, r.failed, r.skipped, r.upstream_failed, r.removed, ifnull(a.text, '')`

// selectRuns is followed by a WHERE.
const selectRuns = runColumns + `
	FROM pipelines AS p
	CROSS JOIN runs AS r USING (pipeline_id)
	LEFT JOIN run_params AS a ON a.params_id = r.params_id
	LEFT JOIN reasons AS x ON x.reason_id = r.reason_id
	LEFT JOIN versions AS v ON v.version_id = r.version_id`

func scanRunRow(r *sql.Rows) (RunRow, error) {
	var run RunRow
	var start, end, due, created int64
	var started, ended sql.NullInt64
	n := &run.Counts
	err := r.Scan(&run.ID, &run.Pipeline, &start, &end, &run.Kind, &run.State, &run.Lane, &run.Partial, &run.Operation,
		&due, &created, &started, &ended, &run.Reason, &run.Version, &run.Commit, &run.Pinned,
		&n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8], &run.Params)
	run.Interval = timetable.Interval{Start: at(start), End: at(end)}
	run.Due, run.CreatedAt, run.StartedAt, run.EndedAt = at(due), at(created), instant(started), instant(ended)
	return run, err
}

// RunQuery selects runs of one pipeline.
type RunQuery struct {
	Pipeline string
	From, To time.Time // of interval starts, both inclusive; zero: open
	States   []plan.RunState
	Newest   bool // newest interval first
	Limit    int  // 0: all
}

// Runs lists runs with the counters of their task instances.
func (db *DB) Runs(ctx context.Context, q RunQuery) ([]RunRow, error) {
	from, to := bounds(q.From, q.To)
	text := selectRuns + `
	WHERE p.name = ?
	  AND r.interval_start BETWEEN ? AND ?
	  AND ? >> r.state & 1
	ORDER BY r.interval_start
	LIMIT ?`
	if q.Newest {
		text = selectRuns + `
	WHERE p.name = ?
	  AND r.interval_start BETWEEN ? AND ?
	  AND ? >> r.state & 1
	ORDER BY r.interval_start DESC
	LIMIT ?`
	}
	return query(ctx, db, text, []any{q.Pipeline, from, to, mask(q.States), rowsLimit(q.Limit)}, scanRunRow)
}

// RunAt is the run of the interval that starts at start; nil: there is none.
func (db *DB) RunAt(ctx context.Context, pipeline string, start time.Time) (*RunRow, error) {
	return first(query(ctx, db, selectRuns+`
	WHERE p.name = ?
	  AND r.interval_start = ?`, []any{pipeline, start.UnixMicro()}, scanRunRow))
}

// Run is the run of that number; nil: there is none.
func (db *DB) Run(ctx context.Context, id int64) (*RunRow, error) {
	return first(query(ctx, db, runColumns+`
	FROM runs AS r
	CROSS JOIN pipelines AS p USING (pipeline_id)
	LEFT JOIN run_params AS a ON a.params_id = r.params_id
	LEFT JOIN reasons AS x ON x.reason_id = r.reason_id
	LEFT JOIN versions AS v ON v.version_id = r.version_id
	WHERE r.run_id = ?`, []any{id}, scanRunRow))
}

// NearestRuns lists up to n interval starts of runs before and n at or after an instant,
// oldest first.
func (db *DB) NearestRuns(ctx context.Context, pipeline string, start time.Time, n int) ([]time.Time, error) {
	return query(ctx, db, `
		SELECT interval_start
		FROM (
		  SELECT interval_start
		  FROM (
		    SELECT r.interval_start
		    FROM pipelines AS p
		    CROSS JOIN runs AS r USING (pipeline_id)
		    WHERE p.name = ?1
		      AND r.interval_start < ?2
		    ORDER BY r.interval_start DESC
		    LIMIT ?3)
		  UNION ALL
		  SELECT interval_start
		  FROM (
		    SELECT r.interval_start
		    FROM pipelines AS p
		    CROSS JOIN runs AS r USING (pipeline_id)
		    WHERE p.name = ?1
		      AND r.interval_start >= ?2
		    ORDER BY r.interval_start
		    LIMIT ?3))
		ORDER BY interval_start`, []any{pipeline, start.UnixMicro(), n}, func(r *sql.Rows) (time.Time, error) {
		var us int64
		err := r.Scan(&us)
		return at(us), err
	})
}

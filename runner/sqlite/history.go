package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Columns lists runs as the grid heads them, oldest first.
func (db *DB) Columns(ctx context.Context, q runner.ColumnQuery) ([]runner.Column, error) {
	from, to := bounds(q.From, q.To)
	columns, err := query(ctx, db, `
		SELECT r.run_id, r.interval_start, r.interval_end, r.kind | (r.state << 2), r.started_at, r.ended_at
		FROM pipelines AS p
		CROSS JOIN runs AS r USING (pipeline_id)
		WHERE p.name = ?
		  AND r.interval_start BETWEEN ? AND ?
		ORDER BY r.interval_start DESC
		LIMIT ?`, []any{q.Pipeline, from, to, rowsLimit(q.Limit)}, func(r *sql.Rows) (runner.Column, error) {
		var c runner.Column
		var start, end, packed int64
		var started, ended sql.NullInt64
		err := r.Scan(&c.Run, &start, &end, &packed, &started, &ended)
		c.Interval = timetable.Interval{Start: at(start), End: at(end)}
		c.Kind, c.State = plan.Kind(packed&3), plan.RunState(packed>>2)
		c.StartedAt, c.EndedAt = instant(started), instant(ended)
		return c, err
	})
	slices.Reverse(columns)
	return columns, err
}

// Size is how many runs a pipeline has, from the counters that move with them.
func (db *DB) Size(ctx context.Context, pipeline string) (int, error) {
	n, err := first(query(ctx, db, `
		SELECT runs_queued + runs_running + runs_success + runs_failed
		FROM pipelines
		WHERE name = ?`, []any{pipeline}, func(r *sql.Rows) (n int, err error) {
		err = r.Scan(&n)
		return n, err
	}))
	if err != nil || n == nil {
		return 0, err
	}
	return *n, nil
}

// Near are the starts of the runs around an instant.
func (db *DB) Near(ctx context.Context, pipeline string, at time.Time) ([]time.Time, error) {
	return db.NearestRuns(ctx, pipeline, at, 2)
}

// Orders is the number of the newest order: what is finished changes only by one.
func (db *DB) Orders(ctx context.Context) (int64, error) {
	n, err := first(query(ctx, db, `
		SELECT ifnull(max(operation_id), 0)
		FROM operations`, nil, func(r *sql.Rows) (n int64, err error) {
		err = r.Scan(&n)
		return n, err
	}))
	if err != nil {
		return 0, err
	}
	return *n, nil
}

// Cells hands over task instances run by run. What is small is packed into one number: each
// column costs as much as it. Few instances have a reason, so its text is looked at last.
func (db *DB) Cells(ctx context.Context, pipeline string, from, to time.Time, see func(runner.Cell)) error {
	lo, hi := bounds(from, to)
	return db.read(ctx, "read", func(r *conn) error {
		tasks, err := r.texts(`
			SELECT t.task_id, t.name
			FROM pipelines AS p
			CROSS JOIN tasks AS t USING (pipeline_id)
			WHERE p.name = ?`, pipeline)
		if err != nil {
			return err
		}
		marks, err := r.texts(`
			SELECT reason_id, text
			FROM reasons
			WHERE text >= 'marked by ' AND text < 'marked by!'`)
		if err != nil {
			return err
		}
		id, ok, err := r.number(`SELECT pipeline_id FROM pipelines WHERE name = ?`, pipeline)
		if err != nil || !ok {
			return err
		}
		reason := `0`
		if len(marks) > 0 {
			reason = `ifnull(i.reason_id, 0)`
		}
		return r.numbers(`
			SELECT i.run_id, i.state | (i.task_id << 4), `+reason+`
			FROM runs AS r
			CROSS JOIN task_instances AS i USING (run_id)
			WHERE r.pipeline_id = ?
			  AND r.interval_start BETWEEN ? AND ?
			ORDER BY r.interval_start`, 3, []int64{id, lo, hi}, func(row []int64) error {
			see(runner.Cell{Run: row[0], Task: tasks[row[1]>>4], State: plan.State(row[1] & 15), Marked: row[2] != 0 && marks[row[2]] != ""})
			return nil
		})
	})
}

// texts reads names by their numbers.
func (c *conn) texts(query string, args ...any) (map[int64]string, error) {
	all := map[int64]string{}
	return all, c.each(query, args, func(r *sql.Rows) error {
		var id int64
		var text string
		err := r.Scan(&id, &text)
		all[id] = text
		return err
	})
}

// lookout asks one connection, which never writes itself, whether others have written.
type lookout struct {
	path string
	c    *conn
	seen int64
	any  bool
}

// Watch holds a connection until it is closed.
func (db *DB) Watch(ctx context.Context) (runner.Watch, error) {
	held, err := db.readers.Conn(ctx)
	if err != nil {
		return nil, explain("read", db.path, err)
	}
	return &lookout{path: db.path, c: newConn(held)}, nil
}

func (w *lookout) Changed(context.Context) (bool, error) {
	v, err := w.c.dataVersion()
	if err != nil {
		return false, explain("read", w.path, err)
	}
	changed := w.any && v != w.seen
	w.seen, w.any = v, true
	return changed, nil
}

func (w *lookout) Close() error {
	w.c.release()
	return nil
}

var _ runner.History = (*DB)(nil)

package sqlite

import (
	"context"
	"database/sql"
	"math"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// ScopeQuery says which pipelines an order asks about, and in which bounds.
type ScopeQuery struct {
	Pipelines []string     // one that is not in the database has an empty scope
	From, To  time.Time    // of interval starts, both inclusive; zero: open
	Versions  bool         // also with which version each run was started
	Last      int          // the newest runs within the bounds; 0: all
	Machine   plan.Machine // what an estimate reckons with; the zero value: there is none
}

func (q ScopeQuery) bounds() (from, to int64) { return bounds(q.From, q.To) }

func bounds(from, to time.Time) (int64, int64) {
	lo, hi := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		lo = from.UnixMicro()
	}
	if !to.IsZero() {
		hi = to.UnixMicro()
	}
	return lo, hi
}

// Scopes reads what an order may know, in one snapshot, and writes nothing. Runs that lie
// across the bounds' first instant belong to it: a backfill must not overlap them.
func (db *DB) Scopes(ctx context.Context, q ScopeQuery, defs map[string]*pipelines.Pipeline) ([]*plan.PipelineScope, error) {
	var scopes []*plan.PipelineScope
	err := db.read(ctx, "read", func(r *conn) error {
		n := newNames()
		if err := n.learn(r); err != nil {
			return err
		}
		var err error
		scopes, err = loadScopes(r, &n, q, defs)
		return err
	})
	return scopes, err
}

// read runs f on a reading connection, in one snapshot.
func (db *DB) read(ctx context.Context, doing string, f func(r *conn) error) error {
	held, err := db.readers.Conn(ctx)
	if err != nil {
		return explain(doing, db.path, err)
	}
	c := newConn(held)
	defer c.release()
	if _, err := held.ExecContext(ctx, "BEGIN DEFERRED"); err != nil {
		return explain(doing, db.path, err)
	}
	err = f(c)
	_, _ = held.ExecContext(bg, "ROLLBACK")
	return explain(doing, db.path, err)
}

func loadScopes(c *conn, n *names, q ScopeQuery, defs map[string]*pipelines.Pipeline) ([]*plan.PipelineScope, error) {
	scopes := make([]*plan.PipelineScope, 0, len(q.Pipelines))
	for _, name := range q.Pipelines {
		s := &plan.PipelineScope{Name: name, Def: defs[name], Machine: q.Machine}
		scopes = append(scopes, s)
		id, ok := n.pipelines[name]
		if !ok {
			continue
		}
		if err := c.loadScope(n, s, id, q); err != nil {
			return nil, err
		}
	}
	return scopes, nil
}

func (c *conn) loadScope(n *names, s *plan.PipelineScope, id int64, q ScopeQuery) error {
	if err := c.each(`
		SELECT paused, last_start, last_end
		FROM pipelines
		WHERE pipeline_id = ?`, []any{id}, func(r *sql.Rows) error {
		var start, end sql.NullInt64
		err := r.Scan(&s.Paused, &start, &end)
		s.Last = timetable.Interval{Start: instant(start), End: instant(end)}
		return err
	}); err != nil {
		return err
	}
	from, to := q.bounds()
	skipped, err := c.skipped(id, from, to)
	for _, r := range skipped {
		s.Skipped = append(s.Skipped, r.Stretch)
	}
	if err != nil {
		return err
	}
	from, err = c.newest(id, from, to, q.Last)
	if err != nil {
		return err
	}
	if from, err = c.across(id, from); err != nil {
		return err
	}
	if s.Def != nil && q.Machine.Parallelism > 0 {
		if s.History, err = c.loadHistory(n, id, len(s.Def.Tasks)); err != nil {
			return err
		}
	}
	if err := c.loadScopeRuns(s, id, from, to); err != nil {
		return err
	}
	if q.Versions {
		if err := c.versions(s, id, from, to); err != nil {
			return err
		}
	}
	return c.loadScopeInstances(n, s, id, from, to)
}

// newest is the start of the nth newest run within bounds, or their lower one.
func (c *conn) newest(pipeline, from, to int64, n int) (int64, error) {
	if n <= 0 {
		return from, nil
	}
	start, ok, err := c.number(`
		SELECT interval_start
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start BETWEEN ? AND ?
		ORDER BY interval_start DESC
		LIMIT 1 OFFSET ?`, pipeline, from, to, n-1)
	if err != nil || !ok {
		return from, err
	}
	return start, nil
}

// across is the start of the run that covers an instant, or the instant itself.
func (c *conn) across(pipeline, from int64) (int64, error) {
	start, ok, err := c.number(`
		SELECT interval_start
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start < ?
		ORDER BY interval_start DESC
		LIMIT 1`, pipeline, from)
	if err != nil || !ok {
		return from, err
	}
	end, _, err := c.number(`
		SELECT interval_end
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start = ?`, pipeline, start)
	if end > from {
		return start, err
	}
	return from, err
}

// loadScopeRuns reads the runs of a scope, oldest first; what is small is packed into one
// number, and 0 is no time.
func (c *conn) loadScopeRuns(s *plan.PipelineScope, id, from, to int64) error {
	var room []plan.Run // they are made many at a time
	return c.numbers(`
		SELECT run_id, interval_start, interval_end, kind | (state << 2) | (partial << 4) | (lane << 5),
		       created_at, ifnull(started_at, 0), ifnull(ended_at, 0)
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start BETWEEN ? AND ?
		ORDER BY interval_start`, 7, []int64{id, from, to}, func(row []int64) error {
		if len(room) == 0 {
			room = make([]plan.Run, min(max(len(s.Runs), 16), 1024))
		}
		run := &room[0]
		room = room[1:]
		packed := row[3]
		run.Pipeline, run.ID, run.Interval = s.Name, row[0], timetable.Interval{Start: at(row[1]), End: at(row[2])}
		run.Kind, run.State, run.Partial, run.Lane = plan.Kind(packed&3), plan.RunState(packed>>2&3), packed>>4&1 == 1, packed>>5
		run.CreatedAt, run.StartedAt, run.EndedAt = at(row[4]), known(row[5]), known(row[6])
		s.Runs = append(s.Runs, run)
		return nil
	})
}

// known is an instant, or none for 0.
func known(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return at(us)
}

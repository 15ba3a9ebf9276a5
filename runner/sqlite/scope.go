package sqlite

import (
	"context"
	"database/sql"
	"math"
	"slices"
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
	instances := 0
	if err := c.each(`
		SELECT run_id, interval_start, interval_end, kind, state, lane, partial, created_at, started_at, ended_at,
		       waiting + queued + running + retrying + success + failed + skipped + upstream_failed + removed
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start BETWEEN ? AND ?
		ORDER BY interval_start`, []any{id, from, to}, func(r *sql.Rows) error {
		run, n, err := scanScopeRun(r, s.Name)
		instances += n
		s.Runs = append(s.Runs, run)
		return err
	}); err != nil {
		return err
	}
	if q.Versions {
		if err := c.versions(s, id, from, to); err != nil {
			return err
		}
	}
	return c.loadScopeInstances(n, s, id, from, to, instances)
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

func scanScopeRun(r *sql.Rows, pipeline string) (*plan.Run, int, error) {
	run := &plan.Run{Pipeline: pipeline}
	var start, end, created int64
	var started, ended sql.NullInt64
	var n int
	err := r.Scan(&run.ID, &start, &end, &run.Kind, &run.State, &run.Lane, &run.Partial, &created, &started, &ended, &n)
	run.Interval = timetable.Interval{Start: at(start), End: at(end)}
	run.CreatedAt, run.StartedAt, run.EndedAt = at(created), instant(started), instant(ended)
	return run, n, err
}

// loadScopeInstances reads the task instances of all runs of a scope in one pass. What is
// small is packed into one number, and so are the two keys: each column costs as much as they.
func (c *conn) loadScopeInstances(n *names, s *plan.PipelineScope, id, from, to int64, count int) error {
	all := make([]plan.Instance, 0, count)
	at, begin := 0, 0
	close := func() {
		s.Runs[at].Instances = all[begin:len(all):len(all)]
		begin = len(all)
	}
	err := c.numbers(`
		SELECT (i.run_id << 24) | i.task_id, ifnull(i.operation_id, 0),
		       i.state | (i.open << 4) | (i.cancelling << 5) | ((i.map_index + 1) << 6) | (i.try << 29) | (i.try_limit << 45)
		FROM runs AS r
		CROSS JOIN task_instances AS i USING (run_id)
		WHERE r.pipeline_id = ?
		  AND r.interval_start BETWEEN ? AND ?
		ORDER BY r.interval_start`, 3, []int64{id, from, to}, func(row []int64) error {
		run, task, operation, packed := row[0]>>24, row[0]&(1<<24-1), row[1], row[2]
		for s.Runs[at].ID != run {
			close()
			at++
		}
		all = append(all, plan.Instance{
			Task: n.taskNames[task], MapIndex: int(packed>>6&(1<<23-1)) - 1, State: plan.State(packed & 15),
			Open: packed>>4&1 == 1, Cancelling: packed>>5&1 == 1,
			Try: int(packed >> 29 & (1<<16 - 1)), TryLimit: int(packed >> 45), Operation: operation})
		return nil
	})
	if err != nil || len(s.Runs) == 0 {
		return err
	}
	close()
	sortScope(s)
	return nil
}

func sortScope(s *plan.PipelineScope) {
	place := map[string]int{}
	if s.Def != nil {
		for i, t := range s.Def.Tasks {
			place[t.ID] = i
		}
	}
	for _, run := range s.Runs {
		sortInstances(run.Instances, func(task string) int {
			if i, ok := place[task]; ok {
				return i
			}
			return undeclared
		})
	}
	slices.SortFunc(s.Runs, byInterval)
}

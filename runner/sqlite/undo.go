package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// NoOperationError says that there is no operation of that number.
type NoOperationError struct{ Operation int64 }

// Error names the number.
func (e *NoOperationError) Error() string {
	return fmt.Sprintf("there is no operation %d", e.Operation)
}

// UndoScope reads an operation's before-images beside what is stored now. It writes nothing.
func (db *DB) UndoScope(ctx context.Context, op int64) (*plan.UndoScope, error) {
	var s *plan.UndoScope
	err := db.read(ctx, "read", func(r *conn) (err error) {
		n := newNames()
		if err := n.learn(r); err != nil {
			return err
		}
		s, err = loadUndo(r, &n, op)
		return err
	})
	if r := (refusal{}); errors.As(err, &r) {
		err = r.error
	}
	return s, err
}

// ApplyUndo plans an undo and carries it out in one transaction.
func (db *DB) ApplyUndo(ctx context.Context, now time.Time, op int64, who Actor,
	decide func(*plan.UndoScope) (*plan.Plan, error)) (*plan.Plan, error) {
	return db.order(ctx, now, who, func(w *conn) (*plan.Plan, error) {
		s, err := loadUndo(w, &db.names, op)
		if err != nil {
			return nil, err
		}
		p, err := decide(s)
		if p != nil {
			p.Undoes = op
		}
		return p, refused(err)
	})
}

func loadUndo(c *conn, n *names, op int64) (*plan.UndoScope, error) {
	s := &plan.UndoScope{Operation: op}
	var created int64
	var undone, first, last sql.NullInt64
	var arguments string
	found := false
	if err := c.each(`
		SELECT kind, created_at, undone_by, first_run, last_run, arguments
		FROM operations
		WHERE operation_id = ?`, []any{op}, func(r *sql.Rows) error {
		found = true
		return r.Scan(&s.Kind, &created, &undone, &first, &last, &arguments)
	}); err != nil {
		return nil, err
	}
	if !found {
		return nil, refused(&NoOperationError{op})
	}
	s.Undone = undone.Valid
	for _, load := range []func() error{
		func() error { return c.undoLive(s, arguments) },
		func() error { return c.undoHold(s, arguments) },
		func() error { return c.undoMade(s, first, last) },
		func() error { return c.undoRuns(s, created) },
		func() error { return c.undoRemoved(s) },
		func() error { return c.undoMadeInstances(s, first, last) },
		func() error { return c.undoInstances(n, s) },
		func() error { return c.undoRemovedInstances(n, s) },
	} {
		if err := load(); err != nil {
			return nil, err
		}
	}
	return s, nil
}

// undoLive reads what the operation did to the live schedule, and how that stands now.
func (c *conn) undoLive(s *plan.UndoScope, arguments string) error {
	var asked struct{ Live *plan.Live }
	if err := json.Unmarshal([]byte(arguments), &asked); err != nil || asked.Live == nil {
		return nil // arguments of other orders have other shapes
	}
	s.Live = asked.Live
	return c.each(`
		SELECT paused, last_start, last_end
		FROM pipelines
		WHERE name = ?`, []any{s.Live.Pipeline}, func(r *sql.Rows) error {
		var start, end sql.NullInt64
		err := r.Scan(&s.Paused, &start, &end)
		s.Last = timetable.Interval{Start: instant(start), End: instant(end)}
		return err
	})
}

// undoHold reads what the operation did to a backfill as a whole, and how that stands now.
func (c *conn) undoHold(s *plan.UndoScope, arguments string) error {
	var asked struct{ Held *plan.Hold }
	if err := json.Unmarshal([]byte(arguments), &asked); err != nil || asked.Held == nil {
		return nil // arguments of other orders have other shapes
	}
	l, err := c.held(asked.Held.Backfill)
	s.Held, s.HeldFor, s.Holds, s.Over = asked.Held, l.pipeline, l.paused, l.over
	return err
}

// undoMade reads the runs that the operation made.
func (c *conn) undoMade(s *plan.UndoScope, first, last sql.NullInt64) error {
	return c.each(`
		SELECT p.name, r.run_id, r.interval_start, r.interval_end, r.state, r.partial, ifnull(r.due_at, r.interval_end),
		       r.waiting + r.queued + r.running + r.retrying,
		       EXISTS (SELECT 1 FROM attempts AS a WHERE a.run_id = r.run_id), r.operation_id IS NULL
		FROM runs AS r
		CROSS JOIN pipelines AS p USING (pipeline_id)
		WHERE r.run_id BETWEEN ?1 AND ?2
		  AND ifnull(r.operation_id, ?3) = ?3
		ORDER BY r.run_id`, []any{first, last, s.Operation}, func(r *sql.Rows) error {
		m := plan.RunImage{Action: plan.Create, Now: new(plan.RunState)}
		var start, end, due int64
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, m.Now, &m.Partial, &due, &m.Unfinished, &m.Begun, &m.Claimed)
		m.Interval, m.Due = timetable.Interval{Start: at(start), End: at(end)}, at(due)
		s.Runs = append(s.Runs, m)
		return err
	})
}

// undoRuns reads the runs that the operation found, and left in existence.
func (c *conn) undoRuns(s *plan.UndoScope, created int64) error {
	return c.each(`
		SELECT p.name, r.run_id, r.interval_start, r.interval_end, o.action, o.state, r.state, r.partial,
		       ifnull(r.due_at, r.interval_end), r.waiting + r.queued + r.running + r.retrying,
		       EXISTS (SELECT 1 FROM attempts AS a WHERE a.run_id = r.run_id AND a.queued_at >= ?)
		FROM operation_runs AS o
		CROSS JOIN runs AS r USING (run_id)
		CROSS JOIN pipelines AS p ON p.pipeline_id = r.pipeline_id
		WHERE o.operation_id = ?
		ORDER BY o.run_id`, []any{created, s.Operation}, func(r *sql.Rows) error {
		m := plan.RunImage{Before: new(plan.RunState), Now: new(plan.RunState)}
		var start, end, due int64
		var action int
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, &action, m.Before, m.Now, &m.Partial, &due, &m.Unfinished, &m.Begun)
		m.Interval, m.Due, m.Action = timetable.Interval{Start: at(start), End: at(end)}, at(due), actions[action]
		s.Runs = append(s.Runs, m)
		return err
	})
}

// undoRemoved reads the runs that the operation removed.
func (c *conn) undoRemoved(s *plan.UndoScope) error {
	return c.each(`
		SELECT p.name, o.run_id, o.interval_start, o.interval_end, o.state, o.partial, ifnull(o.due_at, o.interval_end), ifnull(v.text, ''), o.kind,
		       EXISTS (SELECT 1 FROM runs AS r WHERE r.pipeline_id = o.pipeline_id AND r.interval_start = o.interval_start)
		FROM operation_runs AS o
		CROSS JOIN pipelines AS p USING (pipeline_id)
		LEFT JOIN run_params AS v USING (params_id)
		WHERE o.operation_id = ?
		  AND o.interval_start IS NOT NULL
		ORDER BY o.run_id`, []any{s.Operation}, func(r *sql.Rows) error {
		m := plan.RunImage{Action: plan.Remove, Before: new(plan.RunState)}
		var start, end, due int64
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, m.Before, &m.Partial, &due, &m.Params, &m.Kind, &m.Taken)
		m.Interval, m.Due = timetable.Interval{Start: at(start), End: at(end)}, at(due)
		s.Runs = append(s.Runs, m)
		return err
	})
}

// undoMadeInstances reads the rows of runs that the operation made with a task selection.
func (c *conn) undoMadeInstances(s *plan.UndoScope, first, last sql.NullInt64) error {
	return c.each(`
		SELECT p.name, r.run_id, r.interval_start, r.interval_end, t.name, i.map_index,
		       i.state, i.try, i.try_limit, i.operation_id, i.open
		FROM runs AS r
		CROSS JOIN pipelines AS p USING (pipeline_id)
		CROSS JOIN task_instances AS i USING (run_id)
		CROSS JOIN tasks AS t USING (task_id)
		WHERE r.run_id BETWEEN ?1 AND ?2
		  AND ifnull(r.operation_id, ?3) = ?3
		  AND r.partial = 1
		ORDER BY r.run_id, i.task_id, i.map_index`, []any{first, last, s.Operation}, func(r *sql.Rows) error {
		m := plan.InstanceImage{Action: plan.Create, Now: &plan.InstanceSnapshot{}}
		var start, end int64
		var operation sql.NullInt64
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, &m.Task, &m.MapIndex,
			&m.Now.State, &m.Now.Try, &m.Now.TryLimit, &operation, &m.Now.Open)
		m.Interval, m.Now.Operation = timetable.Interval{Start: at(start), End: at(end)}, operation.Int64
		s.Instances = append(s.Instances, m)
		return err
	})
}

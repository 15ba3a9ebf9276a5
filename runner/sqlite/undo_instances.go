package sqlite

import (
	"database/sql"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// undoInstances reads the rows that the operation changed in runs that exist.
func (c *conn) undoInstances(s *plan.UndoScope) error {
	return c.each(`
		SELECT p.name, r.run_id, r.interval_start, r.interval_end, t.name, o.map_index, o.action,
		       o.state, o.try, o.try_limit, o.previous_id, i.state, i.try, i.try_limit, i.operation_id, i.open
		FROM operation_instances AS o
		CROSS JOIN runs AS r USING (run_id)
		CROSS JOIN pipelines AS p USING (pipeline_id)
		CROSS JOIN tasks AS t USING (task_id)
		LEFT JOIN task_instances AS i
		  ON i.run_id = o.run_id AND i.task_id = o.task_id AND i.map_index = o.map_index
		WHERE o.operation_id = ?
		ORDER BY o.run_id, o.task_id, o.map_index`, []any{s.Operation}, func(r *sql.Rows) error {
		var m plan.InstanceImage
		var before, now snapshot
		var start, end int64
		var action int
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, &m.Task, &m.MapIndex, &action,
			&before.state, &before.try, &before.limit, &before.operation,
			&now.state, &now.try, &now.limit, &now.operation, &now.open)
		m.Interval, m.Action = timetable.Interval{Start: at(start), End: at(end)}, actions[action]
		m.Before, m.Now = before.image(), now.image()
		// What an undo may give back was open only if the order asked for its end.
		if m.Before != nil {
			m.Before.Open = m.Action == plan.Restart
		}
		s.Instances = append(s.Instances, m)
		return err
	})
}

// undoRemovedInstances reads the rows of runs that the operation removed.
func (c *conn) undoRemovedInstances(s *plan.UndoScope) error {
	return c.each(`
		SELECT p.name, r.run_id, r.interval_start, r.interval_end, t.name, o.map_index,
		       o.state, o.try, o.try_limit, o.previous_id
		FROM operation_runs AS r
		CROSS JOIN pipelines AS p USING (pipeline_id)
		CROSS JOIN operation_instances AS o
		CROSS JOIN tasks AS t USING (task_id)
		WHERE r.operation_id = ?
		  AND r.interval_start IS NOT NULL
		  AND o.operation_id = r.operation_id
		  AND o.run_id = r.run_id
		ORDER BY r.run_id, o.task_id, o.map_index`, []any{s.Operation}, func(r *sql.Rows) error {
		m := plan.InstanceImage{Action: plan.Remove}
		var before snapshot
		var start, end int64
		err := r.Scan(&m.Pipeline, &m.Run, &start, &end, &m.Task, &m.MapIndex,
			&before.state, &before.try, &before.limit, &before.operation)
		m.Interval, m.Before = timetable.Interval{Start: at(start), End: at(end)}, before.image()
		s.Instances = append(s.Instances, m)
		return err
	})
}

type snapshot struct {
	state, try, limit, operation sql.NullInt64
	open                         sql.NullBool
}

// image is nil for a row that does not exist.
func (s snapshot) image() *plan.InstanceSnapshot {
	if !s.state.Valid {
		return nil
	}
	return &plan.InstanceSnapshot{State: plan.State(s.state.Int64), Try: int(s.try.Int64),
		TryLimit: int(s.limit.Int64), Operation: s.operation.Int64, Open: s.open.Bool}
}

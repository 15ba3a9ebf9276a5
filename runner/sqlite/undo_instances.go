package sqlite

import (
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What is small is packed into one number, for each column costs as much as it: a state and
// what goes with it as state | flags << 4 | try << 8 | try_limit << 28, where state 15 says
// that there was no row; a task and its map index as task | (map_index + 1) << 32.
const (
	packNone  = 15
	packTries = 1<<20 - 1
)

// undoInstances reads the rows that the operation changed in runs that exist.
func (c *conn) undoInstances(n *names, s *plan.UndoScope) error {
	var u undoReader
	return c.numbers(`
		SELECT r.run_id, r.pipeline_id, r.interval_start, r.interval_end,
		       o.task_id | ((o.map_index + 1) << 32),
		       ifnull(o.state, 15) | (o.action << 4) | (ifnull(o.try, 0) << 8) | (ifnull(o.try_limit, 0) << 28),
		       ifnull(o.previous_id, 0),
		       ifnull(i.state, 15) | (ifnull(i.open, 0) << 4) | (ifnull(i.try, 0) << 8) | (ifnull(i.try_limit, 0) << 28),
		       ifnull(i.operation_id, 0)
		FROM operation_instances AS o
		CROSS JOIN runs AS r USING (run_id)
		LEFT JOIN task_instances AS i
		  ON i.run_id = o.run_id AND i.task_id = o.task_id AND i.map_index = o.map_index
		WHERE o.operation_id = ?
		ORDER BY o.run_id, o.task_id, o.map_index`, 9, []int64{s.Operation}, func(row []int64) error {
		u.run, u.pipeline, u.start, u.end = row[0], row[1], row[2], row[3]
		task, before, previous, now, operation := row[4], row[5], row[6], row[7], row[8]
		m := u.image(n, task)
		m.Action = actions[before>>4&15]
		m.Before, m.Now = u.snapshot(before, previous), u.snapshot(now, operation)
		// What an undo may give back was open only if the order asked for its end.
		if m.Before != nil {
			m.Before.Open = m.Action == plan.Restart
		}
		if m.Now != nil {
			m.Now.Open = now>>4&1 == 1
		}
		u.add(s, m)
		return nil
	})
}

// undoRemovedInstances reads the rows of runs that the operation removed.
func (c *conn) undoRemovedInstances(n *names, s *plan.UndoScope) error {
	var u undoReader
	return c.numbers(`
		SELECT r.run_id, r.pipeline_id, r.interval_start, r.interval_end,
		       o.task_id | ((o.map_index + 1) << 32),
		       ifnull(o.state, 15) | (ifnull(o.try, 0) << 8) | (ifnull(o.try_limit, 0) << 28),
		       ifnull(o.previous_id, 0)
		FROM operation_runs AS r
		CROSS JOIN operation_instances AS o
		WHERE r.operation_id = ?
		  AND r.interval_start IS NOT NULL
		  AND o.operation_id = r.operation_id
		  AND o.run_id = r.run_id
		ORDER BY r.run_id, o.task_id, o.map_index`, 7, []int64{s.Operation}, func(row []int64) error {
		u.run, u.pipeline, u.start, u.end = row[0], row[1], row[2], row[3]
		task, before, previous := row[4], row[5], row[6]
		m := u.image(n, task)
		m.Action, m.Before = plan.Remove, u.snapshot(before, previous)
		u.add(s, m)
		return nil
	})
}

// undoReader makes images of packed rows. It makes many at a time.
type undoReader struct {
	run, pipeline, start, end int64
	room                      []plan.InstanceSnapshot
}

// image is of the run that was read last.
func (u *undoReader) image(n *names, task int64) plan.InstanceImage {
	return plan.InstanceImage{Pipeline: n.pipelineNames[u.pipeline], Run: u.run, Task: n.taskNames[task&(1<<32-1)],
		MapIndex: int(task>>32) - 1, Interval: timetable.Interval{Start: at(u.start), End: at(u.end)}}
}

// snapshot is nil for a row that does not exist.
func (u *undoReader) snapshot(packed, operation int64) *plan.InstanceSnapshot {
	if packed&15 == packNone {
		return nil
	}
	if len(u.room) == 0 {
		u.room = make([]plan.InstanceSnapshot, 1024)
	}
	one := &u.room[0]
	u.room = u.room[1:]
	one.State, one.Try, one.TryLimit, one.Operation = plan.State(packed&15), int(packed>>8&packTries), int(packed>>28), operation
	return one
}

// add appends an image. There may be a million: the list doubles, so that each is moved once.
func (u *undoReader) add(s *plan.UndoScope, m plan.InstanceImage) {
	if len(s.Instances) == cap(s.Instances) {
		s.Instances = slices.Grow(s.Instances, max(len(s.Instances), 64))
	}
	s.Instances = append(s.Instances, m)
}

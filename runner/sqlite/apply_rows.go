package sqlite

import "github.com/tidemark-dev/tidemark/runner/plan"

// The statements that change task instances. Actions are numbered as in actions: 8 is
// remove; what else is in temp.picked does not exist yet.

// keepInstances writes down what the rows are before the order. The state that was seen
// stands in the condition: a row in another state is a bug, and an error.
func (o *ordering) keepInstances(runs []stretch, sweeps []*sweep, want int) error {
	return o.sweep(runs, sweeps, want, func(r stretch, s *sweep) (int64, error) {
		return o.w.exec(`
			INSERT INTO operation_instances (operation_id, run_id, task_id, map_index, action, state, try, try_limit,
			                                 not_before, started_at, ended_at, reason_id, previous_id)
			SELECT ?, run_id, task_id, map_index, ?, state, try, try_limit,
			       not_before, started_at, ended_at, reason_id, operation_id
			FROM task_instances
			WHERE run_id BETWEEN ?3 AND ?4
			  AND task_id BETWEEN ?5 AND ?5 + 61
			  AND ?6 >> (task_id - ?5) & 1
			  AND map_index = ?7
			  AND state = ?8`,
			o.id, actionNumber(s.action), r.first, r.last, s.base, s.tasks, s.mapIndex, s.state)
	})
}

// createInstances makes rows. In a run that the order makes too, the run says so.
func (o *ordering) createInstances(p *pattern, want int) error {
	if !p.made {
		if err := o.w.many("task instances", want, `
			INSERT INTO operation_instances (operation_id, run_id, task_id, map_index, action)
			SELECT ?, c.run_id, k.task_id, k.map_index, k.action
			FROM temp.chosen AS c
			CROSS JOIN temp.picked AS k
			WHERE k.action <> 8`, o.id); err != nil {
			return err
		}
	}
	reason, err := o.names.reason(o.w, o.marked())
	if err != nil {
		return err
	}
	return o.w.many("task instances", want, `
		INSERT INTO task_instances (run_id, task_id, map_index, state, try_limit, operation_id, ended_at, reason_id)
		SELECT c.run_id, k.task_id, k.map_index, k.to_state, k.try_limit, ?,
		       CASE WHEN k.to_state >= 4 THEN ? END, CASE WHEN k.to_state >= 4 THEN ? END
		FROM temp.chosen AS c
		CROSS JOIN temp.picked AS k
		WHERE k.action <> 8`, o.id, o.now, reason)
}

func (o *ordering) removeInstances(want int) error {
	return o.w.many("task instances", want, `
		DELETE FROM task_instances
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND (task_id, map_index) IN (SELECT task_id, map_index FROM temp.picked WHERE action = 8)`)
}

// restoreInstances gives rows back what they had before the order that is undone.
func (o *ordering) restoreInstances(runs []stretch, sweeps []*sweep, want int) error {
	return o.sweep(runs, sweeps, want, func(r stretch, s *sweep) (int64, error) {
		if s.action != plan.Restore {
			return 0, nil
		}
		return o.w.exec(`
			UPDATE task_instances
			SET (state, try_limit, not_before, started_at, ended_at, reason_id, operation_id) = (
			  SELECT b.state, max(b.try_limit, task_instances.try), b.not_before, b.started_at, b.ended_at, b.reason_id, ?1
			  FROM operation_instances AS b
			  WHERE b.operation_id = ?2
			    AND b.run_id = task_instances.run_id
			    AND b.task_id = task_instances.task_id
			    AND b.map_index = task_instances.map_index
			    AND b.state = ?3)
			WHERE run_id BETWEEN ?4 AND ?5
			  AND task_id BETWEEN ?6 AND ?6 + 61
			  AND ?7 >> (task_id - ?6) & 1
			  AND map_index = ?8
			  AND state = ?9`,
			o.id, o.plan.Undoes, s.to, r.first, r.last, s.base, s.tasks, s.mapIndex, s.state)
	})
}

// resetInstances puts rows to waiting, or to the state that a person says. An attempt that
// is with the executor stays open: the loop asks for its end.
func (o *ordering) resetInstances(runs []stretch, sweeps []*sweep, want int) error {
	reason, err := o.names.reason(o.w, o.marked())
	if err != nil {
		return err
	}
	return o.sweep(runs, sweeps, want, func(r stretch, s *sweep) (int64, error) {
		switch s.action {
		case plan.Restore, plan.Remove:
			return 0, nil
		}
		return o.w.exec(`
			UPDATE task_instances
			SET state = ?1,
			    try_limit = ifnull(try + ?2, try_limit),
			    not_before = NULL,
			    ended_at = CASE WHEN ?1 >= 4 THEN ?3 END,
			    reason_id = CASE WHEN ?1 >= 4 THEN ?4 END,
			    operation_id = ?5
			WHERE run_id BETWEEN ?6 AND ?7
			  AND task_id BETWEEN ?8 AND ?8 + 61
			  AND ?9 >> (task_id - ?8) & 1
			  AND map_index = ?10
			  AND state = ?11`,
			s.to, s.more, o.now, reason, o.id, r.first, r.last, s.base, s.tasks, s.mapIndex, s.state)
	})
}

// marked is the reason of a state that a person has set.
func (o *ordering) marked() string {
	text := o.plan.Kind + " by " + o.who.User
	if o.plan.Kind == "mark" {
		text = "marked by " + o.who.User
	}
	if o.plan.Reason != "" {
		text += ": " + o.plan.Reason
	}
	return text
}

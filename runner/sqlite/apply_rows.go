package sqlite

// The statements that change the task instances of temp.chosen × temp.picked. Actions are
// numbered as in actions: 3 is create, 6 restore, 8 remove. A row that does not exist yet has
// no state.

// keepInstances writes down what the rows are before the order. The state that was seen
// stands in the condition: a row in another state is a bug, and an error.
func (o *ordering) keepInstances(want int) error {
	return o.w.many("task instances", want, `
		INSERT INTO operation_instances (operation_id, run_id, task_id, map_index, action, state, try, try_limit,
		                                 not_before, started_at, ended_at, reason_id, previous_id)
		SELECT ?, i.run_id, i.task_id, i.map_index, k.action, i.state, i.try, i.try_limit,
		       i.not_before, i.started_at, i.ended_at, i.reason_id, i.operation_id
		FROM temp.chosen AS c
		CROSS JOIN temp.picked AS k
		CROSS JOIN task_instances AS i
		WHERE k.state IS NOT NULL
		  AND i.run_id = c.run_id
		  AND i.task_id = k.task_id
		  AND i.map_index = k.map_index
		  AND i.state = k.state`, o.id)
}

// createInstances makes rows. In a run that the order makes too, the run says so.
func (o *ordering) createInstances(p *pattern, want int) error {
	if !p.made {
		if err := o.w.many("task instances", want, `
			INSERT INTO operation_instances (operation_id, run_id, task_id, map_index, action)
			SELECT ?, c.run_id, k.task_id, k.map_index, k.action
			FROM temp.chosen AS c
			CROSS JOIN temp.picked AS k
			WHERE k.state IS NULL`, o.id); err != nil {
			return err
		}
	}
	reason, err := o.names.reason(o.w, o.marked())
	if err != nil {
		return err
	}
	return o.w.many("task instances", want, `
		INSERT INTO task_instances (run_id, task_id, map_index, state, try_limit, operation_id, ended_at, reason_id)
		SELECT c.run_id, k.task_id, k.map_index, k.to_state, ifnull(k.more, 1), ?,
		       CASE WHEN k.to_state >= 4 THEN ? END, CASE WHEN k.to_state >= 4 THEN ? END
		FROM temp.chosen AS c
		CROSS JOIN temp.picked AS k
		WHERE k.state IS NULL`, o.id, o.now, reason)
}

func (o *ordering) removeInstances(want int) error {
	return o.w.many("task instances", want, `
		DELETE FROM task_instances
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND (task_id, map_index) IN (SELECT task_id, map_index FROM temp.picked WHERE action = 8)`)
}

// restoreInstances gives rows back what they had before the order that is undone.
func (o *ordering) restoreInstances(want int) error {
	return o.w.many("task instances", want, `
		UPDATE task_instances
		SET state = b.state,
		    try_limit = max(b.try_limit, task_instances.try),
		    not_before = b.not_before,
		    started_at = b.started_at,
		    ended_at = b.ended_at,
		    reason_id = b.reason_id,
		    operation_id = ?1
		FROM temp.chosen AS c
		CROSS JOIN temp.picked AS k
		CROSS JOIN operation_instances AS b
		WHERE k.action = 6
		  AND b.operation_id = ?2
		  AND b.run_id = c.run_id
		  AND b.task_id = k.task_id
		  AND b.map_index = k.map_index
		  AND b.state = k.to_state
		  AND task_instances.run_id = c.run_id
		  AND task_instances.task_id = k.task_id
		  AND task_instances.map_index = k.map_index
		  AND task_instances.state = k.state`, o.id, o.plan.Undoes)
}

// resetInstances puts rows to waiting, or to the state that a person says. An attempt that
// is with the executor stays open: the loop asks for its end.
func (o *ordering) resetInstances(want int) error {
	reason, err := o.names.reason(o.w, o.marked())
	if err != nil {
		return err
	}
	return o.w.many("task instances", want, `
		UPDATE task_instances
		SET state = k.to_state,
		    try_limit = ifnull(task_instances.try + k.more, task_instances.try_limit),
		    not_before = NULL,
		    ended_at = CASE WHEN k.to_state >= 4 THEN ?1 END,
		    reason_id = CASE WHEN k.to_state >= 4 THEN ?2 END,
		    operation_id = ?3
		FROM temp.chosen AS c
		CROSS JOIN temp.picked AS k
		WHERE k.action NOT IN (3, 6, 8)
		  AND k.state IS NOT NULL
		  AND task_instances.run_id = c.run_id
		  AND task_instances.task_id = k.task_id
		  AND task_instances.map_index = k.map_index
		  AND task_instances.state = k.state`, o.now, reason, o.id)
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

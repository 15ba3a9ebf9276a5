package sqlite

import "github.com/tidemark-dev/tidemark/runner/plan"

// task makes one transition of a task instance. What its attempt does in the same decision
// is written with it: when it started, when it ended, whether it is still open. A start
// whose end stands in the same decision is written with that.
func (x *writing) task(ch *plan.TaskChange) error {
	key := plan.AttemptKey{Run: ch.Run.ID, Task: ch.Task, MapIndex: ch.MapIndex, Try: ch.Try}
	end, over := x.ended[key]
	if over && ch.To == plan.Running {
		x.brief[key] = ch.From
		return nil
	}
	from, brief := x.brief[key]
	if !brief {
		from = ch.From
	}
	delete(x.brief, key)
	pipeline, err := x.names.pipeline(x.w, ch.Run.Pipeline)
	if err != nil {
		return err
	}
	task, err := x.names.task(x.w, pipeline, ch.Task)
	if err != nil {
		return err
	}
	reason, err := x.names.reason(x.w, ch.Reason)
	if err != nil {
		return err
	}
	var started, ended, open any
	if t, ok := x.began[key]; ok {
		started = t.UnixMicro()
	}
	switch {
	case ch.To.Live():
		open = 1
	case over:
		open = 0
		x.told[key] = true
	}
	if ch.To.Final() {
		ended = x.now.UnixMicro()
		if over {
			ended = end.UnixMicro()
		}
	}
	x.tally.instance(ch.Run.ID, from, -1)
	x.tally.instance(ch.Run.ID, ch.To, +1)
	return x.w.one("the task instance", `
		UPDATE task_instances
		SET state = ?1,
		    try = ?2,
		    try_limit = ?3,
		    open = coalesce(?4, open),
		    cancelling = CASE WHEN ?4 IS NULL THEN cancelling WHEN state IN (1, 2) AND ?4 THEN cancelling ELSE 0 END,
		    not_before = ?5,
		    started_at = CASE WHEN ?1 = 1 THEN NULL ELSE coalesce(?6, started_at) END,
		    ended_at = ?7,
		    reason_id = ?8
		WHERE run_id = ?9
		  AND task_id = ?10
		  AND map_index = ?11
		  AND state = ?12`,
		ch.To, ch.Try, ch.TryLimit, open, micros(ch.NotBefore), started, ended, reason,
		ch.Run.ID, task, ch.MapIndex, from)
}

package sqlite

import (
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// attempt begins an attempt or moves it on. Only one that is open moves.
func (x *writing) attempt(ch *plan.AttemptChange) error {
	pipeline, err := x.names.pipeline(x.w, ch.Pipeline)
	if err != nil {
		return err
	}
	task, err := x.names.task(x.w, pipeline, ch.Task)
	if err != nil {
		return err
	}
	switch ch.To {
	case plan.AttemptQueued:
		return x.beginAttempt(ch, task)
	case plan.AttemptRunning:
		if _, over := x.ended[ch.AttemptKey]; over {
			return nil // written with its end
		}
		return x.w.one("the attempt", `
			UPDATE attempts
			SET state = 1,
			    started_at = ?
			WHERE run_id = ?
			  AND task_id = ?
			  AND map_index = ?
			  AND try = ?
			  AND state = 0`, ch.At.UnixMicro(), ch.Run, task, ch.MapIndex, ch.Try)
	}
	return x.endAttempt(ch, task)
}

func (x *writing) beginAttempt(ch *plan.AttemptChange, task int64) error {
	def, err := x.definition(x.w, ch.Pipeline, ch.Task)
	if ch.Bound != nil && err == nil {
		var ids map[int64]int64
		ids, err = x.saveMeanings(x.w, []meaning{{task, ch.Bound.Fingerprint, ch.Bound.Hashed}})
		def = ids[task]
	}
	if err != nil {
		return err
	}
	var operation any
	if ch.Operation != 0 {
		operation = ch.Operation
	}
	return x.w.one("the attempt", `
		INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at, definition_id, operation_id)
		VALUES (?, ?, ?, ?, 0, ?, ?, ?)`,
		ch.Run, task, ch.MapIndex, ch.Try, ch.At.UnixMicro(), def, operation)
}

func (x *writing) endAttempt(ch *plan.AttemptChange, task int64) error {
	reason, err := x.names.reason(x.w, ch.Reason)
	if err != nil {
		return err
	}
	var exit, signal any
	if ch.ExitCode >= 0 {
		exit = ch.ExitCode
	}
	if ch.Signal != 0 {
		signal = ch.Signal
	}
	if err := x.w.one("the attempt", `
		UPDATE attempts
		SET state = ?,
		    started_at = coalesce(started_at, ?),
		    ended_at = ?,
		    exit_code = ?,
		    signal = ?,
		    reason_id = ?,
		    outputs = ?
		WHERE run_id = ?
		  AND task_id = ?
		  AND map_index = ?
		  AND try = ?
		  AND state < 2`,
		ch.To, micros(x.began[ch.AttemptKey]), ch.At.UnixMicro(), exit, signal, reason, nonempty(ch.Outputs),
		ch.Run, task, ch.MapIndex, ch.Try); err != nil {
		return err
	}
	if err := x.results(ch, task); err != nil || x.told[ch.AttemptKey] {
		return err
	}
	// An attempt that nobody waits for any more ends without a change of its instance.
	_, err = x.w.exec(`
		UPDATE task_instances
		SET open = 0,
		    cancelling = 0
		WHERE run_id = ?
		  AND task_id = ?
		  AND map_index = ?
		  AND try = ?
		  AND open = 1
		  AND state NOT IN (1, 2)`, ch.Run, task, ch.MapIndex, ch.Try)
	return err
}

// cancelling remembers that the executor is asked to end an attempt.
func (x *writing) cancelling(k plan.AttemptKey) error {
	_, err := x.w.exec(`
		UPDATE task_instances
		SET cancelling = 1
		WHERE run_id = ?
		  AND task_id IN (
		    SELECT t.task_id
		    FROM runs AS r
		    CROSS JOIN tasks AS t USING (pipeline_id)
		    WHERE r.run_id = ?1
		      AND t.name = ?2)
		  AND map_index = ?
		  AND try = ?
		  AND open = 1`, k.Run, k.Task, k.MapIndex, k.Try)
	return err
}

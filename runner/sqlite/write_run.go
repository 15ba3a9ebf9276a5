package sqlite

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// run makes one transition of a run, and the task instances that it brings into being.
func (x *writing) run(ch *plan.RunChange) error {
	if err := x.moveRun(ch); err != nil {
		return err
	}
	pipeline, err := x.names.pipeline(x.w, ch.Run.Pipeline)
	if err != nil {
		return err
	}
	x.tally.run(pipeline, ch.From, -1)
	x.tally.run(pipeline, ch.To, +1)
	if err := x.bear(pipeline, ch.Run.ID, ch.Born); err != nil {
		return err
	}
	for i := range ch.Gone {
		if err := x.gone(pipeline, ch.Run.ID, &ch.Gone[i]); err != nil {
			return fmt.Errorf("task %q: %w", ch.Gone[i].Name(), err)
		}
	}
	return nil
}

func (x *writing) moveRun(ch *plan.RunChange) error {
	if ch.From == ch.To { // tasks that were added to the pipeline join it
		return x.w.one("the run", `
			UPDATE runs
			SET state = state
			WHERE run_id = ?
			  AND state = ?`, ch.Run.ID, ch.From)
	}
	if ch.To == plan.RunRunning {
		var version any
		if r := x.defs.pipelines[ch.Run.Pipeline]; r != nil {
			version = r.version
		}
		return x.w.one("the run", `
			UPDATE runs
			SET state = 1,
			    started_at = ?,
			    ended_at = NULL,
			    reason_id = NULL,
			    version_id = CASE WHEN pinned AND version_id IS NOT NULL THEN version_id ELSE coalesce(?, version_id) END
			WHERE run_id = ?
			  AND state = ?`, x.now.UnixMicro(), version, ch.Run.ID, ch.From)
	}
	reason, err := x.names.reason(x.w, ch.Reason)
	if err != nil {
		return err
	}
	var ended any
	if ch.To.Final() {
		ended = x.now.UnixMicro()
	}
	return x.w.one("the run", `
		UPDATE runs
		SET state = ?,
		    ended_at = ?,
		    reason_id = ?
		WHERE run_id = ?
		  AND state = ?`, ch.To, ended, reason, ch.Run.ID, ch.From)
}

// fresh is what instances have in common that were just born for a run, whole.
type fresh struct {
	limit     int
	operation int64
}

// bear makes the instances of a run: those that are alike, as nearly all are, together.
func (x *writing) bear(pipeline, run int64, born []plan.Instance) error {
	alike := map[fresh][]int64{}
	for i := range born {
		in := &born[i]
		task, err := x.names.task(x.w, pipeline, in.Task)
		if err != nil {
			return err
		}
		x.tally.instance(run, in.State, +1)
		if in.MapIndex == -1 && in.State == plan.Waiting && in.Try == 0 && in.NotBefore.IsZero() {
			kind := fresh{in.TryLimit, in.Operation}
			alike[kind] = append(alike[kind], task)
		} else if err := x.born(run, task, in); err != nil {
			return fmt.Errorf("task %q: %w", in.Name(), err)
		}
	}
	for kind, tasks := range alike {
		if err := x.bornAlike(run, kind, tasks); err != nil {
			return err
		}
	}
	return nil
}

func (x *writing) bornAlike(run int64, kind fresh, tasks []int64) error {
	list, err := json.Marshal(tasks)
	if err != nil {
		return err
	}
	made, err := x.w.exec(`
		INSERT INTO task_instances (run_id, task_id, map_index, state, try, try_limit, operation_id)
		SELECT ?, value, -1, 0, 0, ?, ?
		FROM json_each(?)`, run, kind.limit, nonzero(kind.operation), string(list))
	if err == nil && made != int64(len(tasks)) {
		err = fmt.Errorf("%d of %d task instances were made", made, len(tasks))
	}
	return err
}

func (x *writing) born(run, task int64, in *plan.Instance) error {
	return x.w.one("the task instance", `
		INSERT INTO task_instances (run_id, task_id, map_index, state, try, try_limit, not_before, operation_id)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)`, run, task, in.MapIndex, in.State, in.Try, in.TryLimit, micros(in.NotBefore), nonzero(in.Operation))
}

func nonzero(n int64) any {
	if n == 0 {
		return nil
	}
	return n
}

// gone takes away an instance that stood for a list, and never ran.
func (x *writing) gone(pipeline, run int64, in *plan.Instance) error {
	task, err := x.names.task(x.w, pipeline, in.Task)
	if err != nil {
		return err
	}
	x.tally.instance(run, in.State, -1)
	return x.w.one("the task instance", `
		DELETE FROM task_instances
		WHERE run_id = ?
		  AND task_id = ?
		  AND map_index = ?
		  AND state = ?
		  AND try = 0
		  AND open = 0`, run, task, in.MapIndex, in.State)
}

// turn lets a backfill go on with its oldest interval.
func (x *writing) turn(lane int64) error {
	return x.w.one("the backfill", `
		UPDATE operations
		SET backwards = 0
		WHERE operation_id = ?
		  AND backwards`, lane)
}

// closeLanes ends the backfills whose last run has ended.
func (x *writing) closeLanes(d *plan.Decision) error {
	for i := range d.Runs {
		run := d.Runs[i].Run
		if run.Lane == 0 || !d.Runs[i].To.Final() || x.lanes[run.Lane] {
			continue
		}
		n, err := x.w.closeLane(run.Lane, x.names.pipelines[run.Pipeline], x.now.UnixMicro())
		if err != nil {
			return fmt.Errorf("cannot end backfill %d: %w", run.Lane, err)
		}
		x.lanes[run.Lane] = n > 0
	}
	return nil
}

func (w *conn) closeLane(lane, pipeline, now int64) (int64, error) {
	return w.exec(`
		UPDATE operations
		SET state = 1,
		    ended_at = @now
		WHERE operation_id = @lane
		  AND state = 0
		  AND NOT EXISTS (
		    SELECT 1 FROM runs INDEXED BY runs_queued
		    WHERE state = 0 AND pipeline_id = @pipeline AND lane = @lane)
		  AND NOT EXISTS (
		    SELECT 1 FROM runs INDEXED BY runs_running
		    WHERE state = 1 AND pipeline_id = @pipeline AND lane = @lane)`,
		sql.Named("now", now), sql.Named("lane", lane), sql.Named("pipeline", pipeline))
}

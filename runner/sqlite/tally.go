package sqlite

import (
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// tally collects by how much counters move: task instances of a run, runs of a pipeline.
type tally struct {
	instances map[int64]*[9]int64
	runs      map[int64]*[4]int64
}

func newTally() tally {
	return tally{map[int64]*[9]int64{}, map[int64]*[4]int64{}}
}

func (t tally) instance(run int64, s plan.State, by int64) {
	n := t.instances[run]
	if n == nil {
		n = new([9]int64)
		t.instances[run] = n
	}
	n[s] += by
}

func (t tally) run(pipeline int64, s plan.RunState, by int64) {
	n := t.runs[pipeline]
	if n == nil {
		n = new([4]int64)
		t.runs[pipeline] = n
	}
	n[s] += by
}

func (t tally) write(w *conn) error {
	for run, n := range t.instances {
		if *n == [9]int64{} {
			continue
		}
		if err := w.one(fmt.Sprintf("run %d", run), `
			UPDATE runs
			SET waiting = waiting + ?,
			    queued = queued + ?,
			    running = running + ?,
			    retrying = retrying + ?,
			    success = success + ?,
			    failed = failed + ?,
			    skipped = skipped + ?,
			    upstream_failed = upstream_failed + ?,
			    removed = removed + ?
			WHERE run_id = ?`, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8], run); err != nil {
			return err
		}
	}
	return t.writeRuns(w)
}

func (t tally) writeRuns(w *conn) error {
	for pipeline, n := range t.runs {
		if *n == [4]int64{} {
			continue
		}
		if err := w.one(fmt.Sprintf("pipeline %d", pipeline), `
			UPDATE pipelines
			SET runs_queued = runs_queued + ?,
			    runs_running = runs_running + ?,
			    runs_success = runs_success + ?,
			    runs_failed = runs_failed + ?
			WHERE pipeline_id = ?`, n[0], n[1], n[2], n[3], pipeline); err != nil {
			return err
		}
	}
	return nil
}

package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// tally collects by how much counters move: task instances of a run, runs of a pipeline.
type tally struct {
	instances map[int64]*[8]int64
	runs      map[int64]*[4]int64
}

func newTally() tally {
	return tally{map[int64]*[8]int64{}, map[int64]*[4]int64{}}
}

func (t tally) instance(run int64, s plan.State, by int64) {
	n := t.instances[run]
	if n == nil {
		n = new([8]int64)
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
		if *n == [8]int64{} {
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
			    upstream_failed = upstream_failed + ?
			WHERE run_id = ?`, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], run); err != nil {
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

// Verify counts all runs and task instances again and returns one sentence for each
// difference from the counters. It reads the whole database.
func (db *DB) Verify(ctx context.Context) ([]string, error) {
	var found []string
	rows, err := db.readers.QueryContext(ctx, `
		SELECT r.run_id
		FROM runs AS r
		LEFT JOIN (
		  SELECT run_id,
		         sum(state = 0) AS n0, sum(state = 1) AS n1, sum(state = 2) AS n2, sum(state = 3) AS n3,
		         sum(state = 4) AS n4, sum(state = 5) AS n5, sum(state = 6) AS n6, sum(state = 7) AS n7
		  FROM task_instances
		  GROUP BY run_id) AS c USING (run_id)
		WHERE (r.waiting, r.queued, r.running, r.retrying, r.success, r.failed, r.skipped, r.upstream_failed)
		   IS NOT (ifnull(n0, 0), ifnull(n1, 0), ifnull(n2, 0), ifnull(n3, 0),
		           ifnull(n4, 0), ifnull(n5, 0), ifnull(n6, 0), ifnull(n7, 0))`)
	if err != nil {
		return nil, explain("verify", db.path, err)
	}
	if err := drain(rows, func(r *sql.Rows) error {
		var run int64
		err := r.Scan(&run)
		found = append(found, fmt.Sprintf("run %d: the counters of its task instances are wrong", run))
		return err
	}); err != nil {
		return nil, explain("verify", db.path, err)
	}
	return db.verifyPipelines(ctx, found)
}

func (db *DB) verifyPipelines(ctx context.Context, found []string) ([]string, error) {
	rows, err := db.readers.QueryContext(ctx, `
		SELECT p.name
		FROM pipelines AS p
		LEFT JOIN (
		  SELECT pipeline_id, sum(state = 0) AS n0, sum(state = 1) AS n1, sum(state = 2) AS n2, sum(state = 3) AS n3
		  FROM runs
		  GROUP BY pipeline_id) AS c USING (pipeline_id)
		WHERE (p.runs_queued, p.runs_running, p.runs_success, p.runs_failed)
		   IS NOT (ifnull(n0, 0), ifnull(n1, 0), ifnull(n2, 0), ifnull(n3, 0))`)
	if err != nil {
		return nil, explain("verify", db.path, err)
	}
	err = drain(rows, func(r *sql.Rows) error {
		var name string
		err := r.Scan(&name)
		found = append(found, fmt.Sprintf("pipeline %q: the counters of its runs are wrong", name))
		return err
	})
	return found, explain("verify", db.path, err)
}

package sqlite

import (
	"context"
	"database/sql"
	"fmt"
)

// Verify counts all runs and task instances again and returns one sentence for each
// difference from the counters. It reads the whole database.
func (db *DB) Verify(ctx context.Context) ([]string, error) {
	runs, err := query(ctx, db, `
		SELECT r.run_id
		FROM runs AS r
		LEFT JOIN (
		  SELECT run_id,
		         sum(state = 0) AS n0, sum(state = 1) AS n1, sum(state = 2) AS n2, sum(state = 3) AS n3,
		         sum(state = 4) AS n4, sum(state = 5) AS n5, sum(state = 6) AS n6, sum(state = 7) AS n7,
		         sum(state = 8) AS n8
		  FROM task_instances
		  GROUP BY run_id) AS c USING (run_id)
		WHERE (r.waiting, r.queued, r.running, r.retrying, r.success, r.failed, r.skipped, r.upstream_failed, r.removed)
		   IS NOT (ifnull(n0, 0), ifnull(n1, 0), ifnull(n2, 0), ifnull(n3, 0),
		           ifnull(n4, 0), ifnull(n5, 0), ifnull(n6, 0), ifnull(n7, 0), ifnull(n8, 0))`, nil, func(r *sql.Rows) (string, error) {
		var run int64
		err := r.Scan(&run)
		return fmt.Sprintf("run %d: the counters of its task instances are wrong", run), err
	})
	if err != nil {
		return nil, err
	}
	pipelines, err := query(ctx, db, `
		SELECT p.name
		FROM pipelines AS p
		LEFT JOIN (
		  SELECT pipeline_id, sum(state = 0) AS n0, sum(state = 1) AS n1, sum(state = 2) AS n2, sum(state = 3) AS n3
		  FROM runs
		  GROUP BY pipeline_id) AS c USING (pipeline_id)
		WHERE (p.runs_queued, p.runs_running, p.runs_success, p.runs_failed)
		   IS NOT (ifnull(n0, 0), ifnull(n1, 0), ifnull(n2, 0), ifnull(n3, 0))`, nil, func(r *sql.Rows) (string, error) {
		var name string
		err := r.Scan(&name)
		return fmt.Sprintf("pipeline %q: the counters of its runs are wrong", name), err
	})
	return append(runs, pipelines...), err
}

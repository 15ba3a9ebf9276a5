package sqlite

import (
	"context"
	"database/sql"
)

// Progress is how far the rows of an operation have come since.
type Progress struct {
	Runs, RunsDone           int // that it made or reopened
	RunsRunning, RunsFailed  int // of these: at work, and done with a failure
	Instances, InstancesDone int // that it put back or made, in runs that existed
}

// Progress looks at every row of an operation. Runs that are gone count as done.
func (db *DB) Progress(ctx context.Context, id int64) (Progress, error) {
	p, err := first(query(ctx, db, `
		SELECT count(*), ifnull(sum(state IS NULL OR state >= 2), 0), ifnull(sum(state = 1), 0), ifnull(sum(state = 3), 0),
		       (SELECT count(*) FROM operation_instances WHERE operation_id = ?1),
		       (SELECT count(*)
		        FROM operation_instances AS b
		        LEFT JOIN task_instances AS i
		          ON i.run_id = b.run_id AND i.task_id = b.task_id AND i.map_index = b.map_index
		        WHERE b.operation_id = ?1 AND (i.state IS NULL OR i.state >= 4))
		FROM (
		  SELECT r.state
		  FROM operations AS o
		  CROSS JOIN runs AS r
		  WHERE o.operation_id = ?1
		    AND r.run_id BETWEEN o.first_run AND o.last_run
		    AND r.operation_id = ?1
		  UNION ALL
		  SELECT r.state
		  FROM operation_runs AS b
		  LEFT JOIN runs AS r USING (run_id)
		  WHERE b.operation_id = ?1
		    AND b.action = 7)`,
		[]any{id}, func(r *sql.Rows) (Progress, error) {
			var p Progress
			err := r.Scan(&p.Runs, &p.RunsDone, &p.RunsRunning, &p.RunsFailed, &p.Instances, &p.InstancesDone)
			return p, err
		}))
	if err != nil {
		return Progress{}, err
	}
	return *p, nil
}

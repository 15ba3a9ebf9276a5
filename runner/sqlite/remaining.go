package sqlite

import (
	"context"
	"database/sql"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// sampled is how many queued runs of a backfill are looked at: the others are as they are.
const sampled = 100

// Remaining is what a backfill still has to do, with the history to estimate it by.
func (db *DB) Remaining(ctx context.Context, id int64, def *pipelines.Pipeline) (plan.Work, error) {
	work := plan.Work{Def: def}
	err := db.read(ctx, "read", func(r *conn) error {
		n := newNames()
		if err := n.learn(r); err != nil {
			return err
		}
		pipeline, known := n.pipelines[def.Name]
		if !known {
			return nil
		}
		if err := r.each(`
			SELECT max_active
			FROM operations
			WHERE operation_id = ?`, []any{id}, func(rows *sql.Rows) error { return rows.Scan(&work.MaxActive) }); err != nil {
			return err
		}
		history, err := r.loadHistory(&n, pipeline, len(def.Tasks))
		if err != nil {
			return err
		}
		work.History = history
		return r.remaining(&n, &work, pipeline, id)
	})
	return work, err
}

// remaining reads the runs of a lane that run, and the first of those that wait.
func (c *conn) remaining(n *names, work *plan.Work, pipeline, lane int64) error {
	queued, _, err := c.number(`
		SELECT count(*)
		FROM runs INDEXED BY runs_queued
		WHERE state = 0
		  AND pipeline_id = ?
		  AND lane = ?`, pipeline, lane)
	if err != nil {
		return err
	}
	running, err := c.undone(n, work.Def, `
		SELECT x.run_id, x.partial, i.task_id, i.state
		FROM (SELECT run_id, partial
		      FROM runs INDEXED BY runs_running
		      WHERE state = 1 AND pipeline_id = ? AND lane = ?
		      LIMIT ?) AS x
		LEFT JOIN task_instances AS i USING (run_id)`, pipeline, lane, -1)
	if err != nil {
		return err
	}
	waiting, err := c.undone(n, work.Def, `
		SELECT x.run_id, x.partial, i.task_id, i.state
		FROM (SELECT run_id, partial
		      FROM runs INDEXED BY runs_queued
		      WHERE state = 0 AND pipeline_id = ? AND lane = ?
		      ORDER BY interval_start
		      LIMIT ?) AS x
		LEFT JOIN task_instances AS i USING (run_id)`, pipeline, lane, sampled)
	if err != nil {
		return err
	}
	work.Stints = append(running, waiting...)
	if len(waiting) > 0 {
		work.Stints[len(work.Stints)-1].Runs += int(queued) - len(waiting)
	}
	return nil
}

// undone lists, run by run, the tasks that have not ended. A run that never began has all.
func (c *conn) undone(n *names, def *pipelines.Pipeline, query string, args ...any) ([]plan.Stint, error) {
	var all []plan.Stint
	last := int64(0)
	err := c.each(query, args, func(r *sql.Rows) error {
		var run int64
		var partial bool
		var task, state sql.NullInt64
		if err := r.Scan(&run, &partial, &task, &state); err != nil {
			return err
		}
		if run != last {
			last = run
			all = append(all, plan.Stint{Runs: 1})
		}
		s := &all[len(all)-1]
		if !task.Valid && !partial {
			for t := range def.Tasks {
				s.Tasks = append(s.Tasks, t)
			}
		}
		if t := def.Index(n.taskNames[task.Int64]); task.Valid && t >= 0 && !plan.State(state.Int64).Final() {
			s.Tasks = append(s.Tasks, t)
		}
		return nil
	})
	return all, err
}

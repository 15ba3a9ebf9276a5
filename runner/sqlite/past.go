package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// loadPast joins the unfinished runs of a pipeline to those before them. Runs that are in
// memory are joined to each other: what one becomes the next one sees.
func (db *DB) loadPast(w *conn, c *cache, p *pipelineCache) error {
	r := db.defs.pipelines[p.name]
	if r == nil {
		return nil
	}
	id := db.names.pipelines[p.name]
	for _, run := range p.unfinished() {
		if r.looksBack {
			if err := w.loadPrevSuccess(id, run); err != nil {
				return err
			}
		}
		if len(r.past) == 0 {
			continue
		}
		if err := w.loadPrevious(&db.names, id, run, r.past, c.runs); err != nil {
			return err
		}
	}
	return nil
}

// loadPrevSuccess finds the latest run before a run that succeeded.
func (c *conn) loadPrevSuccess(pipeline int64, run *plan.Run) error {
	return c.each(`
		SELECT interval_start, interval_end
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start < ?
		  AND state = ?
		ORDER BY interval_start DESC
		LIMIT 1`, []any{pipeline, run.Interval.Start.UnixMicro(), plan.RunSuccess}, func(r *sql.Rows) error {
		var start, end int64
		err := r.Scan(&start, &end)
		run.PrevSuccess = timetable.Interval{Start: time.UnixMicro(start).UTC(), End: time.UnixMicro(end).UTC()}
		return err
	})
}

// loadPrevious finds the run before a run, and which of the tasks no earlier run had.
func (c *conn) loadPrevious(n *names, pipeline int64, run *plan.Run, tasks []string, known map[int64]*plan.Run) error {
	run.Previous, run.Fresh = nil, nil
	start := run.Interval.Start.UnixMicro()
	if err := c.each(`
		SELECT run_id, interval_start, interval_end, kind, state, lane, partial, created_at, started_at,
		       (SELECT text FROM run_params AS v WHERE v.params_id = runs.params_id),
		       CASE WHEN pinned THEN version_id END
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start < ?
		ORDER BY interval_start DESC
		LIMIT 1`, []any{pipeline, start}, func(r *sql.Rows) (err error) {
		run.Previous, err = scanRun(r, run.Pipeline)
		return err
	}); err != nil || run.Previous == nil {
		return err
	}
	if same := known[run.Previous.ID]; same != nil {
		run.Previous = same
		return nil
	}
	if err := c.loadStates(n, run.Previous); err != nil {
		return err
	}
	return c.loadFresh(n, pipeline, run, tasks)
}

func (c *conn) loadStates(n *names, run *plan.Run) error {
	return c.each(`
		SELECT task_id, map_index, state
		FROM task_instances
		WHERE run_id = ?`, []any{run.ID}, func(r *sql.Rows) error {
		var task int64
		var in plan.Instance
		err := r.Scan(&task, &in.MapIndex, &in.State)
		in.Task = n.taskNames[task]
		run.Instances = append(run.Instances, in)
		return err
	})
}

// loadFresh asks, for tasks that the run before does not have, whether any earlier run does.
func (c *conn) loadFresh(n *names, pipeline int64, run *plan.Run, tasks []string) error {
	has := make(map[string]bool, len(run.Previous.Instances))
	for i := range run.Previous.Instances {
		has[run.Previous.Instances[i].Task] = true
	}
	for _, task := range tasks {
		id, known := n.tasks[taskName{pipeline, task}]
		if has[task] || !known {
			continue
		}
		_, earlier, err := c.number(`
			SELECT r.run_id
			FROM runs AS r
			CROSS JOIN task_instances AS i ON i.run_id = r.run_id AND i.task_id = ?3
			WHERE r.pipeline_id = ?1
			  AND r.interval_start < ?2
			LIMIT 1`, pipeline, run.Previous.Interval.Start.UnixMicro(), id)
		if err != nil {
			return err
		}
		if !earlier {
			run.Fresh = append(run.Fresh, task)
		}
	}
	return nil
}

// Past joins a run to the one before it, if its pipeline asks, and returns the first
// interval of the backfill in whose lane it stands.
func (db *DB) Past(ctx context.Context, p *pipelines.Pipeline, run *plan.Run) (first time.Time, err error) {
	tasks, back := p.DependOnPast(), p.LooksBack()
	if len(tasks) == 0 && !back {
		return first, nil
	}
	err = db.read(ctx, "read", func(r *conn) error {
		n := newNames()
		if err := n.learn(r); err != nil {
			return err
		}
		if back {
			if err := r.loadPrevSuccess(n.pipelines[p.Name], run); err != nil {
				return err
			}
		}
		if err := r.loadPrevious(&n, n.pipelines[p.Name], run, tasks, nil); err != nil {
			return err
		}
		return r.each(`
			SELECT json_extract(bounds, '$.first')
			FROM operations
			WHERE operation_id = ?`, []any{run.Lane}, func(rows *sql.Rows) (err error) {
			first, err = scanFirst(rows)
			return err
		})
	})
	return first, err
}

func scanFirst(r *sql.Rows) (time.Time, error) {
	var text sql.NullString
	err := r.Scan(&text)
	return firstInterval(text, err)
}

// firstInterval reads an interval start as documents have it.
func firstInterval(text sql.NullString, err error) (time.Time, error) {
	if err != nil || !text.Valid {
		return time.Time{}, err
	}
	t, err := time.Parse(time.RFC3339Nano, text.String)
	return t, errors.Join(err)
}

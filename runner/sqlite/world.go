package sqlite

import (
	"database/sql"
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// load reads the active world whole.
func (db *DB) load(w *conn) error {
	db.cache = nil
	db.loads++
	c := &cache{limit: w.limit, runs: map[int64]*plan.Run{}, stale: map[string]bool{}}
	if err := db.names.learn(w); err != nil {
		return err
	}
	if err := w.each(`
		SELECT name, paused, last_start, last_end, runs_queued, runs_running
		FROM pipelines
		ORDER BY name`, nil, func(r *sql.Rows) error { return c.scanPipeline(r) }); err != nil {
		return err
	}
	for _, p := range c.pipelines {
		if err := db.loadRuns(w, c, p); err != nil {
			return err
		}
	}
	db.cache = c
	return nil
}

func (c *cache) scanPipeline(r *sql.Rows) error {
	p := &pipelineCache{state: &plan.PipelineState{}}
	var start, end sql.NullInt64
	err := r.Scan(&p.name, &p.paused, &start, &end, &p.nQueued, &p.nRunning)
	p.last = timetable.Interval{Start: instant(start), End: instant(end)}
	c.pipelines = append(c.pipelines, p)
	return err
}

// loadRuns reads a pipeline's lanes with the runs that may start next, and its running runs.
// The counters say where there is nothing to look for.
func (db *DB) loadRuns(w *conn, c *cache, p *pipelineCache) error {
	id := db.names.pipelines[p.name]
	if err := w.loadLanes(p, id); err != nil {
		return err
	}
	p.running = nil
	if p.nQueued > 0 {
		for _, l := range p.lanes {
			if err := w.loadQueued(p, l, id); err != nil {
				return err
			}
		}
	}
	if p.nRunning > 0 {
		if err := w.loadRunning(p, id); err != nil {
			return err
		}
	}
	for _, run := range p.unfinished() {
		c.runs[run.ID] = run
		if err := db.loadInstances(w, run); err != nil {
			return err
		}
	}
	return db.loadPast(w, c, p)
}

func (w *conn) loadLanes(p *pipelineCache, id int64) error {
	p.lanes = []*laneCache{{state: &plan.Lane{}}}
	return w.each(`
		SELECT operation_id, max_active, paused, backwards, json_extract(bounds, '$.first')
		FROM operations
		WHERE state = 0
		  AND pipeline_id = ?
		ORDER BY operation_id`, []any{id}, func(r *sql.Rows) error {
		l := &laneCache{state: &plan.Lane{}}
		var first sql.NullString
		err := r.Scan(&l.id, &l.maxActive, &l.paused, &l.backwards, &first)
		l.first, err = firstInterval(first, err)
		p.lanes = append(p.lanes, l)
		return err
	})
}

// loadQueued reads the first runs of a lane in the order in which they shall start.
func (w *conn) loadQueued(p *pipelineCache, l *laneCache, id int64) error {
	query := `
		SELECT run_id, interval_start, interval_end, kind, state, lane, partial, created_at, started_at,
		       (SELECT text FROM run_params AS v WHERE v.params_id = runs.params_id),
		       CASE WHEN pinned THEN version_id END
		FROM runs INDEXED BY runs_queued
		WHERE state = 0
		  AND pipeline_id = ?
		  AND lane = ?
		ORDER BY interval_start
		LIMIT ?`
	if l.backwards {
		query = `
		SELECT run_id, interval_start, interval_end, kind, state, lane, partial, created_at, started_at,
		       (SELECT text FROM run_params AS v WHERE v.params_id = runs.params_id),
		       CASE WHEN pinned THEN version_id END
		FROM runs INDEXED BY runs_queued
		WHERE state = 0
		  AND pipeline_id = ?
		  AND lane = ?
		ORDER BY interval_start DESC
		LIMIT ?`
	}
	l.queued, l.more = nil, false
	return w.each(query, []any{id, l.id, w.limit + 1}, func(r *sql.Rows) error {
		if len(l.queued) == w.limit {
			l.more = true
			return nil
		}
		run, err := scanRun(r, p.name)
		l.queued = append(l.queued, run)
		return err
	})
}

func (w *conn) loadRunning(p *pipelineCache, id int64) error {
	err := w.each(`
		SELECT run_id, interval_start, interval_end, kind, state, lane, partial, created_at, started_at,
		       (SELECT text FROM run_params AS v WHERE v.params_id = runs.params_id),
		       CASE WHEN pinned THEN version_id END
		FROM runs INDEXED BY runs_running
		WHERE state = 1
		  AND pipeline_id = ?`, []any{id}, func(r *sql.Rows) error {
		run, err := scanRun(r, p.name)
		p.running = append(p.running, run)
		return err
	})
	slices.SortFunc(p.running, plan.ByInterval)
	return err
}

func scanRun(r *sql.Rows, pipeline string) (*plan.Run, error) {
	run := &plan.Run{Pipeline: pipeline}
	var start, end, created int64
	var started sql.NullInt64
	var params sql.NullString
	var version sql.NullInt64
	err := r.Scan(&run.ID, &start, &end, &run.Kind, &run.State, &run.Lane, &run.Partial, &created, &started, &params, &version)
	if version.Valid {
		run.Version = &plan.Version{Row: version.Int64}
	}
	run.Params = plan.Params(params.String)
	run.Interval = timetable.Interval{Start: at(start), End: at(end)}
	run.CreatedAt, run.StartedAt = at(created), instant(started)
	return run, err
}

// loadInstances reads the task instances of a run. Most queued runs have none yet.
func (db *DB) loadInstances(w *conn, run *plan.Run) error {
	err := w.each(`
		SELECT i.task_id, i.map_index, i.state, i.try, i.try_limit, i.open, i.cancelling, i.not_before, i.started_at, i.operation_id,
		       CASE WHEN i.open OR i.state = 3 THEN (
		           SELECT COUNT(*)
		           FROM attempts AS a
		           WHERE a.run_id = i.run_id
		             AND a.task_id = i.task_id
		             AND a.map_index = i.map_index
		             AND a.state = 6
		             AND a.try > COALESCE((
		                 SELECT MAX(b.try)
		                 FROM attempts AS b
		                 WHERE b.run_id = i.run_id
		                   AND b.task_id = i.task_id
		                   AND b.map_index = i.map_index
		                   AND b.state <> 6
		                   AND b.try < i.try), 0)) ELSE 0 END
		FROM task_instances AS i
		WHERE i.run_id = ?`, []any{run.ID}, func(r *sql.Rows) error {
		return db.scanInstance(r, run)
	})
	db.arrange(run)
	if err != nil || run.Version == nil && !db.readsResults(run.Pipeline) {
		return err
	}
	if err := w.loadVersion(run.Version); err != nil {
		return err
	}
	return db.loadResults(w, run)
}

func (db *DB) scanInstance(r *sql.Rows, run *plan.Run) error {
	var in plan.Instance
	var task int64
	var notBefore, started, operation sql.NullInt64
	err := r.Scan(&task, &in.MapIndex, &in.State, &in.Try, &in.TryLimit, &in.Open, &in.Cancelling,
		&notBefore, &started, &operation, &in.Lost)
	in.Task = db.names.taskNames[task]
	in.NotBefore, in.StartedAt, in.Operation = instant(notBefore), instant(started), operation.Int64
	run.Instances = append(run.Instances, in)
	return err
}

// arrange puts instances into definition order; tasks that are no longer declared come last.
func (db *DB) arrange(run *plan.Run) {
	sortInstances(run.Instances, func(task string) int { return db.place(run.Pipeline, task) })
}

// place is where a task stands in its pipeline's order.
func (db *DB) place(pipeline, task string) int {
	if r := db.defs.pipelines[pipeline]; r != nil {
		if def := r.tasks[task]; def != nil {
			return def.place
		}
	}
	return undeclared
}

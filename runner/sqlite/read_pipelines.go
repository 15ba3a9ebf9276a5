package sqlite

import (
	"context"
	"database/sql"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// PipelineRow is a pipeline as pages show it, with its newest run.
type PipelineRow struct {
	Name    string
	File    string
	Paused  bool
	Last    timetable.Interval // the newest that the live schedule made or passed over
	Version string             // fingerprint of the newest
	Commit  string             // at which it was first seen
	Runs    [4]int             // by state
	LastRun *RunRow            // of the newest interval; nil: none yet
}

// Pipelines lists all pipelines that were ever registered, by name.
func (db *DB) Pipelines(ctx context.Context) ([]PipelineRow, error) {
	rows, err := query(ctx, db, `
		SELECT p.name, p.file, p.paused, p.last_start, p.last_end, ifnull(v.fingerprint, ''), ifnull(v.commit_id, ''),
		       p.runs_queued, p.runs_running, p.runs_success, p.runs_failed
		FROM pipelines AS p
		LEFT JOIN versions AS v USING (version_id)
		ORDER BY p.name`, nil, func(r *sql.Rows) (PipelineRow, error) {
		var p PipelineRow
		var start, end sql.NullInt64
		err := r.Scan(&p.Name, &p.File, &p.Paused, &start, &end, &p.Version, &p.Commit,
			&p.Runs[0], &p.Runs[1], &p.Runs[2], &p.Runs[3])
		p.Last = timetable.Interval{Start: instant(start), End: instant(end)}
		return p, err
	})
	if err != nil {
		return nil, err
	}
	last, err := query(ctx, db, selectRuns+`
	WHERE r.interval_start = (
	  SELECT max(n.interval_start)
	  FROM runs AS n
	  WHERE n.pipeline_id = p.pipeline_id)`, nil, scanRunRow)
	if err != nil {
		return nil, err
	}
	byName := make(map[string]*RunRow, len(last))
	for i := range last {
		byName[last[i].Pipeline] = &last[i]
	}
	for i := range rows {
		rows[i].LastRun = byName[rows[i].Name]
	}
	return rows, nil
}

// Totals are what is left to do, for progress. They cost what is active.
type Totals struct {
	Queued    int    // runs
	Running   int    // runs
	Instances Counts // task instances of the running runs
}

// Totals sums what is left over the pipelines; none named: over all.
func (db *DB) Totals(ctx context.Context, pipelines ...string) (Totals, error) {
	t, err := first(query(ctx, db, `
		SELECT sum(runs_queued), sum(runs_running), sum(n0), sum(n1), sum(n2), sum(n3), sum(n4), sum(n5), sum(n6), sum(n7), sum(n8)
		FROM (
		  SELECT p.runs_queued, p.runs_running,
		         ifnull(sum(r.waiting), 0) AS n0, ifnull(sum(r.queued), 0) AS n1, ifnull(sum(r.running), 0) AS n2,
		         ifnull(sum(r.retrying), 0) AS n3, ifnull(sum(r.success), 0) AS n4, ifnull(sum(r.failed), 0) AS n5,
		         ifnull(sum(r.skipped), 0) AS n6, ifnull(sum(r.upstream_failed), 0) AS n7, ifnull(sum(r.removed), 0) AS n8
		  FROM pipelines AS p
		  LEFT JOIN runs AS r INDEXED BY runs_running
		    ON r.pipeline_id = p.pipeline_id AND r.state = 1
		  WHERE ?1 = '[]'
		     OR p.name IN (SELECT value FROM json_each(?1))
		  GROUP BY p.pipeline_id)
		HAVING count(*) > 0`, []any{jsonList(pipelines)}, func(r *sql.Rows) (Totals, error) {
		var t Totals
		n := &t.Instances
		err := r.Scan(&t.Queued, &t.Running, &n[0], &n[1], &n[2], &n[3], &n[4], &n[5], &n[6], &n[7], &n[8])
		return t, err
	}))
	if err != nil || t == nil {
		return Totals{}, err
	}
	return *t, nil
}

// VersionRow is a definition, word for word.
type VersionRow struct {
	Fingerprint string
	Source      string
	Commit      string
	Dirty       bool
}

// Version is a definition of a pipeline by its fingerprint; nil: there is none.
func (db *DB) Version(ctx context.Context, pipeline, fingerprint string) (*VersionRow, error) {
	return first(query(ctx, db, `
		SELECT v.fingerprint, v.source, v.commit_id, v.dirty
		FROM pipelines AS p
		CROSS JOIN versions AS v USING (pipeline_id)
		WHERE p.name = ?
		  AND v.fingerprint = ?`, []any{pipeline, fingerprint}, func(r *sql.Rows) (VersionRow, error) {
		var v VersionRow
		err := r.Scan(&v.Fingerprint, &v.Source, &v.Commit, &v.Dirty)
		return v, err
	}))
}

// Of is the number of runs in one state.
func (p *PipelineRow) Of(s plan.RunState) int { return p.Runs[s] }

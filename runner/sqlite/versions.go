package sqlite

import (
	"database/sql"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// loadVersion reads the definition that a run is bound to.
func (c *conn) loadVersion(v *plan.Version) error {
	if v == nil {
		return nil
	}
	return c.each(`
		SELECT v.fingerprint, v.source, p.file
		FROM versions AS v
		CROSS JOIN pipelines AS p USING (pipeline_id)
		WHERE v.version_id = ?`, []any{v.Row}, func(r *sql.Rows) error {
		return r.Scan(&v.Fingerprint, &v.Source, &v.File)
	})
}

// versions says of the runs of a scope with which version each was started last.
func (c *conn) versions(s *plan.PipelineScope, id, from, to int64) error {
	byRun := make(map[int64]*plan.Version, len(s.Runs))
	known := map[int64]*plan.Version{}
	if err := c.each(`
		SELECT r.run_id, v.version_id, v.fingerprint
		FROM runs AS r
		CROSS JOIN versions AS v USING (version_id)
		WHERE r.pipeline_id = ?
		  AND r.interval_start BETWEEN ? AND ?`, []any{id, from, to}, func(r *sql.Rows) error {
		var run int64
		var v plan.Version
		err := r.Scan(&run, &v.Row, &v.Fingerprint)
		if known[v.Row] == nil {
			known[v.Row] = &v
		}
		byRun[run] = known[v.Row]
		return err
	}); err != nil {
		return err
	}
	for _, run := range s.Runs {
		run.Version = byRun[run.ID]
	}
	return nil
}

// pin binds runs to the version that they ran with, or lets them follow the newest again. An
// undo puts that back too. Runs that are only looked at stay as they are.
func (o *ordering) pin(g *runGroup) error {
	switch {
	case o.plan.Undoes != 0:
		_, err := o.w.exec(`
			UPDATE runs
			SET pinned = b.pinned
			FROM operation_runs AS b
			WHERE b.operation_id = ?
			  AND b.run_id = runs.run_id
			  AND runs.pinned <> b.pinned
			  AND runs.run_id IN (SELECT run_id FROM temp.chosen)`, o.plan.Undoes)
		return err
	case g.action != plan.Reopen && !g.pinned:
		return nil
	}
	_, err := o.w.exec(`
		UPDATE runs
		SET pinned = ?1
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND pinned <> ?1`, g.pinned)
	return err
}

package sqlite

import (
	"context"
	"database/sql"

	"github.com/tidemark-dev/tidemark/runner"
)

// Versions lists the definitions that a pipeline has had, newest first, without their texts.
func (db *DB) Versions(ctx context.Context, pipeline string) ([]runner.Version, error) {
	return query(ctx, db, `
		SELECT v.fingerprint, v.commit_id, v.dirty, v.first_seen
		FROM pipelines AS p
		CROSS JOIN versions AS v USING (pipeline_id)
		WHERE p.name = ?
		ORDER BY v.version_id DESC`, []any{pipeline}, func(r *sql.Rows) (v runner.Version, err error) {
		var seen int64
		err = r.Scan(&v.Fingerprint, &v.Commit, &v.Dirty, &seen)
		v.FirstSeen = at(seen)
		return v, err
	})
}

// Source is the text of a version; "" where there is none.
func (db *DB) Source(ctx context.Context, pipeline, fingerprint string) (string, error) {
	text, err := first(query(ctx, db, `
		SELECT v.source
		FROM pipelines AS p
		CROSS JOIN versions AS v USING (pipeline_id)
		WHERE p.name = ?
		  AND v.fingerprint = ?`, []any{pipeline, fingerprint}, func(r *sql.Rows) (text string, err error) {
		err = r.Scan(&text)
		return text, err
	}))
	if err != nil || text == nil {
		return "", err
	}
	return *text, nil
}

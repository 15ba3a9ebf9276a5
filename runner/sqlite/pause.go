package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// SetPaused pauses a pipeline, or lets it go on, and records that as an operation. Where it
// is so already nothing happens and changed is false.
func (db *DB) SetPaused(ctx context.Context, now time.Time, pipeline string, paused bool, who Actor) (op int64, changed bool, err error) {
	kind := "unpause"
	if paused {
		kind = "pause"
	}
	err = db.update(ctx, kind+" "+pipeline+" in", func(w *conn) error {
		id, err := db.names.pipeline(w, pipeline)
		if err != nil {
			return err
		}
		n, err := w.exec(`
			UPDATE pipelines
			SET paused = ?1
			WHERE pipeline_id = ?2
			  AND paused <> ?1`, paused, id)
		if err != nil {
			return err
		}
		if n == 0 {
			db.forget() // the pipeline may be new; then it is as it was
			return errNothing
		}
		arguments, err := w.standing(id, pipeline, paused)
		if err != nil {
			return err
		}
		op, err = w.insert(`
			INSERT INTO operations (kind, pipeline_id, created_at, actor, host, pipelines, bounds, selection, arguments, counts)
			VALUES (?, ?, ?, ?, ?, json_array(?), 'null', 'null', ?, 'null')`,
			kind, id, now.UnixMicro(), who.User, who.Host, pipeline, arguments)
		changed = true
		db.cache = nil
		return err
	})
	if err != nil {
		return 0, false, err
	}
	return op, changed, nil
}

// standing is what an undo of a pause needs: where the live schedule stands.
func (c *conn) standing(id int64, pipeline string, paused bool) (string, error) {
	live := plan.Live{Pipeline: pipeline, Paused: paused, WasPaused: !paused}
	if err := c.each(`
		SELECT last_start, last_end
		FROM pipelines
		WHERE pipeline_id = ?
		  AND last_start IS NOT NULL`, []any{id}, func(r *sql.Rows) error {
		var start, end int64
		err := r.Scan(&start, &end)
		live.Last = &plan.Place{Start: at(start), End: at(end)}
		live.WasLast = live.Last
		return err
	}); err != nil {
		return "", err
	}
	text, err := json.Marshal(struct{ Live plan.Live }{live})
	return string(text), err
}

// SetLane pauses a backfill, or lets it go on, and records that as an operation. It says
// whether that changed anything: a backfill that is over stays as it is.
func (db *DB) SetLane(ctx context.Context, now time.Time, backfill int64, paused bool, who Actor) (op int64, changed bool, err error) {
	kind := "unpause"
	if paused {
		kind = "pause"
	}
	err = db.update(ctx, "change a backfill in", func(w *conn) error {
		n, err := w.exec(`
			UPDATE operations
			SET paused = ?1
			WHERE operation_id = ?2
			  AND state = 0
			  AND paused <> ?1`, paused, backfill)
		if err != nil {
			return err
		}
		if n == 0 {
			return errNothing
		}
		op, err = w.insert(`
			INSERT INTO operations (kind, pipeline_id, created_at, actor, host, pipelines, bounds, selection, arguments, counts)
			SELECT ?, pipeline_id, ?, ?, ?, pipelines, bounds, 'null', json_object('backfill', operation_id), 'null'
			FROM operations
			WHERE operation_id = ?`, kind, now.UnixMicro(), who.User, who.Host, backfill)
		changed = true
		db.cache = nil
		return err
	})
	if err != nil {
		return 0, false, err
	}
	return op, changed, nil
}

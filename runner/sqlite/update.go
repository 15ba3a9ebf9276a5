package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Update is one turn of the loop: read what is active, let decide decide, write it, commit.
// The world is kept between turns while nobody else writes, so a turn costs what it changes.
func (db *DB) Update(ctx context.Context, now time.Time, decide func(*plan.World) plan.Decision) (plan.Decision, error) {
	var d plan.Decision
	err := db.update(ctx, "update", func(w *conn) error {
		if err := db.look(w); err != nil {
			return err
		}
		d = decide(db.cache.present())
		if d.Empty() {
			return errNothing
		}
		done, err := db.write(w, now, &d)
		if err != nil {
			return err
		}
		db.advance(now, &d, done)
		if done.anew {
			db.cache = nil
		}
		return nil
	})
	return d, err
}

// look makes the remembered world current.
func (db *DB) look(w *conn) error {
	v, err := w.dataVersion()
	if err != nil {
		return err
	}
	if db.cache != nil && db.version == v {
		return db.refresh(w)
	}
	db.version = v
	return db.load(w)
}

// Loads counts how often Update has read the active world whole: at first, and whenever
// somebody else had written. While it stands still there are no new orders.
func (db *DB) Loads() int64 {
	db.mu.Lock()
	defer db.mu.Unlock()
	return db.loads
}

// OpenTask is a task with attempts that the executor has.
type OpenTask struct {
	Pipeline, Task string
	Attempts       int
}

// OpenTasks counts the open attempts by task.
func (db *DB) OpenTasks(ctx context.Context) ([]OpenTask, error) {
	return query(ctx, db, `
		SELECT p.name, t.name, COUNT(*)
		FROM attempts AS a INDEXED BY attempts_open
		CROSS JOIN tasks AS t USING (task_id)
		CROSS JOIN pipelines AS p USING (pipeline_id)
		WHERE a.state < 2
		GROUP BY a.task_id`, nil, func(r *sql.Rows) (OpenTask, error) {
		var o OpenTask
		err := r.Scan(&o.Pipeline, &o.Task, &o.Attempts)
		return o, err
	})
}

// OpenAttempts are those that were handed to the executor and have not ended.
func (db *DB) OpenAttempts(ctx context.Context) ([]plan.AttemptKey, error) {
	return query(ctx, db, `
		SELECT a.run_id, t.name, a.map_index, a.try
		FROM attempts AS a INDEXED BY attempts_open
		CROSS JOIN tasks AS t USING (task_id)
		WHERE a.state < 2
		ORDER BY a.run_id, a.task_id, a.map_index, a.try`, nil, func(r *sql.Rows) (plan.AttemptKey, error) {
		var k plan.AttemptKey
		err := r.Scan(&k.Run, &k.Task, &k.MapIndex, &k.Try)
		return k, err
	})
}

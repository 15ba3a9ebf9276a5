package sqlite

import (
	"context"
	"database/sql"
	"maps"
	"slices"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// results keeps what a successful attempt handed on.
func (x *writing) results(ch *plan.AttemptChange, task int64) error {
	for _, key := range slices.Sorted(maps.Keys(ch.Results)) {
		if err := x.w.one("the result", `
			INSERT INTO results (run_id, task_id, map_index, try, key, value)
			VALUES (?, ?, ?, ?, ?, ?)`, ch.Run, task, ch.MapIndex, ch.Try, key, ch.Results[key]); err != nil {
			return err
		}
	}
	return nil
}

func nonempty(s string) any {
	if s == "" {
		return nil
	}
	return s
}

// readsResults says whether the definition of a pipeline reads results: then, and only
// then, the world holds them.
func (db *DB) readsResults(pipeline string) bool {
	r := db.defs.pipelines[pipeline]
	return r != nil && r.results
}

// loadResults reads what the successful instances of a run have handed on.
func (db *DB) loadResults(w *conn, run *plan.Run) error {
	at := make(map[taskIndex]*plan.Instance, len(run.Instances))
	for i := range run.Instances {
		in := &run.Instances[i]
		at[taskIndex{in.Task, in.MapIndex}] = in
	}
	return w.each(`
		SELECT task_id, map_index, try, key, value
		FROM results
		WHERE run_id = ?`, []any{run.ID}, func(r *sql.Rows) error {
		var task int64
		var row ResultRow
		if err := r.Scan(&task, &row.MapIndex, &row.Try, &row.Key, &row.Value); err != nil {
			return err
		}
		in := at[taskIndex{db.names.taskNames[task], row.MapIndex}]
		if in == nil || in.State != plan.Success || in.Try != row.Try {
			return nil
		}
		if in.Results == nil {
			in.Results = map[string]string{}
		}
		in.Results[row.Key] = row.Value
		return nil
	})
}

type taskIndex struct {
	task  string
	index int
}

// ResultRow is one value that an attempt handed on.
type ResultRow struct {
	Task     string
	MapIndex int
	Try      int
	Key      string
	Value    string
}

// Results lists what the attempts of a run handed on.
func (db *DB) Results(ctx context.Context, run int64) ([]ResultRow, error) {
	return query(ctx, db, `
		SELECT t.name, s.map_index, s.try, s.key, s.value
		FROM results AS s
		CROSS JOIN tasks AS t USING (task_id)
		WHERE s.run_id = ?
		ORDER BY s.task_id, s.map_index, s.try, s.key`, []any{run}, func(r *sql.Rows) (ResultRow, error) {
		var row ResultRow
		err := r.Scan(&row.Task, &row.MapIndex, &row.Try, &row.Key, &row.Value)
		return row, err
	})
}

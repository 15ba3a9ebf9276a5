package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Cells hands over task instances run by run.
func (db *DB) Cells(ctx context.Context, pipeline string, from, to time.Time, see func(runner.Cell)) error {
	lo, hi := bounds(from, to)
	return db.read(ctx, "read", func(c *conn) error {
		r, err := newCellReader(c, pipeline)
		if err != nil {
			return err
		}
		return r.read(`
			SELECT i.run_id, i.state | (i.task_id << 4), i.reason_id
			FROM pipelines AS p
			CROSS JOIN runs AS r USING (pipeline_id)
			CROSS JOIN task_instances AS i USING (run_id)
			WHERE p.name = ?
			  AND r.interval_start BETWEEN ? AND ?
			ORDER BY r.interval_start`, []any{pipeline, lo, hi}, see)
	})
}

// CellsBut leaves out the plain successes of tasks: most of history is nothing else, and a row
// that is only looked at costs a fifth of one that is handed over. A run is taken to have them
// only where its counter says that all of them are there; else it is read whole.
func (db *DB) CellsBut(ctx context.Context, pipeline string, from, to time.Time, tasks []string, rest func(run int64), see func(runner.Cell)) error {
	lo, hi := bounds(from, to)
	args := []any{pipeline, lo, hi}
	return db.read(ctx, "read", func(c *conn) error {
		r, err := newCellReader(c, pipeline)
		if err != nil {
			return err
		}
		usual := make(map[string]bool, len(tasks))
		for _, t := range tasks {
			usual[t] = true
		}
		gone, err := r.others(usual)
		if err != nil {
			return err
		}
		others := map[int64][]runner.Cell{}
		if err := r.read(`
			SELECT i.run_id, i.state | (i.task_id << 4), i.reason_id
			FROM pipelines AS p
			CROSS JOIN runs AS r USING (pipeline_id)
			CROSS JOIN task_instances AS i USING (run_id)
			WHERE p.name = ?1
			  AND r.interval_start BETWEEN ?2 AND ?3
			  AND (i.state <> 4 OR i.reason_id IS NOT NULL OR i.map_index >= 0 OR ?4 <> '[]' AND i.task_id IN (SELECT value FROM json_each(?4)))
			ORDER BY r.interval_start`, append(args, gone), func(cell runner.Cell) { others[cell.Run] = append(others[cell.Run], cell) }); err != nil {
			return err
		}
		runs, err := c.successes(args)
		if err != nil {
			return err
		}
		for _, run := range runs {
			if !plain(usual, others[run.id], run.successes) {
				if err := r.read(`
					SELECT run_id, state | (task_id << 4), reason_id
					FROM task_instances
					WHERE run_id = ?`, []any{run.id}, see); err != nil {
					return err
				}
				continue
			}
			rest(run.id)
			for _, cell := range others[run.id] {
				see(cell)
			}
		}
		return nil
	})
}

// runSuccesses is how many successes a run has.
type runSuccesses struct {
	id        int64
	successes int
}

func (c *conn) successes(args []any) (all []runSuccesses, err error) {
	return all, c.each(`
		SELECT r.run_id, r.success
		FROM pipelines AS p
		CROSS JOIN runs AS r USING (pipeline_id)
		WHERE p.name = ?
		  AND r.interval_start BETWEEN ? AND ?
		ORDER BY r.interval_start`, args, func(rows *sql.Rows) error {
		var s runSuccesses
		err := rows.Scan(&s.id, &s.successes)
		all = append(all, s)
		return err
	})
}

// cellReader turns rows into cells. What is small is packed into one number: each column
// costs as much as it.
type cellReader struct {
	*conn
	tasks map[int64]string
	marks map[int64]string // reasons that say that a person marked it
}

func newCellReader(c *conn, pipeline string) (*cellReader, error) {
	r := &cellReader{conn: c}
	var err error
	if r.tasks, err = c.texts(`
		SELECT t.task_id, t.name
		FROM pipelines AS p
		CROSS JOIN tasks AS t USING (pipeline_id)
		WHERE p.name = ?`, pipeline); err != nil {
		return nil, err
	}
	r.marks, err = c.texts(`
		SELECT reason_id, text
		FROM reasons
		WHERE text >= 'marked by ' AND text < 'marked by!'`)
	return r, err
}

func (r *cellReader) read(query string, args []any, see func(runner.Cell)) error {
	var run, packed int64
	var why sql.NullInt64
	return r.each(query, args, func(rows *sql.Rows) error {
		if err := rows.Scan(&run, &packed, &why); err != nil {
			return err
		}
		see(runner.Cell{Run: run, Task: r.tasks[packed>>4], State: plan.State(packed & 15), Marked: why.Valid && r.marks[why.Int64] != ""})
		return nil
	})
}

// others are the pipeline's tasks that are not among these, as a list in JSON.
func (r *cellReader) others(tasks map[string]bool) (string, error) {
	ids := []int64{}
	for id, name := range r.tasks {
		if !tasks[name] {
			ids = append(ids, id)
		}
	}
	text, err := json.Marshal(ids)
	return string(text), err
}

// plain says whether all of the tasks that others have no cell of are there, as plain successes.
func plain(tasks map[string]bool, others []runner.Cell, successes int) bool {
	seen := map[string]bool{}
	for _, c := range others {
		if c.State == plan.Success {
			successes--
		}
		if tasks[c.Task] {
			seen[c.Task] = true
		}
	}
	return successes == len(tasks)-len(seen)
}

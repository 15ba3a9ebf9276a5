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
		return r.all(lo, hi, see)
	})
}

// CellsBut leaves out the plain successes of tasks: most of history is nothing else, and a row
// that is only looked at costs a fifth of one that is handed over. A run is taken to have them
// only where its counter says that all of them are there; else it is read whole.
func (db *DB) CellsBut(ctx context.Context, pipeline string, from, to time.Time, tasks []string, rest func(run int64), see func(runner.Cell)) error {
	lo, hi := bounds(from, to)
	usual := make(map[string]bool, len(tasks))
	for _, t := range tasks {
		usual[t] = true
	}
	return db.read(ctx, "read", func(c *conn) error {
		r, err := newCellReader(c, pipeline)
		if err != nil {
			return err
		}
		others, err := r.butPlain(lo, hi, usual)
		if err != nil {
			return err
		}
		runs, err := r.successes(lo, hi)
		if err != nil {
			return err
		}
		whole := map[int64]bool{} // runs that must be read so
		for _, run := range runs {
			if !plain(usual, others[run.id], run.successes) {
				if len(whole) == 0 {
					lo = run.start
				}
				whole[run.id], hi = true, run.start
				continue
			}
			rest(run.id)
			for _, cell := range others[run.id] {
				see(cell)
			}
		}
		if len(whole) == 0 {
			return nil
		}
		return r.all(lo, hi, func(cell runner.Cell) {
			if whole[cell.Run] {
				see(cell)
			}
		})
	})
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

// cellReader reads the cells of a pipeline. What is small is packed into one number: each
// column costs as much as it.
type cellReader struct {
	*conn
	pipeline int64
	tasks    map[int64]string
	marks    map[int64]string // reasons that say that a person marked it
}

func newCellReader(c *conn, pipeline string) (*cellReader, error) {
	r := &cellReader{conn: c}
	var err error
	if r.pipeline, _, err = c.number(`SELECT pipeline_id FROM pipelines WHERE name = ?`, pipeline); err != nil {
		return nil, err
	}
	if r.tasks, err = c.texts(`
		SELECT task_id, name
		FROM tasks
		WHERE pipeline_id = ?`, r.pipeline); err != nil {
		return nil, err
	}
	r.marks, err = c.texts(`
		SELECT reason_id, text
		FROM reasons
		WHERE text >= 'marked by ' AND text < 'marked by!'`)
	return r, err
}

func (r *cellReader) cell(run, packed, reason int64) runner.Cell {
	return runner.Cell{Run: run, Task: r.tasks[packed>>4], State: plan.State(packed & 15), Marked: reason != 0 && r.marks[reason] != ""}
}

// all reads every cell. Few instances have a reason, so that it is looked at last.
func (r *cellReader) all(lo, hi int64, see func(runner.Cell)) error {
	reason := `0`
	if len(r.marks) > 0 {
		reason = `ifnull(i.reason_id, 0)`
	}
	return r.numbers(`
		SELECT i.run_id, i.state | (i.task_id << 4), `+reason+`
		FROM runs AS r
		CROSS JOIN task_instances AS i USING (run_id)
		WHERE r.pipeline_id = ?
		  AND r.interval_start BETWEEN ? AND ?
		ORDER BY r.interval_start`, 3, []int64{r.pipeline, lo, hi}, func(row []int64) error {
		see(r.cell(row[0], row[1], row[2]))
		return nil
	})
}

// butPlain reads the cells that are no plain successes of these tasks, by run. It looks only at
// columns that can tell: the farther back in a row, the dearer.
func (r *cellReader) butPlain(lo, hi int64, tasks map[string]bool) (map[int64][]runner.Cell, error) {
	args, also := []any{r.pipeline, lo, hi}, ``
	if len(r.marks) > 0 {
		also = ` OR i.reason_id IS NOT NULL`
	}
	gone := []int64{} // other tasks of the pipeline
	for id, name := range r.tasks {
		if !tasks[name] {
			gone = append(gone, id)
		}
	}
	if len(gone) > 0 {
		list, err := json.Marshal(gone)
		if err != nil {
			return nil, err
		}
		args, also = append(args, string(list)), also+` OR i.task_id IN (SELECT value FROM json_each(?))`
	}
	all := map[int64][]runner.Cell{}
	return all, r.each(`
		SELECT i.run_id, i.state | (i.task_id << 4), ifnull(i.reason_id, 0)
		FROM runs AS r
		CROSS JOIN task_instances AS i USING (run_id)
		WHERE r.pipeline_id = ?
		  AND r.interval_start BETWEEN ? AND ?
		  AND (i.state <> 4 OR i.map_index >= 0`+also+`)
		ORDER BY r.interval_start`, args, func(rows *sql.Rows) error {
		var run, packed, reason int64
		err := rows.Scan(&run, &packed, &reason)
		all[run] = append(all[run], r.cell(run, packed, reason))
		return err
	})
}

// runSuccesses is how many successes a run has.
type runSuccesses struct {
	id, start int64
	successes int
}

func (r *cellReader) successes(lo, hi int64) (all []runSuccesses, err error) {
	err = r.each(`
		SELECT run_id, interval_start, success
		FROM runs
		WHERE pipeline_id = ?
		  AND interval_start BETWEEN ? AND ?
		ORDER BY interval_start`, []any{r.pipeline, lo, hi}, func(rows *sql.Rows) error {
		var s runSuccesses
		err := rows.Scan(&s.id, &s.start, &s.successes)
		all = append(all, s)
		return err
	})
	return all, err
}

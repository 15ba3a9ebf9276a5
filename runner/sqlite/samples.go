package sqlite

import (
	"database/sql"
	"math"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// How much of a pipeline's past an estimate goes by, and how far it looks for that: the
// newest intervals may all be waiting, behind a backlog. None of it grows with history.
const (
	pastRuns  = 30    // runs at most
	fewRuns   = 5     // and of a pipeline of many tasks
	pastTasks = 6_000 // attempts, about
	lookedAt  = 100   // runs before each place that is looked at
	places    = 8
)

// loadHistory reads how long the tasks of a pipeline took in some of its newest runs.
func (c *conn) loadHistory(n *names, pipeline int64, tasks int) (plan.History, error) {
	wanted := min(max(pastTasks/max(tasks, 1), fewRuns), pastRuns)
	before, err := c.backlogs(pipeline)
	if err != nil {
		return nil, err
	}
	var h plan.History
	seen := map[int64]map[string]time.Duration{}
	for _, start := range append([]int64{math.MaxInt64}, before...) {
		if len(h) >= wanted {
			break
		}
		if err := c.pastOf(n, pipeline, start, wanted, seen, &h); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// backlogs are the first intervals that wait: in the queue of the live schedule, and of
// each backfill that is open.
func (c *conn) backlogs(pipeline int64) (starts []int64, err error) {
	lanes := []int64{0}
	if err := c.each(`
		SELECT operation_id
		FROM operations
		WHERE state = 0
		  AND pipeline_id = ?
		ORDER BY operation_id DESC
		LIMIT ?`, []any{pipeline, places}, func(r *sql.Rows) error {
		var lane int64
		err := r.Scan(&lane)
		lanes = append(lanes, lane)
		return err
	}); err != nil {
		return nil, err
	}
	for _, lane := range lanes {
		start, ok, err := c.number(`
			SELECT interval_start
			FROM runs INDEXED BY runs_queued
			WHERE state = 0
			  AND pipeline_id = ?
			  AND lane = ?
			ORDER BY interval_start
			LIMIT 1`, pipeline, lane)
		if err != nil {
			return nil, err
		}
		if ok {
			starts = append(starts, start)
		}
	}
	return starts, nil
}

// pastOf reads the attempts that ended in success or skipped themselves, and the tasks that
// were skipped without one, in runs that began, of intervals up to some start. Of several
// attempts of a task the newest counts.
func (c *conn) pastOf(n *names, pipeline, start int64, wanted int, seen map[int64]map[string]time.Duration, h *plan.History) error {
	known := len(*h)
	return c.each(`
		WITH past AS MATERIALIZED (
		  SELECT run_id
		  FROM (
		    SELECT run_id, started_at
		    FROM runs
		    WHERE pipeline_id = ?1
		      AND interval_start <= ?2
		    ORDER BY interval_start DESC
		    LIMIT ?3)
		  WHERE started_at IS NOT NULL
		  LIMIT ?4)
		SELECT past.run_id, a.task_id, a.ended_at - a.started_at
		FROM past
		CROSS JOIN attempts AS a USING (run_id)
		WHERE a.state IN (2, 4)
		  AND a.started_at IS NOT NULL
		UNION ALL
		SELECT past.run_id, i.task_id, 0
		FROM past
		CROSS JOIN task_instances AS i USING (run_id)
		WHERE i.state = 6
		  AND i.try = 0`, []any{pipeline, start, lookedAt, wanted - known}, func(r *sql.Rows) error {
		var run, task, took int64
		if err := r.Scan(&run, &task, &took); err != nil {
			return err
		}
		of, ok := seen[run]
		if !ok {
			of = map[string]time.Duration{}
			seen[run] = of
			*h = append(*h, of)
		}
		of[n.taskNames[task]] = max(time.Duration(took)*time.Microsecond, 0)
		return nil
	})
}

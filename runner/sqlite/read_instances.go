package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// InstanceRow is a task instance as pages show it, with its newest attempt.
type InstanceRow struct {
	Run       int64
	Interval  timetable.Interval
	Task      string
	MapIndex  int // -1: not mapped
	State     plan.State
	Try       int
	TryLimit  int
	Open      bool
	NotBefore time.Time
	StartedAt time.Time
	EndedAt   time.Time
	Reason    string
	Operation int64 // the order that last put it back, 0: none

	// Of attempt Try; empty where it never began.
	AttemptEndedAt time.Time
	ExitCode       *int
	Signal         *int
	Commit         string
	Dirty          bool
	Fingerprint    string
}

// InstanceQuery selects task instances of one pipeline.
type InstanceQuery struct {
	Pipeline string
	From, To time.Time // of interval starts, both inclusive; zero: open
	Tasks    []string  // none: all
	States   []plan.State
	Newest   bool // newest interval first
	Limit    int  // 0: all
}

const (
	selectInstances = `
	SELECT r.run_id, r.interval_start, r.interval_end, t.name, i.map_index, i.state, i.try, i.try_limit, i.open,
	       i.not_before, i.started_at, i.ended_at, ifnull(x.text, ''), ifnull(i.operation_id, 0),
	       a.ended_at, a.exit_code, a.signal, ifnull(d.commit_id, ''), ifnull(d.dirty, 0), ifnull(f.fingerprint, '')
	FROM pipelines AS p
	CROSS JOIN runs AS r USING (pipeline_id)`

	joinAllTasks = `
	CROSS JOIN task_instances AS i ON i.run_id = r.run_id
	CROSS JOIN tasks AS t ON t.task_id = i.task_id AND ?5 IS NOT NULL`

	joinSomeTasks = `
	CROSS JOIN tasks AS t ON t.pipeline_id = p.pipeline_id AND t.name IN (SELECT value FROM json_each(?5))
	CROSS JOIN task_instances AS i ON i.run_id = r.run_id AND i.task_id = t.task_id`

	whereInstances = `
	LEFT JOIN reasons AS x ON x.reason_id = i.reason_id
	LEFT JOIN attempts AS a ON a.run_id = i.run_id AND a.task_id = i.task_id AND a.map_index = i.map_index AND a.try = i.try
	LEFT JOIN definitions AS d ON d.definition_id = a.definition_id
	LEFT JOIN fingerprints AS f ON f.fingerprint_id = d.fingerprint_id
	WHERE p.name = ?1
	  AND r.interval_start BETWEEN ?2 AND ?3
	  AND ?4 >> i.state & 1`

	oldestInstances = `
	ORDER BY r.interval_start
	LIMIT ?6`

	newestInstances = `
	ORDER BY r.interval_start DESC
	LIMIT ?6`
)

// Instances lists task instances by interval, within it by task as they were first seen.
func (db *DB) Instances(ctx context.Context, q InstanceQuery) ([]InstanceRow, error) {
	tasks, order := joinAllTasks, oldestInstances
	if len(q.Tasks) > 0 {
		tasks = joinSomeTasks
	}
	if q.Newest {
		order = newestInstances
	}
	from, to := bounds(q.From, q.To)
	return query(ctx, db, selectInstances+tasks+whereInstances+order,
		[]any{q.Pipeline, from, to, mask(q.States), jsonList(q.Tasks), rowsLimit(q.Limit)}, scanInstanceRow)
}

// RunsHolding says which runs have an instance of one of the tasks.
func (db *DB) RunsHolding(ctx context.Context, pipeline string, from, to time.Time, tasks []string) (map[int64]bool, error) {
	first, last := bounds(from, to)
	ids, err := query(ctx, db, `
		SELECT DISTINCT r.run_id
		FROM pipelines AS p
		CROSS JOIN runs AS r USING (pipeline_id)
		CROSS JOIN tasks AS t ON t.pipeline_id = p.pipeline_id AND t.name IN (SELECT value FROM json_each(?4))
		CROSS JOIN task_instances AS i ON i.run_id = r.run_id AND i.task_id = t.task_id
		WHERE p.name = ?1
		  AND r.interval_start BETWEEN ?2 AND ?3`,
		[]any{pipeline, first, last, jsonList(tasks)}, func(r *sql.Rows) (id int64, err error) {
			err = r.Scan(&id)
			return id, err
		})
	held := make(map[int64]bool, len(ids))
	for _, id := range ids {
		held[id] = true
	}
	return held, err
}

func scanInstanceRow(r *sql.Rows) (InstanceRow, error) {
	var in InstanceRow
	var start, end int64
	var notBefore, started, ended, attemptEnded, exit, signal sql.NullInt64
	err := r.Scan(&in.Run, &start, &end, &in.Task, &in.MapIndex, &in.State, &in.Try, &in.TryLimit, &in.Open,
		&notBefore, &started, &ended, &in.Reason, &in.Operation, &attemptEnded, &exit, &signal, &in.Commit, &in.Dirty, &in.Fingerprint)
	in.Interval = timetable.Interval{Start: at(start), End: at(end)}
	in.NotBefore, in.StartedAt, in.EndedAt = instant(notBefore), instant(started), instant(ended)
	in.AttemptEndedAt, in.ExitCode, in.Signal = instant(attemptEnded), number(exit), number(signal)
	return in, err
}

func jsonList(texts []string) string {
	if len(texts) == 0 {
		return "[]"
	}
	b, err := json.Marshal(texts)
	if err != nil {
		panic(err) // strings always can
	}
	return string(b)
}

// AttemptRow is one try.
type AttemptRow struct {
	Try         int
	State       plan.AttemptState
	QueuedAt    time.Time
	StartedAt   time.Time // zero: it never did
	EndedAt     time.Time // zero: it is open
	ExitCode    *int
	Signal      *int
	Reason      string
	Operation   int64 // the order that asked for it, 0: none
	Commit      string
	Dirty       bool
	Fingerprint string
	Outputs     string          // digest of the files that it had to make
	Hashed      json.RawMessage // the inputs of the fingerprint
}

// Attempts lists the tries of a task instance, oldest first.
func (db *DB) Attempts(ctx context.Context, run int64, task string, mapIndex int) ([]AttemptRow, error) {
	return query(ctx, db, `
		SELECT a.try, a.state, a.queued_at, a.started_at, a.ended_at, a.exit_code, a.signal, ifnull(x.text, ''),
		       ifnull(a.operation_id, 0), ifnull(d.commit_id, ''), ifnull(d.dirty, 0), ifnull(f.fingerprint, ''), ifnull(f.hashed, '[]'),
		       ifnull(a.outputs, '')
		FROM runs AS r
		CROSS JOIN tasks AS t USING (pipeline_id)
		CROSS JOIN attempts AS a ON a.run_id = r.run_id AND a.task_id = t.task_id
		LEFT JOIN reasons AS x ON x.reason_id = a.reason_id
		LEFT JOIN definitions AS d ON d.definition_id = a.definition_id
		LEFT JOIN fingerprints AS f ON f.fingerprint_id = d.fingerprint_id
		WHERE r.run_id = ?
		  AND t.name = ?
		  AND a.map_index = ?
		ORDER BY a.try`, []any{run, task, mapIndex}, func(r *sql.Rows) (AttemptRow, error) {
		var a AttemptRow
		var queued int64
		var started, ended, exit, signal sql.NullInt64
		var hashed string
		err := r.Scan(&a.Try, &a.State, &queued, &started, &ended, &exit, &signal, &a.Reason,
			&a.Operation, &a.Commit, &a.Dirty, &a.Fingerprint, &hashed, &a.Outputs)
		a.QueuedAt, a.StartedAt, a.EndedAt = at(queued), instant(started), instant(ended)
		a.ExitCode, a.Signal, a.Hashed = number(exit), number(signal), json.RawMessage(hashed)
		return a, err
	})
}

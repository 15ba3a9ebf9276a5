package sqlite

import (
	"path/filepath"
	"sync"
	"testing"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

func TestManyWritersAtOnceAllGetTheirTurn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	var handles []*DB
	for range 3 {
		handles = append(handles, open(t, path, Options{Fast: true}))
	}
	p := pipeline(t, "p", 2)
	register(t, handles[0], p)
	start(t, handles[0], p, 1)
	var wg sync.WaitGroup
	for _, db := range handles {
		wg.Go(func() {
			for range 20 {
				if _, err := db.Update(ctx, day0, increment); err != nil {
					t.Error(err)
				}
				if _, err := db.Pipelines(ctx); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	in, err := handles[0].Instances(ctx, InstanceQuery{Pipeline: "p", Tasks: []string{"task00"}})
	must(t, err)
	if len(in) != 1 || in[0].TryLimit != 61 {
		t.Errorf("after sixty turns the row is %+v", in)
	}
}

// increment raises a number that it has read: a lost update would show.
func increment(w *plan.World) plan.Decision {
	run := w.Pipelines[0].Running[0]
	in := run.Instances[0]
	return plan.Decision{Tasks: []plan.TaskChange{{Run: run, Task: in.Task, MapIndex: -1, From: in.State, To: in.State,
		Try: in.Try, TryLimit: in.TryLimit + 1}}}
}

func TestTheDatabaseRefusesWhatTheCodeMustNotDo(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true})
	p := pipeline(t, "p", 2)
	register(t, db, p)
	start(t, db, p, 1)
	for what, text := range map[string]string{
		"a second run of an interval": `INSERT INTO runs (pipeline_id, interval_start, length, kind, state, created_at)
			SELECT pipeline_id, interval_start, length, kind, 0, created_at FROM runs`,
		"an ended run without an end":            `UPDATE runs SET state = 2`,
		"a running run that never started":       `UPDATE runs SET started_at = NULL`,
		"a run of another state":                 `UPDATE runs SET state = 4, ended_at = 1`,
		"an interval that ends before it starts": `UPDATE runs SET length = -1`,
		"a negative counter":                     `UPDATE runs SET retrying = -1`,
		"a success without an end":               `UPDATE task_instances SET state = 4`,
		"a waiting instance with an end":         `UPDATE task_instances SET ended_at = 1`,
		"a live instance without an attempt":     `UPDATE task_instances SET state = 1`,
		"a retry without a date":                 `UPDATE task_instances SET state = 3`,
		"cancelling what is not open":            `UPDATE task_instances SET cancelling = 1`,
		"an instance of no run":                  `INSERT INTO task_instances (run_id, task_id, state, try_limit) VALUES (99, 1, 0, 1)`,
		"an attempt of no instance":              `INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at) VALUES (1, 1, 7, 1, 0, 1)`,
		"text for a time":                        `UPDATE runs SET created_at = '2026-03-01'`,
	} {
		if _, err := db.w.ExecContext(ctx, text); err == nil {
			t.Errorf("%s was written", what)
		}
	}
}

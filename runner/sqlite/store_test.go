package sqlite

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/storetest"
)

var ctx = context.Background()

func open(t testing.TB, path string, opts Options) *DB {
	t.Helper()
	db, err := Open(path, opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	return db
}

func TestStore(t *testing.T) {
	storetest.Run(t, func(t *testing.T) storetest.Harness {
		path := filepath.Join(t.TempDir(), ".tidemark", "state.db")
		db, other := open(t, path, Options{Fast: true}), open(t, path, Options{Fast: true})
		return storetest.Harness{Store: db, Other: other,
			Reset:  func(run int64, task string) error { return reset(other, run, task) },
			Verify: func() ([]string, error) { return db.Verify(ctx) },
		}
	})
}

// reset is a clear of one task instance.
func reset(db *DB, id int64, task string) error {
	run, err := db.Run(ctx, id)
	if err != nil {
		return err
	}
	def := &pipelines.Pipeline{Name: run.Pipeline}
	for _, name := range []string{"a", "b", "c"} {
		def.Tasks = append(def.Tasks, &pipelines.Task{ID: name, Retries: 1})
	}
	if err := pipelines.Build(def); err != nil {
		return err
	}
	q := ScopeQuery{Pipelines: []string{run.Pipeline}, From: run.Interval.Start, To: run.Interval.Start}
	now := time.Date(2026, 4, 1, 0, 0, 0, 0, time.UTC)
	_, err = db.Apply(ctx, now, q, map[string]*pipelines.Pipeline{run.Pipeline: def}, Actor{User: "anna", Host: "here"},
		func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Clear(now, scopes, plan.ClearArgs{Selector: plan.Selector{TaskRegex: "^" + task + "$"}})
		})
	return err
}

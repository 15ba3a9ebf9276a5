package sqlite

import (
	"fmt"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// history is what an order about p learns of the past.
func (d *desk) history() plan.History {
	d.Helper()
	q := ScopeQuery{Pipelines: []string{"p"}, Machine: plan.Machine{Parallelism: 4}}
	scopes, err := d.db.Scopes(ctx, q, map[string]*pipelines.Pipeline{"p": d.def})
	must(d.T, err)
	return scopes[0].History
}

func (d *desk) exec(text string) {
	d.Helper()
	must(d.T, d.db.update(ctx, "change", func(w *conn) error {
		_, err := w.ExecContext(ctx, text)
		d.db.cache = nil
		return err
	}))
}

func TestAnEstimateGoesByTheNewestRuns(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 50)
	d.exec(`UPDATE attempts SET ended_at = started_at + run_id * 1000000`)
	h := d.history()
	if len(h) != pastRuns || h[0]["task00"] != 50*time.Second || h[29]["task02"] != 21*time.Second {
		t.Errorf("%d runs: %v", len(h), h)
	}
}

func TestAnEstimateLooksBehindABacklog(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 10)
	later := backfill("p", 500)
	later.Runs = later.Runs[10:]
	d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return later, nil })
	if h := d.history(); len(h) != 10 {
		t.Errorf("%d runs are known: %v", len(h), h)
	}
}

func TestAnEstimateKnowsWhatSucceededOrWasSkippedAlsoBeforeAClear(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 4)
	d.exec(`UPDATE attempts SET state = 3 WHERE run_id = 4 AND task_id = 1;
		DELETE FROM attempts WHERE task_id = 3;
		UPDATE task_instances SET state = 6, try = 0, reason_id = NULL WHERE task_id = 3;
		UPDATE runs SET success = 2, skipped = 1`)
	d.clear(plan.Selector{All: true, TaskRegex: "task00|task01"})
	h := d.history()
	if len(h) != 4 || len(h[0]) != 2 || h[1]["task00"] != time.Millisecond {
		t.Errorf("%d runs are known: %v", len(h), h)
	}
	if took, known := h[0]["task02"]; !known || took != 0 {
		t.Errorf("a task that is always skipped takes %v, known %v", took, known)
	}
}

func TestWhatIsLeftOfABackfill(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 3)
	made := backfill("p", 303)
	made.Runs, made.Lane.MaxActive = made.Runs[3:], 2
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return made, nil })
	_, err := d.db.Update(ctx, day0, func(w *plan.World) plan.Decision {
		w.Parallelism, w.Pipelines[0].Def = 4, d.def
		return plan.Step(day0, w)
	})
	must(t, err)
	work, err := d.db.Remaining(ctx, *p.Operation, d.def)
	must(t, err)
	runs, tasks := 0, 0
	for _, s := range work.Stints {
		runs += s.Runs
		tasks += s.Runs * len(s.Tasks)
	}
	if runs != 300 || tasks != 900 || work.MaxActive != 2 {
		t.Errorf("%d runs with %d tasks are left, %d at once", runs, tasks, work.MaxActive)
	}
	// Two chains of three at a time, a millisecond each: 150 times 3 ms.
	if eta := plan.Forecast([]plan.Work{work}, plan.Machine{Parallelism: 4}); eta == nil || eta.P50 < 0.4 || eta.P50 > 0.5 {
		t.Errorf("it takes %+v", eta)
	}
}

// BenchmarkHistory is what an estimate costs to read: as much of a long past as of a short one.
func BenchmarkHistory(b *testing.B) {
	for _, n := range []int{10_000, 1_000_000} {
		db := open(b, filepath.Join(b.TempDir(), "state.db"), Options{Fast: true})
		p := pipeline(b, "p", 20)
		register(b, db, p)
		fill(b, db, p, n/20)
		b.Run(fmt.Sprintf("history=%d", n), func(b *testing.B) {
			for b.Loop() {
				if err := db.read(ctx, "read", func(r *conn) error {
					names := newNames()
					if err := names.learn(r); err != nil {
						return err
					}
					h, err := r.loadHistory(&names, 1, 20)
					if len(h) != pastRuns {
						b.Fatalf("%d runs", len(h))
					}
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

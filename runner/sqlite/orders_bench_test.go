package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/schema"
)

// BenchmarkOrders is what orders cost that change very many rows, beside the bare
// statement on the same table: TIDEMARK_SCALE task instances out of ten times as many.
//
//	TIDEMARK_SCALE=1000000 go test ./runner/sqlite -run xx -bench Orders -benchtime 3x
func BenchmarkOrders(b *testing.B) {
	n := scale()
	def := pipeline(b, "p", 20)
	path := filled(b, def, n/20*10)
	db := open(b, path, Options{})
	loop := pipeline(b, "a", 2)
	register(b, db, loop, def)
	start(b, db, loop, 1)
	defs := map[string]*pipelines.Pipeline{"p": def}
	first := day0.Add(time.Duration(n/20*4) * 5 * time.Minute)
	last := first.Add(time.Duration(n/20-1) * 5 * time.Minute)
	q := ScopeQuery{Pipelines: []string{"p"}, From: first, To: last, Machine: plan.Machine{Parallelism: 8}}
	clear := func(s []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Clear(day0, s, plan.ClearArgs{Selector: plan.Selector{Start: first, End: last}})
	}
	bare := func(b *testing.B, text string) {
		defer onProcessor(b)()
		for b.Loop() {
			rolledBack(b, db, text)
		}
	}
	b.Run(fmt.Sprintf("dry_run_of_clear/rows=%d", n), func(b *testing.B) {
		defer onProcessor(b)()
		for b.Loop() {
			s, err := db.Scopes(ctx, q, defs)
			if err != nil {
				b.Fatal(err)
			}
			p, err := clear(s)
			if err != nil || len(p.Instances) != n || p.ETA == nil {
				b.Fatalf("%d rows: %v", len(p.Instances), err)
			}
		}
	})
	b.Run(fmt.Sprintf("clear_and_undo/rows=%d", n), func(b *testing.B) {
		var cleared, undone, forClear, forUndo time.Duration
		for b.Loop() {
			began, busy := time.Now(), cpu()
			p, err := db.Apply(ctx, day0, q, defs, anna, clear)
			if err != nil {
				b.Fatal(err)
			}
			cleared, forClear = cleared+time.Since(began), forClear+cpu()-busy
			began, busy = time.Now(), cpu()
			if _, err = db.ApplyUndo(ctx, day0, *p.Operation, anna, func(s *plan.UndoScope) (*plan.Plan, error) {
				return plan.Undo(day0, s, plan.UndoArgs{})
			}); err != nil {
				b.Fatal(err)
			}
			undone, forUndo = undone+time.Since(began), forUndo+cpu()-busy
		}
		b.ReportMetric(cleared.Seconds()/float64(b.N), "s/clear")
		b.ReportMetric(undone.Seconds()/float64(b.N), "s/undo")
		b.ReportMetric(forClear.Seconds()/float64(b.N), "cpu-s/clear")
		b.ReportMetric(forUndo.Seconds()/float64(b.N), "cpu-s/undo")
	})
	b.Run(fmt.Sprintf("loop_beside_clear/rows=%d", n), func(b *testing.B) {
		var longest time.Duration
		for b.Loop() {
			var p *plan.Plan
			longest = max(longest, beside(b, path, func() {
				var err error
				if p, err = db.Apply(ctx, day0, q, defs, anna, clear); err != nil {
					b.Fatal(err)
				}
			}))
			if _, err := db.ApplyUndo(ctx, day0, *p.Operation, anna, func(s *plan.UndoScope) (*plan.Plan, error) {
				return plan.Undo(day0, s, plan.UndoArgs{})
			}); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(longest.Seconds(), "s/stall")
	})
	b.Run(fmt.Sprintf("bare_update/rows=%d", n), func(b *testing.B) {
		bare(b, fmt.Sprintf(`UPDATE task_instances SET state = 0, ended_at = NULL, operation_id = 1
			WHERE run_id BETWEEN %d AND %d`, n/20*4+1, n/20*5))
	})
	b.Run(fmt.Sprintf("backfill/runs=%d", n), func(b *testing.B) {
		busy := time.Duration(0)
		far := backfill("p", n)
		for i := range far.Runs {
			r := &far.Runs[i]
			r.IntervalStart, r.IntervalEnd, r.Due = r.IntervalStart.AddDate(200, 0, 0), r.IntervalEnd.AddDate(200, 0, 0), r.Due.AddDate(200, 0, 0)
		}
		for b.Loop() {
			p, began := *far, cpu()
			done, err := db.Apply(ctx, day0, ScopeQuery{}, nil, anna, func([]*plan.PipelineScope) (*plan.Plan, error) { return &p, nil })
			if err != nil {
				b.Fatal(err)
			}
			b.StopTimer()
			busy += cpu() - began
			must := func(_ any, err error) {
				if err != nil {
					b.Fatal(err)
				}
			}
			must(nil, db.update(ctx, "forget", func(w *conn) error {
				_, err := w.ExecContext(ctx, fmt.Sprintf(`DELETE FROM runs WHERE operation_id = %d;
					UPDATE pipelines SET runs_queued = 0; UPDATE operations SET state = 1, ended_at = 1 WHERE state = 0`, *done.Operation))
				db.cache = nil
				return err
			}))
			b.StartTimer()
		}
		b.ReportMetric(busy.Seconds()/float64(b.N), "cpu-s/op")
	})
	b.Run(fmt.Sprintf("bare_insert/runs=%d", n), func(b *testing.B) {
		bare(b, fmt.Sprintf(`WITH RECURSIVE i (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM i WHERE n < %d)
			INSERT INTO runs (pipeline_id, interval_start, length, kind, state, created_at)
			SELECT 1, %d + n * 300000000, 300000000, 1, 0, 1 FROM i`, n, int64(math.MaxInt32)*4_000_000))
	})
}

// onProcessor reports time on the processor too: on a shared machine it says more.
func onProcessor(b *testing.B) func() {
	began := cpu()
	return func() { b.ReportMetric((cpu()-began).Seconds()/float64(b.N), "cpu-s/op") }
}

// rolledBack runs a statement as an order would, and takes it back.
func rolledBack(b *testing.B, db *DB, text string) {
	undo := fmt.Errorf("not meant")
	err := db.update(context.Background(), "change", func(w *conn) error {
		defer w.roomy()()
		if _, err := w.ExecContext(ctx, text); err != nil {
			b.Fatal(err)
		}
		return undo
	})
	if err == nil {
		b.Fatal("it is not taken back")
	}
}

// filled is the path of a database with so many runs of a pipeline, all in success. It takes
// minutes to fill ten million rows; TIDEMARK_KEPT names a directory in which it is kept, and
// copied from.
func filled(b *testing.B, def *pipelines.Pipeline, runs int) string {
	path := filepath.Join(b.TempDir(), "state.db")
	made := path
	if kept := os.Getenv("TIDEMARK_KEPT"); kept != "" {
		made = filepath.Join(kept, fmt.Sprintf("%d-runs-schema-%d.db", runs, len(schema.Migrations())))
	}
	if _, err := os.Stat(made); err != nil {
		db, err := Open(made+".part", Options{Fast: true})
		if err != nil {
			b.Fatal(err)
		}
		register(b, db, def)
		fill(b, db, def, runs)
		if err := errors.Join(db.Close(), os.Rename(made+".part", made)); err != nil { // folds the log in, as history of years is
			b.Fatal(err)
		}
	}
	if made != path {
		from, err := os.Open(made)
		if err != nil {
			b.Fatal(err)
		}
		defer from.Close()
		to, err := os.Create(path)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := io.Copy(to, from); err != nil {
			b.Fatal(err)
		}
		if err := errors.Join(to.Sync(), to.Close()); err != nil { // else the disk is busy with it while we measure
			b.Fatal(err)
		}
	}
	return path
}

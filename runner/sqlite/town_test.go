package sqlite

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// town is a database with some pipelines, and an executor that ends what it is told to end.
type town struct {
	*testing.T
	db   *DB
	defs map[string]*pipelines.Pipeline
	now  time.Time
	held map[string]plan.AttemptKey // open attempts by "p:02/task", of the day
	seen []string                   // what began, in order
}

func newTown(t *testing.T, sources ...string) *town {
	d := &town{T: t, db: open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true}),
		defs: map[string]*pipelines.Pipeline{}, now: day0.AddDate(0, 0, 9), held: map[string]plan.AttemptKey{}}
	for i, source := range sources {
		name := "pqr"[i : i+1]
		d.defs[name] = parsed(t, name, source)
		register(t, d.db, d.defs[name])
	}
	t.Cleanup(func() {
		if wrong, err := d.db.Verify(ctx); err != nil || len(wrong) > 0 {
			t.Error(wrong, err)
		}
	})
	return d
}

// look lets the loop turn until nothing is left to do.
func (d *town) look(reports ...plan.Report) {
	d.Helper()
	for busy := true; busy; reports = nil {
		decision, err := d.db.Update(ctx, d.now, func(w *plan.World) plan.Decision {
			for _, p := range w.Pipelines {
				p.Def = d.defs[p.Name]
			}
			w.Reports, w.Parallelism = reports, 32
			return plan.Step(d.now, w)
		})
		must(d.T, err)
		for _, s := range decision.Start {
			name := fmt.Sprintf("%s:%s/%s", s.Def.Name, s.Run.Interval.Start.Format("02"), s.Task)
			d.held[name], d.seen = s.AttemptKey, append(d.seen, name)
		}
		busy = !decision.Empty()
	}
}

// end lets an open attempt end with an exit code.
func (d *town) end(name string, code int) {
	d.Helper()
	key, ok := d.held[name]
	if !ok {
		d.Fatalf("%s is not open: %v", name, d.held)
	}
	delete(d.held, name)
	d.look(plan.Report{AttemptKey: key, Event: plan.Ended, Time: d.now, StartedAt: d.now, ExitCode: code})
}

func (d *town) give(pipeline string, decide func(*plan.PipelineScope) (*plan.Plan, error)) *plan.Plan {
	d.Helper()
	p, err := d.db.Apply(ctx, d.now, ScopeQuery{Pipelines: []string{pipeline}}, d.defs, anna,
		func(s []*plan.PipelineScope) (*plan.Plan, error) { return decide(s[0]) })
	must(d.T, err)
	return p
}

func (d *town) clear(sel plan.Selector) func(*plan.PipelineScope) (*plan.Plan, error) {
	return func(s *plan.PipelineScope) (*plan.Plan, error) {
		return plan.Clear(d.now, []*plan.PipelineScope{s}, plan.ClearArgs{Selector: sel})
	}
}

// fills is a backfill of the days from..to of March.
func (d *town) fills(from, to int, with ...func(*plan.BackfillArgs)) func(*plan.PipelineScope) (*plan.Plan, error) {
	return func(s *plan.PipelineScope) (*plan.Plan, error) {
		args := plan.BackfillArgs{Selector: plan.Selector{Start: day0.AddDate(0, 0, from-1), End: day0.AddDate(0, 0, to-1)}}
		for _, f := range with {
			f(&args)
		}
		return plan.Backfill(d.now, s, args)
	}
}

// runs writes the runs of a pipeline as "02 success scheduled".
func (d *town) runs(pipeline string) string {
	d.Helper()
	rows, err := d.db.Runs(ctx, RunQuery{Pipeline: pipeline})
	must(d.T, err)
	var all []string
	for _, r := range rows {
		all = append(all, fmt.Sprintf("%s %s %s", r.Interval.Start.Format("02"), r.State, r.Kind))
	}
	return strings.Join(all, ", ")
}

const (
	byHand = "tasks: {a: echo}\n"
	daily  = "schedule: '@daily'\nstart_date: 2026-03-01\ncatchup: none\n" + byHand
)

// first is the oldest attempt that is open.
func (d *town) first() plan.AttemptKey {
	d.Helper()
	keys, err := d.db.OpenAttempts(ctx)
	must(d.T, err)
	if len(keys) == 0 {
		d.Fatal("nothing is open")
	}
	return keys[0]
}

// spanOf is day n after the first of March.
func spanOf(n int) timetable.Interval {
	return timetable.Interval{Start: day0.AddDate(0, 0, n), End: day0.AddDate(0, 0, n+1)}
}

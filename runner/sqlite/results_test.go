package sqlite

import (
	"path/filepath"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// stepping is a database with one pipeline, and what decides on it.
type stepping struct {
	*testing.T
	db  *DB
	def *pipelines.Pipeline
	run plan.Run // the first running one, as the last step left it
}

func newStepping(t *testing.T, text string) *stepping {
	p, problems := pipelines.Parse("p.yaml", []byte(text), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	s := &stepping{T: t, def: p, db: open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true})}
	must(t, s.db.Register(ctx, []*pipelines.Pipeline{p}, runner.Commit{}, day0))
	return s
}

// step lets the plan decide once, and again while it wants to.
func (s *stepping) step(reports ...plan.Report) {
	s.Helper()
	for again := true; again; {
		d, err := s.db.Update(ctx, day0.AddDate(0, 0, 2), func(w *plan.World) plan.Decision {
			w.Reports, w.Parallelism, w.Pipelines[0].Def = reports, 10, s.def
			d := plan.Step(day0.AddDate(0, 0, 2), w)
			if r := w.Pipelines[0].Running; len(r) > 0 {
				s.run = *r[0]
			}
			return d
		})
		must(s.T, err)
		again, reports = d.Again, nil
	}
}

func (s *stepping) ended(task string, try int, results map[string]string) plan.Report {
	return plan.Report{AttemptKey: plan.AttemptKey{Run: s.run.ID, Task: task, MapIndex: -1, Try: try}, Event: plan.Ended,
		Time: day0.AddDate(0, 0, 2), StartedAt: day0.AddDate(0, 0, 2), Results: results, Outputs: "d1"}
}

func TestResultsAreReadBackWithTheWorldUntilTheirTaskRunsAgain(t *testing.T) {
	s := newStepping(t, "schedule: '@daily'\nstart_date: 2026-03-01\ntasks:\n  a: x\n  b: {needs: a, run: 'x ${{ tasks.a.results.n }}'}\n")
	s.step()
	s.step(s.ended("a", 1, map[string]string{"n": "1", "m": "two\nlines"}))
	has := func(want string, when string) {
		t.Helper()
		s.db.forget()
		s.step()
		if got, _ := s.run.Results()["a"]["n"].(string); got != want {
			t.Errorf("%s: %q, not %q", when, got, want)
		}
	}
	has("1", "after its success")
	must(t, reset(s.db, s.run.ID, "a"))
	has("", "after a clear")
	s.step(s.ended("a", 2, nil))
	has("", "after an attempt that wrote none")
	must(t, reset(s.db, s.run.ID, "a"))
	s.step()
	s.step(s.ended("a", 3, map[string]string{"n": "3"}))
	has("3", "after one that wrote another")

	rows, err := s.db.Results(ctx, s.run.ID)
	must(t, err)
	if len(rows) != 3 || rows[0] != (ResultRow{"a", -1, 1, "m", "two\nlines"}) || rows[2].Try != 3 {
		t.Errorf("%+v", rows)
	}
	attempts, err := s.db.Attempts(ctx, s.run.ID, "a", -1)
	must(t, err)
	if len(attempts) != 3 || attempts[0].Outputs != "d1" {
		t.Errorf("%+v", attempts)
	}
}

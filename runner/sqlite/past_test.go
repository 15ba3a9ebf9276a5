package sqlite

import (
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// TestTheRunBeforeIsReadFromTheDatabaseAndFollowedInMemory: two days; the second waits for
// the first, whether the first is in memory, has ended since, or is read again.
func TestTheRunBeforeIsReadFromTheDatabaseAndFollowedInMemory(t *testing.T) {
	s := newStepping(t, "schedule: '@daily'\nstart_date: 2026-03-01\ncatchup: true\ntasks:\n  a: {run: x, depends_on_past: true}\n")
	second := func() plan.State {
		t.Helper()
		rows, err := s.db.Instances(ctx, InstanceQuery{Pipeline: "p", From: day0.AddDate(0, 0, 1)})
		must(t, err)
		return rows[0].State
	}
	is := func(want plan.State, when string) {
		t.Helper()
		if got := second(); got != want {
			t.Errorf("%s it is %s, not %s", when, got, want)
		}
	}
	s.step()
	first := s.run.ID
	is(plan.Waiting, "while the run before runs")
	failed := s.ended("a", 1, nil)
	failed.ExitCode = 1
	s.step(failed)
	is(plan.Waiting, "after it failed")
	s.db.forget()
	s.step()
	is(plan.Waiting, "after it failed, read again,")
	run := s.run
	s.run.Previous = nil
	begin, err := s.db.Past(ctx, s.def, &run)
	must(t, err)
	if run.Previous == nil || run.Previous.ID != first || run.Previous.Instances[0].State != plan.Failed || !begin.IsZero() {
		t.Errorf("%+v, %s", run.Previous, begin)
	}
	must(t, reset(s.db, first, "a"))
	s.step()
	s.step(s.ended("a", 2, nil))
	is(plan.Queued, "after it succeeded")
}

// TestTheLatestSuccessIsReadFromTheDatabaseAndFollowedInMemory: `when` of the second day asks
// whether the first has succeeded.
func TestTheLatestSuccessIsReadFromTheDatabaseAndFollowedInMemory(t *testing.T) {
	for _, again := range []bool{false, true} {
		s := newStepping(t, "schedule: '@daily'\nstart_date: 2026-03-01\ncatchup: true\nmax_active_runs: 1\n"+
			"tasks:\n  a: {run: x, when: '${{ ds == \"2026-03-01\" || prev_success.start != nil }}'}\n")
		s.step()
		s.step(s.ended("a", 1, nil))
		if again {
			s.db.forget()
		}
		s.step()
		rows, err := s.db.Instances(ctx, InstanceQuery{Pipeline: "p", From: day0.AddDate(0, 0, 1)})
		must(t, err)
		if len(rows) == 0 || rows[0].State != plan.Queued {
			t.Errorf("read again %v: %+v", again, rows)
		}
	}
}

func TestATaskThatNoEarlierRunHadIsFresh(t *testing.T) {
	s := newStepping(t, "schedule: '@daily'\nstart_date: 2026-03-01\ncatchup: {last: 1}\ntasks:\n  a: x\n")
	s.step()
	s.step(s.ended("a", 1, nil))
	added := newStepping(t, "schedule: '@daily'\nstart_date: 2026-03-01\ncatchup: {last: 1}\ntasks:\n  a: x\n  b: {run: x, depends_on_past: true}\n").def
	register(t, s.db, added)
	run := plan.Run{Pipeline: "p", Interval: s.run.Interval}
	run.Interval.Start = day0.AddDate(0, 0, 5)
	_, err := s.db.Past(ctx, added, &run)
	must(t, err)
	if len(run.Fresh) != 1 || run.Fresh[0] != "b" {
		t.Errorf("fresh: %q", run.Fresh)
	}
}

// TestABackwardsBackfillTurnsRoundWhereItsTasksComeToDependOnTheirPast: nobody could go on
// with the newest first.
func TestABackwardsBackfillTurnsRoundWhereItsTasksComeToDependOnTheirPast(t *testing.T) {
	head := "schedule: '@daily'\nstart_date: 2026-03-01\nmax_active_runs: 1\ntasks:\n"
	s := newStepping(t, head+"  a: x\n")
	p, err := s.db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": s.def}, anna, func(sc []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Backfill(day0.AddDate(0, 0, 9), sc[0], plan.BackfillArgs{Backwards: true, Selector: plan.Selector{Start: day0, End: day0.AddDate(0, 0, 3)}})
	})
	must(t, err)
	s.def = newStepping(t, head+"  a: {run: x, depends_on_past: true}\n").def
	register(t, s.db, s.def)
	s.step()
	o, err := s.db.Operation(ctx, *p.Operation)
	must(t, err)
	if !s.run.Interval.Start.Equal(day0) || o.Backwards {
		t.Errorf("it goes on with %s, backwards %v", s.run.Interval.Start, o.Backwards)
	}
}

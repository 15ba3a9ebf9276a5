package sqlite

import (
	"fmt"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What went wrong elsewhere, each a sentence that holds here. Others of the kind stand
// where they belong: runner/plan knows lanes, retries and ticks, pipelines fingerprints.

// step lets the loop look once, at some instant, and hear reports.
func (d *desk) step(at time.Time, reports ...plan.Report) plan.Decision {
	d.Helper()
	got, err := d.db.Update(ctx, at, func(w *plan.World) plan.Decision {
		w.Parallelism, w.Reports = 4, reports
		for _, p := range w.Pipelines {
			if p.Name == d.def.Name {
				p.Def = d.def
			}
		}
		return plan.Step(at, w)
	})
	must(d.T, err)
	return got
}

// ends are reports that everything that was started has ended with a code.
func ends(at time.Time, code int, started plan.Decision) (all []plan.Report) {
	for _, s := range started.Start {
		all = append(all, plan.Report{AttemptKey: s.AttemptKey, Event: plan.Ended, Time: at, StartedAt: at, ExitCode: code})
	}
	return all
}

func (d *desk) dump() map[string]string {
	d.Helper()
	return (&world{desk: d}).dump()
}

func TestABackfillIsAMaterialisedSetNeverACursorSharedWithTheLiveSchedule(t *testing.T) {
	d := newDesk(t)
	d.def = diamonds(t)
	register(t, d.db, d.def)
	at := day0.Add(10 * time.Minute)
	d.step(at)
	before := d.dump()
	p := d.order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Backfill(at, s[0], plan.BackfillArgs{Selector: plan.Selector{Start: day0.Add(-time.Hour), End: day0.Add(-5 * time.Minute)}})
	})
	if p.Counts.RunsCreated != 12 {
		t.Fatalf("%d runs are made", p.Counts.RunsCreated)
	}
	scopes, err := d.db.Scopes(ctx, ScopeQuery{Pipelines: []string{"p"}}, nil)
	must(t, err)
	if got := len(scopes[0].Runs); got != 14 || !scopes[0].Last.End.Equal(at) {
		t.Errorf("%d runs exist at once, the schedule stands at %v", got, scopes[0].Last)
	}
	d.undo(p)
	if keys := differ(unstamped(of(before, "runs")), unstamped(of(d.dump(), "runs"))); len(keys) > 0 {
		t.Errorf("%v differ", keys)
	}
	if d := d.step(at.Add(5 * time.Minute)); len(d.Create) != 1 || !d.Create[0].Interval.Start.Equal(at) {
		t.Errorf("the next tick makes %+v", d.Create)
	}
}

func TestClearingNeverRemovesTheLastGoodResultAndAttemptsAreAppendOnly(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 1)
	d.exec(`INSERT INTO results (run_id, task_id, map_index, try, key, value) VALUES (1, 1, -1, 1, 'rows', '7')`)
	kept := of(d.dump(), "attempts", "results")
	is := func(when string) {
		t.Helper()
		now := d.dump()
		for k, row := range kept {
			if now[k] != row {
				t.Errorf("%s %s is\n%s, was\n%s", when, k, now[k], row)
			}
		}
	}
	d.clear(plan.Selector{All: true})
	is("after the clear")
	at := day0.Add(time.Hour)
	started := d.step(at)
	is("while it runs again")
	d.step(at, ends(at, 0, started)...)
	is("after it has succeeded again")
	all, err := d.db.Attempts(ctx, 1, "task00", -1)
	must(t, err)
	if len(all) != 2 || all[0].Try+all[1].Try != 3 {
		t.Errorf("there are the attempts %+v", all)
	}
}

func TestCancelStopsNewStartsAtOnceAndStatesWhatHappensToWhatRuns(t *testing.T) {
	d := newDesk(t)
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) {
		made := backfill("p", 5)
		made.Lane.MaxActive = 2
		return made, nil
	})
	at := day0.Add(time.Hour)
	started := d.step(at)
	if len(started.Start) != 2 {
		t.Fatalf("%d attempts begin", len(started.Start))
	}
	u := d.undo(p)
	removed := 0
	for _, r := range u.Runs {
		if r.Action == plan.Remove {
			removed++
		}
	}
	if removed != 3 || len(u.Untouched) != 2 || u.Untouched[0].Why != "has begun" {
		t.Errorf("%d runs are removed, left alone are %+v", removed, u.Untouched)
	}
	next := d.step(at, ends(at, 0, started)...)
	for _, s := range next.Start {
		if s.Run.ID != started.Start[0].Run.ID && s.Run.ID != started.Start[1].Run.ID {
			t.Errorf("run %d begins after the cancel", s.Run.ID)
		}
	}
}

func TestARetryKeepsItsIntervalAndALateClearItsRetries(t *testing.T) {
	d := newDesk(t)
	d.def.Tasks[0].Retries, d.def.Tasks[0].RetryDelay = 1, time.Minute
	register(t, d.db, d.def)
	d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return backfill("p", 1), nil })
	at := day0.Add(time.Hour)
	first := d.step(at)
	d.step(at, ends(at, 1, first)...)
	again := d.step(at.Add(time.Minute))
	if len(again.Start) != 1 || again.Start[0].Try != 2 || again.Start[0].Run.Interval != first.Start[0].Run.Interval {
		t.Fatalf("the retry is %+v", again.Start)
	}
	d.step(at, ends(at, 1, again)...)
	d.is("failed[failed upstream_failed upstream_failed]")
	p := d.clear(plan.Selector{All: true, TaskRegex: "task00"})
	if p.Instances[0].TryLimit != 4 {
		t.Errorf("try 3 is followed by tries up to %d", p.Instances[0].TryLimit)
	}
}

func TestRepeatedRetriesAccumulateSuccesses(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 4)
	d.exec(`UPDATE task_instances SET state = 5 WHERE task_id = 3; UPDATE runs SET success = 2, failed = 1, state = 3;
		UPDATE pipelines SET runs_success = 0, runs_failed = 4`)
	at := day0.Add(time.Hour)
	for good := 1; good <= 4; good++ {
		d.clear(plan.Selector{All: true, States: []plan.State{plan.Failed, plan.UpstreamFailed}})
		started := d.step(at)
		if len(started.Start) != 5-good {
			t.Fatalf("round %d begins %d attempts", good, len(started.Start))
		}
		d.step(at, append(ends(at, 0, plan.Decision{Start: started.Start[:1]}), ends(at, 1, plan.Decision{Start: started.Start[1:]})...)...)
		in, err := d.db.Instances(ctx, InstanceQuery{Pipeline: "p", States: []plan.State{plan.Success}})
		must(t, err)
		if len(in) != 8+good {
			t.Errorf("after round %d there are %d successes", good, len(in))
		}
	}
}

func TestATaskOfAnIntervalIsVisitedOnceHoweverManyPathsLeadThere(t *testing.T) {
	w := newWorld(t, 1)
	for _, s := range []plan.Selector{{TaskRegex: "a|b", Downstream: true, All: true}, {TaskRegex: "d", Upstream: true, Downstream: true, All: true}} {
		p, err := plan.Clear(day0, w.scopes(), plan.ClearArgs{Selector: s})
		must(t, err)
		seen := map[string]bool{}
		for _, r := range p.Instances {
			key := fmt.Sprint(r.IntervalStart, r.Task)
			if seen[key] {
				t.Errorf("%s stands twice in the plan", key)
			}
			seen[key] = true
		}
	}
}

func TestAChangedScheduleIsNeverASideEffectOfLoadingYAML(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 3)
	before := of(d.dump(), "runs", "task_instances", "attempts", "skipped_intervals")
	other := pipeline(t, "p", 2)
	tt, err := timetable.New(timetable.Spec{Cron: "@daily", Start: day0.AddDate(-1, 0, 0)})
	must(t, err)
	other.Timetable, other.Start, other.Fingerprint = tt, day0.AddDate(-1, 0, 0), "v2"
	must(t, d.db.Register(ctx, []*pipelines.Pipeline{other}, runner.Commit{ID: "b"}, day0))
	if keys := differ(before, of(d.dump(), "runs", "task_instances", "attempts", "skipped_intervals")); len(keys) > 0 {
		t.Errorf("loading a file has changed %v", keys)
	}
}

func TestAnOrderIsAsManyStatementsForManyIntervalsAsForFew(t *testing.T) {
	statements := func(runs int) (n [3]int) {
		d := newDesk(t)
		fill(t, d.db, d.def, runs)
		at := 0
		trace = func(string) { n[at]++ }
		defer func() { trace = func(string) {} }()
		p := d.clear(plan.Selector{All: true})
		at = 1
		d.undo(p)
		at = 2
		far := backfill("p", 2*runs)
		far.Runs = far.Runs[runs:]
		d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return far, nil })
		return n
	}
	if few, many := statements(5), statements(500); few != many {
		t.Errorf("clear, undo and backfill are %v statements for 5 intervals and %v for 500", few, many)
	}
}

package sqlite

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// These rows are what users of Airflow expect of what is on record, and of backfills beside
// other runs and pipelines: the real planner on a real database. Those that need no database
// stand in runner/plan.

func TestWhatAnAttemptWasStaysOnRecordAfterAClear(t *testing.T) {
	for _, s := range []struct {
		name, source string
		ends         string // exit codes, or . for one that goes on
		states       []plan.AttemptState
	}{
		{"success", byHand, "0", []plan.AttemptState{plan.AttemptSuccess}},
		{"skipped", byHand, "99", []plan.AttemptState{plan.AttemptSkipped}},
		{"failed", byHand, "1", []plan.AttemptState{plan.AttemptFailed}},
		{"failed, and to be tried again", "tasks: {a: {run: echo, retries: 3, retry_delay: 1h}}\n", "1", []plan.AttemptState{plan.AttemptFailed}},
		{"failed twice", "tasks: {a: {run: echo, retries: 1, retry_delay: 1s}}\n", "1 1", []plan.AttemptState{plan.AttemptFailed, plan.AttemptFailed}},
		{"at work: in Airflow it has failed", byHand, ".", []plan.AttemptState{plan.AttemptCancelled}},
	} {
		t.Run(s.name, func(t *testing.T) {
			d := newTown(t, s.source)
			d.give("p", func(s *plan.PipelineScope) (*plan.Plan, error) {
				return plan.Trigger(d.now, s, plan.TriggerArgs{Interval: spanOf(1)})
			})
			d.look()
			for _, code := range strings.Fields(s.ends) {
				n := 0
				if _, err := fmt.Sscan(code, &n); err == nil {
					d.end("p:02/a", n)
				}
				d.now = d.now.Add(time.Minute)
				d.look()
			}
			d.give("p", d.clear(plan.Selector{All: true}))
			d.look()
			if s.ends == "." {
				d.end("p:02/a", 137)
			}
			all, err := d.db.Attempts(ctx, 1, "a", -1)
			must(t, err)
			var states []plan.AttemptState
			for i, a := range all {
				if states = append(states, a.State); a.Try != i+1 {
					t.Errorf("attempt %d has the number %d", i+1, a.Try)
				}
			}
			if want := append(s.states, plan.AttemptQueued); !slices.Equal(states, want) {
				t.Errorf("on record are %v, want %v", states, want)
			}
			d.end("p:02/a", 0)
			if got := d.runs("p"); got != "02 success manual" {
				t.Error(got)
			}
		})
	}
}

func TestAnOrderIsOnRecordOnceAndItsPreviewNever(t *testing.T) {
	for _, s := range []struct {
		kind   string
		decide func(d *town) func(*plan.PipelineScope) (*plan.Plan, error)
	}{
		{"clear", func(d *town) func(*plan.PipelineScope) (*plan.Plan, error) { return d.clear(plan.Selector{All: true}) }},
		{"backfill", func(d *town) func(*plan.PipelineScope) (*plan.Plan, error) { return d.fills(3, 4) }},
		{"trigger", func(d *town) func(*plan.PipelineScope) (*plan.Plan, error) {
			return func(s *plan.PipelineScope) (*plan.Plan, error) {
				return plan.Trigger(d.now, s, plan.TriggerArgs{Interval: spanOf(4)})
			}
		}},
		{"mark", func(d *town) func(*plan.PipelineScope) (*plan.Plan, error) {
			return func(s *plan.PipelineScope) (*plan.Plan, error) {
				return plan.Mark(d.now, []*plan.PipelineScope{s}, plan.MarkArgs{As: plan.Failed, Selector: plan.Selector{All: true}})
			}
		}},
	} {
		t.Run(s.kind, func(t *testing.T) {
			d := newTown(t, daily)
			d.give("p", d.fills(1, 2))
			d.look()
			d.end("p:01/a", 0)
			d.end("p:02/a", 0)
			before := d.runs("p")
			kinds := func() (all []string) {
				ops, err := d.db.Operations(ctx, OperationQuery{Pipeline: "p"})
				must(t, err)
				for _, o := range ops {
					all = append(all, o.Kind)
				}
				return all
			}
			scopes, err := d.db.Scopes(ctx, ScopeQuery{Pipelines: []string{"p"}}, d.defs)
			must(t, err)
			p, err := s.decide(d)(scopes[0])
			must(t, err)
			if got := kinds(); len(p.Instances) == 0 || !slices.Equal(got, []string{"backfill"}) || d.runs("p") != before {
				t.Errorf("after a preview of %d rows %v are on record", len(p.Instances), got)
			}
			d.give("p", s.decide(d))
			if got := kinds(); !slices.Equal(got, []string{s.kind, "backfill"}) {
				t.Errorf("after the order %v are on record", got)
			}
		})
	}
}

func TestABackfillIsPausedAndGoesOn(t *testing.T) {
	d := newTown(t, daily)
	p := d.give("p", d.fills(1, 9, func(a *plan.BackfillArgs) { a.MaxActiveRuns = 3 }))
	op := *p.Operation
	for _, s := range []struct {
		pause, changes bool
		state          LaneState
		open           int // attempts, after what was open has ended
	}{
		{true, true, LanePaused, 0}, {true, false, LanePaused, 0}, {false, true, LaneRunning, 3},
		{false, false, LaneRunning, 3}, {true, true, LanePaused, 0}, {false, true, LaneRunning, 3}, {false, false, LaneDone, 0},
	} {
		_, changed, err := d.db.SetLane(ctx, d.now, op, s.pause, plan.PauseArgs{}, anna)
		must(t, err)
		for name := range d.held {
			d.end(name, 0)
		}
		d.look()
		o, err := d.db.Operation(ctx, op)
		must(t, err)
		if changed != s.changes || o.State != s.state || len(d.held) != s.open {
			t.Errorf("pause %v: changed %v, %s, %d open; want %+v", s.pause, changed, o.State, len(d.held), s)
		}
	}
	if got := d.runs("p"); strings.Count(got, "success backfill") != 9 {
		t.Error(got)
	}
}

func TestABackfillSaysNothingAndHasTheBoundsOfItsPipeline(t *testing.T) {
	d := newTown(t, "max_active_runs: 2\n"+daily)
	d.give("p", d.fills(1, 1))
	d.look()
	d.end("p:01/a", 1)
	d.give("p", d.fills(1, 5))
	d.look()
	if len(d.held) != 2 || !strings.HasPrefix(d.runs("p"), "01 failed backfill, ") {
		t.Errorf("%v: %s", d.held, d.runs("p")) // what exists is left alone
	}
}

func TestABackfillGivesItsParamsToAllItsRunsWhicheverWayItGoes(t *testing.T) {
	for _, backwards := range []bool{false, true} {
		d := newTown(t, "params: {region: eu}\n"+daily)
		d.give("p", d.fills(1, 5, func(a *plan.BackfillArgs) {
			a.Params, a.Backwards, a.MaxActiveRuns = []string{"region=us"}, backwards, 1
		}))
		rows, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
		must(t, err)
		for _, r := range rows {
			if r.State != plan.RunQueued || r.Kind != plan.Backfilled || r.Params.Values()["region"] != "us" {
				t.Errorf("%+v", r)
			}
		}
		d.look()
		for len(d.held) > 0 && len(d.seen) < 9 {
			d.end(d.seen[len(d.seen)-1], 0)
		}
		want := []string{"p:01/a", "p:02/a", "p:03/a", "p:04/a", "p:05/a"}
		if backwards {
			slices.Reverse(want)
		}
		if len(rows) != 5 || !slices.Equal(d.seen, want) {
			t.Errorf("%d runs, began %v, want %v", len(rows), d.seen, want)
		}
	}
}

// Runs of days 3 to 5 exist: a success, a failure and one that runs. A pipeline beside it has
// a run of day 4, which is nobody's business.
func TestABackfillOverRunsThatExistBesideAnotherPipeline(t *testing.T) {
	for _, s := range []struct {
		how       plan.Reprocess
		made      string
		left      string
		neighbour string
	}{
		{plan.ReprocessNone, "01 02 06 07", "03 success, 04 failed, 05 running", "04 success"},
		{plan.ReprocessFailed, "01 02 04 06 07", "03 success, 05 running", "04 success"},
		{plan.ReprocessCompleted, "01 02 03 04 06 07", "05 running", "04 success"},
	} {
		d := newTown(t, daily, daily)
		d.give("p", d.fills(3, 5))
		d.give("q", d.fills(4, 4))
		d.look()
		d.end("p:03/a", 0)
		d.end("p:04/a", 1)
		d.end("q:04/a", 0)
		p := d.give("p", d.fills(1, 7, func(a *plan.BackfillArgs) { a.Reprocess, a.MaxActiveRuns = s.how, 2 }))
		rows, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
		must(t, err)
		beside, err := d.db.Runs(ctx, RunQuery{Pipeline: "q"})
		must(t, err)
		var made, left, neighbour []string
		for _, r := range append(rows, beside...) {
			day := r.Interval.Start.Format("02")
			switch {
			case r.Pipeline == "q":
				neighbour = append(neighbour, day+" "+r.State.String())
			case r.Lane == *p.Operation && r.State == plan.RunQueued:
				made = append(made, day)
			default:
				left = append(left, day+" "+r.State.String())
			}
		}
		if strings.Join(made, " ") != s.made || strings.Join(left, ", ") != s.left || strings.Join(neighbour, ", ") != s.neighbour {
			t.Errorf("%s makes %v, leaves %v and %v of the neighbour", s.how, made, left, neighbour)
		}
		if len(p.Untouched) != len(left) {
			t.Errorf("%s lists %+v", s.how, p.Untouched)
		}
	}
}

// A backfill that runs failures again does so with the file of today; what it does not touch
// keeps the version that it ran with.
func TestABackfillRunsWithTheNewestVersion(t *testing.T) {
	d := newTown(t, daily)
	d.give("p", d.fills(1, 3))
	d.look()
	for _, name := range []string{"p:01/a", "p:02/a", "p:03/a"} {
		d.end(name, 1)
	}
	old := d.defs["p"].Fingerprint
	d.defs["p"] = parsed(d.T, "p", strings.Replace(daily, "echo", "echo new", 1))
	register(t, d.db, d.defs["p"])
	d.give("p", d.fills(2, 5, func(a *plan.BackfillArgs) { a.Reprocess = plan.ReprocessFailed }))
	d.look()
	rows, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
	must(t, err)
	var versions []string
	for _, r := range rows {
		versions = append(versions, r.Interval.Start.Format("02")+map[string]string{old: " old", d.defs["p"].Fingerprint: " new"}[r.Version])
	}
	if got := strings.Join(versions, ", "); got != "01 old, 02 new, 03 new, 04 new, 05 new" {
		t.Error(got)
	}
}

func TestABackfillRunsAsManyAtOnceAsItMayUntilAllHaveSucceeded(t *testing.T) {
	for hours := range 4 {
		for most := 1; most <= 3; most++ {
			d := newTown(t, "schedule: '@hourly'\nstart_date: 2026-03-01\ncatchup: none\n"+byHand)
			d.look()
			n := hours + 1
			d.give("p", func(s *plan.PipelineScope) (*plan.Plan, error) {
				return plan.Backfill(d.now, s, plan.BackfillArgs{MaxActiveRuns: most,
					Selector: plan.Selector{Start: day0, End: day0.Add(time.Duration(hours) * time.Hour)}})
			})
			d.look()
			running := func() int { return strings.Count(d.runs("p"), "running") }
			for left := n; left > 0; left-- {
				if got := running(); got != min(most, left) {
					t.Fatalf("%d of %d run, %d may", got, left, most)
				}
				key := d.first()
				d.look(plan.Report{AttemptKey: key, Event: plan.Ended, Time: d.now, StartedAt: d.now})
			}
			if got := d.runs("p"); running() != 0 || strings.Count(got, "success") != n {
				t.Errorf("%d at once: %s", most, got)
			}
		}
	}
}

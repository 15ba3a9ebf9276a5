package sqlite

import (
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// desk is where orders are given: a database with a pipeline p of three tasks.
type desk struct {
	*testing.T
	db  *DB
	def *pipelines.Pipeline
}

func newDesk(t *testing.T) *desk {
	d := &desk{T: t, db: open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true}), def: pipeline(t, "p", 3)}
	register(t, d.db, d.def)
	t.Cleanup(func() {
		if wrong, err := d.db.Verify(ctx); err != nil || len(wrong) > 0 {
			t.Error(wrong, err)
		}
	})
	return d
}

func (d *desk) order(decide func([]*plan.PipelineScope) (*plan.Plan, error)) *plan.Plan {
	d.Helper()
	p, err := d.db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": d.def}, anna, decide)
	must(d.T, err)
	return p
}

func (d *desk) clear(sel plan.Selector) *plan.Plan {
	d.Helper()
	return d.order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Clear(day0, s, plan.ClearArgs{Selector: sel, Reason: "fixed it"})
	})
}

func (d *desk) undo(p *plan.Plan) *plan.Plan {
	d.Helper()
	u, err := d.db.ApplyUndo(ctx, day0, *p.Operation, anna, func(s *plan.UndoScope) (*plan.Plan, error) { return plan.Undo(day0, s, plan.UndoArgs{}) })
	must(d.T, err)
	return u
}

// states writes each run with its task instances: "success[s s s] queued[]".
func (d *desk) states() string {
	d.Helper()
	runs, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
	must(d.T, err)
	instances, err := d.db.Instances(ctx, InstanceQuery{Pipeline: "p"})
	must(d.T, err)
	var all []string
	for _, r := range runs {
		var in []string
		for _, i := range instances {
			if i.Run == r.ID {
				in = append(in, i.State.String())
			}
		}
		all = append(all, r.State.String()+"["+strings.Join(in, " ")+"]")
	}
	return strings.Join(all, " ")
}

func (d *desk) is(want string) {
	d.Helper()
	if got := d.states(); got != want {
		d.Errorf("the runs are\n%s, want\n%s", got, want)
	}
}

func TestClearPutsBackAndUndoRestores(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 2)
	d.is("success[success success success] success[success success success]")
	p := d.clear(plan.Selector{TaskRegex: "task01", Start: day0, End: day0, Downstream: true})
	if !p.Applied || p.Operation == nil || *p.Undo != "tidemark undo 2" {
		t.Errorf("the plan is %+v", p)
	}
	d.is("queued[success waiting waiting] success[success success success]")
	u := d.undo(p)
	d.is("success[success success success] success[success success success]")
	d.undo(u)
	d.is("queued[success waiting waiting] success[success success success]")
	ops, err := d.db.Operations(ctx, OperationQuery{Pipeline: "p"})
	must(t, err)
	var kinds []string
	for _, o := range ops {
		kinds = append(kinds, o.Kind)
	}
	if !slices.Equal(kinds, []string{"undo", "undo", "clear", "backfill"}) || ops[1].UndoneBy != 4 || ops[2].UndoneBy != 3 ||
		ops[2].Reason != "fixed it" || ops[2].User != "anna" {
		t.Errorf("on record are %v: %+v", kinds, ops)
	}
}

func TestABackfillIsALaneUntilItsLastRunHasEnded(t *testing.T) {
	d := newDesk(t)
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return backfill("p", 2), nil })
	d.is("queued[] queued[]")
	lane := func() LaneState {
		t.Helper()
		o, err := d.db.Operation(ctx, *p.Operation)
		must(t, err)
		return o.State
	}
	if lane() != LaneRunning {
		t.Errorf("the backfill is %s", lane())
	}
	_, changed, err := d.db.SetLane(ctx, day0, *p.Operation, true, plan.PauseArgs{}, anna)
	must(t, err)
	if !changed || lane() != LanePaused {
		t.Errorf("the backfill is %s", lane())
	}
	_, err = d.db.Update(ctx, day0, func(w *plan.World) plan.Decision {
		l := w.Pipelines[0].Lanes[1]
		if l.ID != *p.Operation || !l.Paused || len(l.Queued) != 2 {
			t.Errorf("the lane is %+v", l)
		}
		var dec plan.Decision
		for _, run := range l.Queued {
			dec.Runs = append(dec.Runs, plan.RunChange{Run: run, From: plan.RunQueued, To: plan.RunFailed, Reason: "no"})
		}
		return dec
	})
	must(t, err)
	if lane() != LaneDone {
		t.Errorf("the backfill is %s", lane())
	}
	done, err := d.db.Progress(ctx, *p.Operation)
	must(t, err)
	if done.Runs != 2 || done.RunsDone != 2 {
		t.Errorf("the progress is %+v", done)
	}
}

func TestUndoOfABackfillRemovesItsRunsAndUndoOfThatMakesThemAgain(t *testing.T) {
	d := newDesk(t)
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return partial(backfill("p", 2), d.def), nil })
	d.is("queued[waiting] queued[waiting]")
	u := d.undo(p)
	d.is("")
	d.undo(u)
	d.is("queued[waiting] queued[waiting]")
}

func TestUndoOfABackfillLeavesTheRunsThatTheScheduleHasReached(t *testing.T) {
	d := newDesk(t)
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return partial(backfill("p", 2), d.def), nil })
	_, err := d.db.Update(ctx, day0, func(*plan.World) plan.Decision {
		first := timetable.Interval{Start: day0, End: day0.Add(5 * time.Minute)}
		return plan.Decision{Create: []plan.NewRun{{Pipeline: "p", Interval: first, Due: first.End}}}
	})
	must(t, err)
	u := d.undo(p)
	d.is("queued[waiting]")
	if len(u.Untouched) != 1 || u.Untouched[0].Why != "the schedule has reached its interval since" {
		t.Errorf("left alone are %+v", u.Untouched)
	}
}

func TestWhatOverlapsARunIsOnRecord(t *testing.T) {
	d := newDesk(t)
	d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return partial(backfill("p", 2), d.def), nil })
	over := timetable.Interval{Start: day0, End: day0.Add(time.Hour)}
	_, err := d.db.Update(ctx, day0, func(*plan.World) plan.Decision {
		return plan.Decision{Create: []plan.NewRun{{Pipeline: "p", Interval: over, Due: over.End}}}
	})
	must(t, err)
	d.is("queued[waiting] queued[waiting]")
	rows, err := d.db.Skipped(ctx, "p", time.Time{}, time.Time{})
	if must(t, err); len(rows) != 1 || rows[0].First != over || rows[0].Count != 1 || rows[0].Reason != "overlaps a run" {
		t.Errorf("on record are %+v", rows)
	}
}

func TestARefusalChangesNothing(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 1)
	_, err := d.db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": d.def}, anna,
		func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Clear(day0, s, plan.ClearArgs{}) })
	if r, ok := err.(*plan.Refusal); !ok || r.Code != "empty-selection" {
		t.Errorf("the error is %v", err)
	}
	d.is("success[success success success]")
}

func TestAnEmptyPlanIsNotRecorded(t *testing.T) {
	d := newDesk(t)
	p := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return &plan.Plan{Kind: "clear"}, nil })
	ops, err := d.db.Operations(ctx, OperationQuery{})
	must(t, err)
	if p.Operation != nil || p.Applied || len(ops) != 0 {
		t.Errorf("%+v is on record: %v", p, ops)
	}
}

func TestPausingTwiceIsOneOperation(t *testing.T) {
	d := newDesk(t)
	for _, want := range []bool{true, false} {
		_, changed, err := d.db.SetPaused(ctx, day0, "p", true, plan.PauseArgs{}, anna)
		must(t, err)
		if changed != want {
			t.Errorf("changed is %v", changed)
		}
	}
	_, err := d.db.Update(ctx, day0, func(w *plan.World) plan.Decision {
		if !w.Pipelines[0].Paused {
			t.Error("the loop does not see it")
		}
		return plan.Decision{}
	})
	must(t, err)
}

func TestRunsOfSeveralPipelinesAreClearedWithoutTheirNeighbours(t *testing.T) {
	d := newDesk(t)
	other := pipeline(t, "q", 3)
	register(t, d.db, d.def, other)
	for i := range 4 { // numbers of runs alternate
		for _, def := range []*pipelines.Pipeline{d.def, other} {
			p := backfill(def.Name, i+1)
			p.Runs = p.Runs[i:]
			d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return partial(p, def), nil })
		}
	}
	must(t, d.db.update(ctx, "end", func(w *conn) error {
		_, err := w.ExecContext(ctx, `UPDATE task_instances SET state = 5, ended_at = 1; UPDATE runs SET waiting = 0, failed = 1`)
		return err
	}))
	p := d.clear(plan.Selector{States: []plan.State{plan.Failed}})
	if len(p.Instances) != 4 {
		t.Errorf("%d rows are cleared", len(p.Instances))
	}
	d.is("queued[waiting] queued[waiting] queued[waiting] queued[waiting]")
	left, err := d.db.Instances(ctx, InstanceQuery{Pipeline: "q", States: []plan.State{plan.Failed}})
	must(t, err)
	if len(left) != 4 {
		t.Errorf("the neighbours are %v", left)
	}
}

package plan

import (
	"errors"
	"testing"
)

func TestUndoOfAClearGivesBackWhatWas(t *testing.T) {
	m := past(t, "a > b", 2)
	before := show(m.runs)
	op := m.apply(m.clear(ClearArgs{Selector: selects("a -d")}))
	p := m.undo(op)
	if got := rowsOfPlan(p); len(p.Instances) != 4 || p.Instances[0].Action != Restore || p.Undoes != op {
		t.Error(got)
	}
	m.apply(p)
	if got := show(m.runs); got != before {
		t.Errorf("%swas\n%s", got, before)
	}
}

func TestUndoLeavesWhatHasRunAgain(t *testing.T) {
	m := past(t, "a > b", 1)
	op := m.apply(m.clear(ClearArgs{Selector: selects("--all")}))
	m.settle()
	p := m.undo(op)
	if rowsOfPlan(p) != "0301 b restore as before operation 1" || untouchedOf(p) != "0301 a queued: has run again since" {
		t.Error(rowsOfPlan(p), untouchedOf(p))
	}
	if runsOfPlan(p) != "0301 none has work left" {
		t.Error(runsOfPlan(p))
	}
	m.apply(p)
	m.happens(m.runs[0], "a.")
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success b=success | success" {
		t.Error(got)
	}
	if p = m.undo(m.apply(m.clear(ClearArgs{Selector: selects("a")}))); len(p.Instances) != 1 {
		t.Errorf("%+v", p)
	}
}

func TestUndoCannotBringBackAnAttempt(t *testing.T) {
	m, _ := story(t, "a", "a^")
	op := m.apply(m.clear(ClearArgs{Selector: selects("a")}))
	if got := untouchedOf(m.undo(op)); got != "0301 a waiting: its attempt is being cancelled" {
		t.Error(got)
	}
	m.pipes[0].paused = true
	m.happens(m.runs[0], "a-")
	m.settle()
	p := m.undo(op)
	if got := untouchedOf(p); got != "0301 a waiting: was running, and that attempt was cancelled" || len(p.Instances) > 0 {
		t.Error(got)
	}
}

func TestUndoOfABackfillRemovesWhatNeverBegan(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now = day(3)
	args := fills("-2..0")
	args.MaxActiveRuns = 1
	m.pipes[0].paused = true
	op := m.apply(m.backfill(args))
	m.pipes[0].paused = false
	m.settle()
	p := m.undo(op)
	if got := runsOfPlan(p); got != "0226 none has begun, 0227 remove was made by it and never began, 0228 remove was made by it and never began" {
		t.Error(got)
	}
	m.apply(p)
	if m.at("p", day(-2)) != nil || m.at("p", day(-3)) == nil {
		t.Error(show(m.runs))
	}
}

func TestUndoOfABackfillOfTasksRemovesItsRows(t *testing.T) {
	m := past(t, "a > b", 1)
	m.change("a > b > c, d")
	schedule(t, m.pipes[0].def, m.pipes[0].def.Catchup)
	before := show(m.runs)
	op := m.apply(m.backfill(fills("c|d 1..1")))
	p := m.undo(op)
	if got := rowsOfPlan(p); got != "0301 c remove as before operation 1, 0301 d remove as before operation 1" || runsOfPlan(p) != "0301 restore as before operation 1" {
		t.Error(got, runsOfPlan(p))
	}
	undone := m.apply(p)
	if got := show(m.runs); got != before {
		t.Errorf("%swas\n%s", got, before)
	}
	m.apply(m.undo(undone))
	if got := show(m.runs); got != "0301 queued a=success b=success d=waiting c=waiting\n" && got != "0301 queued a=success b=success c=waiting d=waiting\n" {
		t.Error(got)
	}
}

func TestAnUndoCanBeUndone(t *testing.T) {
	m := past(t, "a > b", 1)
	before := show(m.runs)
	op := m.apply(m.clear(ClearArgs{Selector: selects("b")}))
	cleared := show(m.runs)
	first := m.apply(m.undo(op))
	second := m.apply(m.undo(first))
	if got := show(m.runs); got != cleared {
		t.Errorf("%s", got)
	}
	m.apply(m.undo(second))
	if got := show(m.runs); got != before {
		t.Errorf("%s", got)
	}
	var r *Refusal
	if _, err := Undo(m.now, m.undoScope(op), UndoArgs{}); !errors.As(err, &r) || r.Code != "already-undone" {
		t.Errorf("%v", err)
	}
}

func TestARemovedRunComesBackWhenTheUndoIsUndone(t *testing.T) {
	m := newModel(t, graph(t, "a > b"))
	m.now = day(3)
	op := m.apply(m.backfill(fills("a 0..0")))
	first := m.apply(m.undo(op))
	if len(m.runs) != 0 {
		t.Error(show(m.runs))
	}
	m.apply(m.undo(first))
	if got := show(m.runs); got != "0228 queued a=waiting\n" {
		t.Error(got)
	}
}

func TestUndoLeavesARunInWhichAnotherOrderLeftWork(t *testing.T) {
	m := past(t, "a, b", 1)
	op := m.apply(m.clear(ClearArgs{Selector: selects("a")}))
	m.apply(m.clear(ClearArgs{Selector: selects("b")}))
	p := m.undo(op)
	if rowsOfPlan(p) != "0301 a restore as before operation 1" || runsOfPlan(p) != "0301 none has work left" {
		t.Error(rowsOfPlan(p), runsOfPlan(p))
	}
}

func TestUndoSaysWhatElseStandsInItsWay(t *testing.T) {
	m := past(t, "a > b", 1)
	op := m.apply(m.clear(ClearArgs{Selector: selects("--all")}))
	m.instance(1, "b", -1).Operation = 99
	if got := untouchedOf(m.undo(op)); got != "0301 b waiting: another order has changed it since" {
		t.Error(got)
	}
	m.instance(1, "b", -1).Operation = op
	m.instance(1, "b", -1).State = UpstreamFailed
	if got := untouchedOf(m.undo(op)); got != "0301 b upstream_failed: is upstream_failed since" {
		t.Error(got)
	}
	m.runs = nil
	p := m.undo(op)
	if got := untouchedOf(p); got != "0301 a absent: is gone, 0301 b absent: is gone" || len(p.Instances) != 0 {
		t.Error(got)
	}
}

package plan

import (
	"fmt"
	"slices"
)

// whole marks a run as Airflow does: for success every task instance of it; for failure what
// is with the executor, while what has not begun is skipped and what has ended stays. A
// teardown that is not done and has something to undo is left to do so. The run then ends by
// itself: so that it ends as failed, what has not begun has failed where nothing else has.
func (m *marking) whole(run, next *Run, place *placement) {
	unbegun := Skipped
	if m.as == Failed && m.wouldLookWell(run) {
		unbegun = Failed
	}
	for t, task := range m.s.Def.Tasks {
		if place.first[t] == place.end[t] && !run.Partial {
			to := m.ofWhole(Waiting, unbegun)
			m.row(PlanRow{Pipeline: m.s.Name, Task: task.ID, MapIndex: -1, IntervalStart: run.Interval.Start,
				To: to, Action: Marked, Why: "of the run", Run: run.ID, TryLimit: task.Retries + 1})
			next.Instances = append(next.Instances, Instance{Task: task.ID, MapIndex: -1, State: to})
		}
	}
	for i := range run.Instances {
		in := &next.Instances[i]
		if !in.State.Final() && undoes(m.s.Def, run, in) {
			m.leave(m.s.Name, in.Task, run.Interval.Start, in.State.String(), "has something to tear down")
			continue
		}
		if to := m.ofWhole(in.State, unbegun); to != in.State {
			m.instance(run, in, to, "of the run")
		}
	}
}

// wouldLookWell says whether a teardown goes on in a run of which nothing has failed, and
// nothing will.
func (m *marking) wouldLookWell(run *Run) bool {
	goesOn := false
	for i := range run.Instances {
		switch in := &run.Instances[i]; {
		case !in.State.Final() && undoes(m.s.Def, run, in):
			goesOn = true
		case in.State.Live() || in.State == Failed && !m.mayFail(in.Task):
			return false
		}
	}
	return goesOn
}

func (m *marking) mayFail(task string) bool {
	t, ok := m.s.Def.Task(task)
	return ok && t.AllowFailure
}

// ofWhole is what becomes of an instance in that state.
func (m *marking) ofWhole(s, unbegun State) State {
	switch {
	case s == Removed:
		return s
	case m.as == Success:
		return Success
	case s.Live():
		return Failed
	case !s.Final():
		return unbegun
	}
	return s
}

// wholeEnd is the end of a run that is marked whole. One with open attempts ends when they
// have: the loop asks for that.
func (m *marking) wholeEnd(r PlanRun, run, next *Run) PlanRun {
	to := RunSuccess
	if m.as == Failed {
		to = RunFailed
	}
	if run.State == to {
		m.leave(m.s.Name, "", run.Interval.Start, to.String(), "is "+to.String()+" already")
		return r
	}
	switch {
	case slices.ContainsFunc(next.Instances, func(in Instance) bool { return !in.State.Final() }):
		r.Why = "ends when its teardowns have"
		m.warnOfEnd(run, next)
	case slices.ContainsFunc(next.Instances, func(in Instance) bool { return in.Open }):
		r.Why = "ends when what runs has been cancelled"
	default:
		r.To, r.Action, r.Why = &to, Marked, "was "+run.State.String()
	}
	return r
}

// warnOfEnd warns where a run that is marked as failed will end in success, because all of
// its work had done so when only teardowns were left.
func (m *marking) warnOfEnd(run, next *Run) {
	fails := func(in Instance) bool { return in.State == Failed && !m.mayFail(in.Task) }
	if m.as == Failed && !slices.ContainsFunc(next.Instances, fails) {
		m.Warnings = append(m.Warnings, fmt.Sprintf("all work of %s succeeded, so its run ends in success when its teardowns have ended; to fail it, mark one of its tasks as failed",
			stamp(run.Interval.Start)))
	}
}

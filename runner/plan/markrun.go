package plan

// whole marks a run as Airflow does: for success every task instance of it; for failure what
// is with the executor, while what has not begun is skipped and what has ended stays.
func (m *marking) whole(run, next *Run, place *placement) {
	for t, task := range m.s.Def.Tasks {
		if place.first[t] == place.end[t] && !run.Partial {
			to := m.ofWhole(Waiting)
			m.row(PlanRow{Pipeline: m.s.Name, Task: task.ID, MapIndex: -1, IntervalStart: run.Interval.Start,
				To: to, Action: Marked, Why: "of the run", Run: run.ID, TryLimit: task.Retries + 1})
			next.Instances = append(next.Instances, Instance{Task: task.ID, MapIndex: -1, State: to})
		}
	}
	for i := range run.Instances {
		in := &next.Instances[i]
		if to := m.ofWhole(in.State); to != in.State {
			m.instance(run, in, to, "of the run")
		}
	}
}

// ofWhole is what becomes of an instance in that state.
func (m *marking) ofWhole(s State) State {
	switch {
	case s == Removed:
		return s
	case m.as == Success:
		return Success
	case s.Live():
		return Failed
	case !s.Final():
		return Skipped
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
	for i := range next.Instances {
		if next.Instances[i].Open {
			r.Why = "ends when what runs has been cancelled"
			return r
		}
	}
	r.To, r.Action, r.Why = &to, Marked, "was "+run.State.String()
	return r
}

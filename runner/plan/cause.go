package plan

import "cmp"

// unknown stands for a cause that is not on record any more.
const unknown int32 = -1

// cause is the failed task because of which the instances of Tasks[t] are failed or
// blocked, as an index; unknown where nothing failed or where the failure was marked away.
func (e *examination) cause(t int) int32 {
	c := unknown
	for i := e.place.first[t]; i < e.place.end[t]; i++ {
		switch e.run.Instances[i].State {
		case Failed:
			return int32(t)
		case UpstreamFailed:
			c = e.inherited(t)
		}
	}
	return c
}

// inherited is the cause that one of the upstream tasks hands down.
func (e *examination) inherited(t int) int32 {
	for _, u := range e.reasons(t) {
		if c := e.place.cause[u]; c != unknown {
			return c
		}
	}
	return unknown
}

// reasons are the tasks because of which one is skipped or blocked: its setups, and for
// what is no teardown all that it needs.
func (e *examination) reasons(t int) []int {
	setups := e.def.Setups(t)
	switch {
	case len(e.def.Tasks[t].Teardown) > 0:
		return setups
	case len(setups) == 0:
		return e.def.Upstream(t)
	}
	return append(setups[:len(setups):len(setups)], e.def.Upstream(t)...)
}

// whyBlocked names the task that failed, however far up it is.
func (e *examination) whyBlocked(t int) string {
	if c := e.inherited(t); c != unknown {
		return "upstream " + e.def.Tasks[c].ID + " failed"
	}
	return "upstream " + e.upstreamIn(t, UpstreamFailed, Success) + " did not run"
}

// whySkipped names the upstream task that made the trigger rule say so.
func (e *examination) whySkipped(t int) string {
	if id := e.upstreamIn(t, Skipped); id != "" {
		return "upstream " + id + " was skipped"
	}
	if id := e.upstreamIn(t, Success); id != "" {
		return "upstream " + id + " succeeded"
	}
	return "upstream " + e.upstreamIn(t, Failed, UpstreamFailed) + " failed"
}

// upstreamIn is the first setup or direct upstream task with an instance in one of the states.
func (e *examination) upstreamIn(t int, states ...State) string {
	for _, u := range e.reasons(t) {
		for i := e.place.first[u]; i < e.place.end[u]; i++ {
			for _, s := range states {
				if e.run.Instances[i].State == s {
					return e.def.Tasks[u].ID
				}
			}
		}
	}
	return ""
}

// finish ends the run when nothing of it is left: as failed if a task failed that may not,
// or if a task never ran because of something that is not an allowed failure; else as
// success. So a failure that was marked away, with what it blocked left as it is, does not
// give a green run in which work is missing.
func (e *examination) finish() {
	for i := range e.run.Instances {
		if in := &e.run.Instances[i]; !in.State.Final() || in.Open {
			return
		}
	}
	e.run.EndedAt = e.now
	if reason := cmp.Or(e.expired(), e.failure()); reason != "" {
		e.shiftRun(e.run, runFail, reason, nil)
		return
	}
	e.shiftRun(e.run, runSucceed, "", nil)
	if !e.def.LooksBack() {
		return
	}
	e.run.Succeeded(e.queue.pipe.Running)
	for _, l := range e.queue.pipe.Lanes {
		e.run.Succeeded(l.Queued)
	}
}

// Succeeded tells later runs of its pipeline that a run has.
func (run *Run) Succeeded(others []*Run) {
	for _, r := range others {
		if r.Interval.Start.After(run.Interval.Start) && r.PrevSuccess.Start.Before(run.Interval.Start) {
			r.PrevSuccess = run.Interval
		}
	}
}

// failure is the reason for which a run fails of which nothing is left, or nothing, however
// long it took: who marks its tasks is not bound by its time.
func (e *examination) failure() string {
	for i := range e.run.Instances {
		if in := &e.run.Instances[i]; in.State == Failed && !e.allowed(in.Task) {
			return "task " + quote(in.Name()) + " failed"
		}
	}
	return e.missing()
}

// missing is the reason to fail a run in which nothing failed that may not.
func (e *examination) missing() string {
	for i := range e.run.Instances {
		in := &e.run.Instances[i]
		if in.State != UpstreamFailed {
			continue
		}
		t := e.def.Index(in.Task)
		if t < 0 {
			return "task " + quote(in.Task) + " did not run"
		}
		if c := e.place.cause[t]; c == unknown || !e.def.Tasks[c].AllowFailure {
			return "task " + quote(in.Task) + " did not run"
		}
	}
	return ""
}

func (e *examination) allowed(task string) bool {
	t, ok := e.def.Task(task)
	return ok && t.AllowFailure
}

func quote(s string) string { return `"` + s + `"` }

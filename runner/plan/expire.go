package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// expire ends a run whose time is over: what the executor holds has failed and is
// cancelled, as when a person marks the run so; what has not begun is skipped. A teardown
// that has something to undo is left to do so. The run is then not over yet, and must not
// look well in the end: where nothing else has failed, what has not begun has.
func (e *examination) expire() {
	if e.def.RunTimeout <= 0 || e.run.State != RunRunning {
		return
	}
	if end := e.run.StartedAt.Add(e.def.RunTimeout); end.After(e.now) {
		e.wake(end)
		return
	}
	unbegun := skip
	if e.wouldLookWell() {
		unbegun = fail
	}
	for i := range e.run.Instances {
		in := &e.run.Instances[i]
		if in.State.Final() || undoes(e.def, e.run, in) {
			continue
		}
		e.late = true
		m := unbegun
		if in.busy() {
			m = fail
		}
		e.shift(e.run, in, m, TaskChange{Reason: runTimeout, ExitCode: -1})
	}
}

// mere says whether an instance is of a teardown whose failure does not count.
func (e *examination) mere(in *Instance) bool {
	task, ok := e.def.Task(in.Task)
	return ok && len(task.Teardown) > 0 && task.AllowFailure
}

// wouldLookWell says whether a teardown goes on and nothing tells that time ran out.
func (e *examination) wouldLookWell() bool {
	goesOn := false
	for i := range e.run.Instances {
		switch in := &e.run.Instances[i]; {
		case !in.State.Final() && undoes(e.def, e.run, in):
			goesOn = true
		case in.State == Failed || !in.State.Final() && in.busy():
			return false
		}
	}
	return goesOn
}

const runTimeout = "run_timeout"

// expired is the reason of a run that fails because its time was over: now, or earlier, if
// it only waited for what was cancelled then. What ends by itself in the very look in which
// the time is over has still made it, unless something failed.
func (e *examination) expired() string {
	if e.def.RunTimeout <= 0 || e.run.StartedAt.Add(e.def.RunTimeout).After(e.now) {
		return ""
	}
	for i := range e.run.Instances {
		if in := &e.run.Instances[i]; e.late || in.State == Failed && !e.mere(in) {
			return runTimeout + ": not done within " + pipelines.FormatDuration(e.def.RunTimeout)
		}
	}
	return ""
}

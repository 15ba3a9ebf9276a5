package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// expire ends a run whose time is over: what the executor holds has failed and is
// cancelled, as when a person marks the run so; what has not begun is skipped.
func (e *examination) expire() {
	if e.def.RunTimeout <= 0 || e.run.State != RunRunning {
		return
	}
	if end := e.run.StartedAt.Add(e.def.RunTimeout); end.After(e.now) {
		e.wake(end)
		return
	}
	for i := range e.run.Instances {
		in := &e.run.Instances[i]
		if in.State.Final() {
			continue
		}
		e.late = true
		m := skip
		if in.busy() {
			m = fail
		}
		e.shift(e.run, in, m, TaskChange{Reason: runTimeout, ExitCode: -1})
	}
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
		if e.late || e.run.Instances[i].State == Failed {
			return runTimeout + ": not done within " + pipelines.FormatDuration(e.def.RunTimeout)
		}
	}
	return ""
}

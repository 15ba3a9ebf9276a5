package plan

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// queue_timeout bounds for how long an instance may lack nothing but room. When that began
// is its NotBefore: the end of a retry's delay; of an instance that waits, the look that
// first found it ready and had no room for it, which is written down. An order that puts
// the instance back clears it, and so does whatever else comes to hold it back. What begins
// in the very look in which its time is over has still made it, so that nothing fails for
// the time in which nobody looked, unless there is still no room.

// patient is an instance that could start and does not wait for ever.
type patient struct {
	run  *Run
	in   *Instance
	task *pipelines.Task
}

// giveUp fails what has waited for room for too long, and notes since when the others wait.
func (s *step) giveUp() {
	for _, p := range s.patients {
		if !p.in.pending() {
			continue
		}
		if p.in.NotBefore.IsZero() {
			s.since(p.run, p.in, s.now)
		}
		if end := p.in.NotBefore.Add(p.task.QueueTimeout); end.After(s.now) {
			s.wake(end)
			continue
		}
		s.shift(p.run, p.in, fail, TaskChange{Reason: "queue_timeout: no room within " + pipelines.FormatDuration(p.task.QueueTimeout), ExitCode: -1})
		s.decision.Again = true // for what follows from it
	}
}

// since notes from when on an instance that waits lacks nothing but room; zero: it does not.
func (s *step) since(run *Run, in *Instance, t time.Time) {
	in.NotBefore = t
	s.decision.Tasks = append(s.decision.Tasks, TaskChange{Run: run, Task: in.Task, MapIndex: in.MapIndex,
		From: in.State, To: in.State, Try: in.Try, TryLimit: in.TryLimit, NotBefore: t, ExitCode: -1})
}

// impede forgets that an instance lacked nothing but room: now it lacks more.
func (e *examination) impede(in *Instance) {
	if in.State == Waiting && !in.NotBefore.IsZero() {
		e.since(e.run, in, time.Time{})
	}
}

package plan

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// Step decides one turn: what the reports mean, which intervals become runs, which runs
// start and end, which attempts are begun and cancelled. It owns w and leaves in it the
// state that its decision leads to. The same now and w give the same decision.
//
// A paused pipeline makes no runs, starts none and begins no attempts; what is with the
// executor ends, and what follows without an attempt is still decided. A pipeline without
// a definition is only listened to.
func Step(now time.Time, w *World) Decision {
	s := &step{now: now, world: w}
	s.fold()
	for _, p := range w.Pipelines {
		s.materialise(p)
		s.startRuns(p)
	}
	for _, p := range w.Pipelines {
		s.examine(p)
	}
	s.submitReady()
	s.giveUp()
	s.lookAgain()
	return s.decision
}

// step is a decision in the making.
type step struct {
	now      time.Time
	world    *World
	decision Decision

	made     int                        // runs created
	live     int                        // attempts with the executor
	busy     [2]int                     // how many of them each side has
	slots    map[string][2]int          // of the pools, that the sides take
	ready    []*queue                   // what could be submitted, one queue a pipeline
	waiting  map[string]*[2][]contender // who wants slots of the pools, where both sides want something
	patients []patient                  // what could start and has a queue_timeout
	place    placement                  // scratch
}

// wake names an instant at which time alone will matter.
func (s *step) wake(t time.Time) {
	if t.After(s.now) && (s.decision.Wake.IsZero() || t.Before(s.decision.Wake)) {
		s.decision.Wake = t
	}
}

// shift makes one move of a task instance and records it with what c says of it.
func (s *step) shift(run *Run, in *Instance, m move, c TaskChange) {
	to, ok := in.State.on(m)
	if !ok {
		panic("plan: no such move from " + in.State.String())
	}
	c.Run, c.Task, c.MapIndex = run, in.Task, in.MapIndex
	c.From, c.To = in.State, to
	c.Try, c.TryLimit = in.Try, in.TryLimit
	in.State, in.NotBefore = to, c.NotBefore
	s.decision.Tasks = append(s.decision.Tasks, c)
}

// shiftRun makes one move of a run and records it.
func (s *step) shiftRun(run *Run, m runMove, reason string, born []Instance) {
	to, ok := run.State.on(m)
	if !ok {
		panic("plan: no such move of a run from " + run.State.String())
	}
	s.decision.Runs = append(s.decision.Runs, RunChange{Run: run, From: run.State, To: to, Reason: reason, Born: born})
	run.State = to
}

func (in *Instance) key(run *Run) AttemptKey {
	return AttemptKey{Run: run.ID, Task: in.Task, MapIndex: in.MapIndex, Try: in.Try}
}

// busy says whether the executor holds an attempt of the instance.
func (in *Instance) busy() bool { return in.Open || in.State.Live() }

// pending says whether the instance still needs an attempt or a decision.
func (in *Instance) pending() bool { return in.State == Waiting || in.State == Retrying }

// works says whether new work may begin in a pipeline.
func (p *PipelineState) works() bool { return p.Def != nil && !p.Paused }

// DefaultMaxActiveRuns bounds the running runs of a lane where nothing else does.
const DefaultMaxActiveRuns = 16

// maxActive is how many runs of a lane may be running.
func (l *Lane) maxActive(def *pipelines.Pipeline) int {
	switch {
	case l.MaxActive > 0:
		return l.MaxActive
	case def != nil && def.MaxActiveRuns > 0:
		return def.MaxActiveRuns
	}
	return DefaultMaxActiveRuns
}

// active counts the running runs of a lane.
func (p *PipelineState) active(lane int64) int {
	n := 0
	for _, run := range p.Running {
		if run.Lane == lane {
			n++
		}
	}
	return n
}

// lookAgain asks for another step at once where a lane has both runs and room for them.
func (s *step) lookAgain() {
	for _, p := range s.world.Pipelines {
		if !p.works() {
			continue
		}
		for _, lane := range p.Lanes {
			waits := len(lane.Queued) > 0 || lane.More
			if waits && !lane.Paused && p.active(lane.ID) < lane.maxActive(p.Def) {
				s.decision.Again = true
				return
			}
		}
	}
}

package plan

import (
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// startRuns starts queued runs, lane by lane, up to what each lane may have running.
func (s *step) startRuns(p *PipelineState) {
	if !p.works() {
		return
	}
	started := false
	for _, lane := range p.Lanes {
		if lane.Paused || len(lane.Queued) == 0 {
			continue
		}
		room := max(lane.maxActive(p.Def)-p.active(lane.ID), 0)
		n := min(room, len(lane.Queued))
		for _, run := range lane.Queued[:n] {
			s.startRun(p, run)
			started = true
		}
		lane.Queued = lane.Queued[n:]
	}
	if started {
		slices.SortStableFunc(p.Running, ByInterval)
	}
}

// startRun starts a run that is new, or reopened: then it keeps the instances that it has.
func (s *step) startRun(p *PipelineState, run *Run) {
	var born []Instance
	if !run.Partial {
		born = bear(p.defOf(run), run)
	}
	p.noLongerFresh(run, born)
	run.StartedAt = s.now
	s.shiftRun(run, runStart, "", born)
	p.Running = append(p.Running, run)
}

// bear adds to a run the instances that its definition has and it lacks, all waiting, and
// returns them.
func bear(def *pipelines.Pipeline, run *Run) []Instance {
	has := make(map[string]bool, len(run.Instances))
	for i := range run.Instances {
		has[run.Instances[i].Task] = true
	}
	born := make([]Instance, 0, max(len(def.Tasks)-len(has), 0))
	for _, t := range def.Tasks {
		if !has[t.ID] {
			born = append(born, Instance{Task: t.ID, MapIndex: -1, TryLimit: t.Retries + 1})
		}
	}
	run.Instances = append(run.Instances, born...)
	if len(has) > 0 {
		arrange(def, run)
	}
	return born
}

// arrange puts the instances of a run into definition order, then by map index; tasks that
// are declared no more come last.
func arrange(def *pipelines.Pipeline, run *Run) {
	rank := func(in *Instance) int {
		if i := def.Index(in.Task); i >= 0 {
			return i
		}
		return len(def.Tasks)
	}
	slices.SortStableFunc(run.Instances, func(a, b Instance) int {
		if c := rank(&a) - rank(&b); c != 0 {
			return c
		}
		if c := strings.Compare(a.Task, b.Task); c != 0 {
			return c
		}
		return a.MapIndex - b.MapIndex
	})
}

package storetest

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// queueLimit bounds the queued runs of a lane that a world holds.
const queueLimit = 64

// world is a copy of what is unfinished.
func (s *state) world() *plan.World {
	w := &plan.World{}
	for _, name := range s.names {
		p := &plan.PipelineState{Name: name, Paused: s.paused[name], Last: s.last[name]}
		lane := &plan.Lane{}
		p.Lanes = []*plan.Lane{lane}
		for _, r := range s.runs {
			switch {
			case r.Pipeline != name:
			case r.State == plan.RunQueued:
				lane.Queued = append(lane.Queued, copyRun(r))
			case r.State == plan.RunRunning:
				p.Running = append(p.Running, copyRun(r))
			}
		}
		slices.SortFunc(lane.Queued, plan.ByInterval)
		slices.SortFunc(p.Running, plan.ByInterval)
		if len(lane.Queued) > queueLimit {
			lane.Queued, lane.More = lane.Queued[:queueLimit], true
		}
		s.join(p)
		w.Pipelines = append(w.Pipelines, p)
	}
	return w
}

// join gives each run the one before it, where a task depends on it, and the latest that
// succeeded, where an expression asks for it.
func (s *state) join(p *plan.PipelineState) {
	unfinished := slices.Concat(p.Running, p.Lanes[0].Queued)
	for _, r := range s.runs {
		if s.looksBack[p.Name] && r.Pipeline == p.Name && r.State == plan.RunSuccess {
			r.Succeeded(unfinished)
		}
	}
	if len(s.past[p.Name]) == 0 {
		return
	}
	shown := map[int64]*plan.Run{}
	for _, r := range unfinished {
		shown[r.ID] = r
	}
	fresh := slices.Clone(s.past[p.Name])
	var before *plan.Run
	for _, r := range slices.SortedFunc(slices.Values(s.runs), plan.ByInterval) {
		if r.Pipeline != p.Name {
			continue
		}
		if see := shown[r.ID]; see != nil {
			see.Previous, see.Fresh, before = before, slices.Clone(fresh), see
		} else {
			before = copyRun(r)
		}
		fresh = slices.DeleteFunc(fresh, func(task string) bool {
			return slices.ContainsFunc(r.Instances, func(in plan.Instance) bool { return in.Task == task })
		})
	}
}

// arrange puts instances into definition order; tasks that are no longer declared come last.
func (s *state) arrange(r *plan.Run) {
	place := func(task string) int {
		if i, ok := s.places[r.Pipeline][task]; ok {
			return i
		}
		return math.MaxInt
	}
	slices.SortFunc(r.Instances, func(a, b plan.Instance) int {
		return cmp.Or(cmp.Compare(place(a.Task), place(b.Task)), cmp.Compare(a.Task, b.Task), cmp.Compare(a.MapIndex, b.MapIndex))
	})
}

func (s *state) run(id int64) *plan.Run {
	if id < 1 || id > int64(len(s.runs)) {
		return nil
	}
	return s.runs[id-1]
}

func (s *state) instance(r *plan.Run, task string, mapIndex int) *plan.Instance {
	if r == nil {
		return nil
	}
	for i := range r.Instances {
		if in := &r.Instances[i]; in.Task == task && in.MapIndex == mapIndex {
			return in
		}
	}
	return nil
}

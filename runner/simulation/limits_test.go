package simulation

import (
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// bounded: no lane runs more than it may, and no more attempts are open than there are slots.
func (h *history) bounded(s *record) {
	type lane struct{ pipe, id int64 }
	active := map[lane]int{}
	for _, r := range s.runs {
		if r.state == plan.RunRunning {
			active[lane{r.pipe, r.lane}]++
		}
	}
	for l, n := range active {
		most := s.lanes[l.id]
		if most == 0 {
			most = h.definition(s.pipes[l.pipe].name).MaxActiveRuns
		}
		if n > most {
			h.wrong("lane %d of %s has %d running, may have %d", l.id, s.pipes[l.pipe].name, n, most)
		}
	}
	open := 0
	for _, a := range s.attempts {
		if a.state.Open() {
			open++
		}
	}
	if open > h.parallelism {
		h.wrong("%d attempts are open, %d may be", open, h.parallelism)
	}
}

// begun: an attempt is begun only where there is room for it, its condition holds and its
// past allows it. What is open already may have begun under other rules.
func (h *history) begun(before, now *record) {
	for k := range now.attempts {
		if _, old := before.attempts[k]; old {
			continue
		}
		r := now.runs[k.run]
		def := h.follows(now, r)
		task, declared := def.Task(k.task)
		if !declared {
			h.wrong("attempt %s is begun, and %s has no such task", k, def.Name)
		}
		h.roomFor(now, k, task)
		if task.When != nil && strings.Contains(task.When.String(), evenHours) && time.UnixMicro(r.start).In(def.Location).Hour()%2 != 0 {
			h.wrong("attempt %s is begun, though its interval starts in an odd hour", k)
		}
		if task.DependsOnPast {
			h.past(now, k, def, task)
		}
	}
}

// roomFor counts what is open beside a new attempt.
func (h *history) roomFor(s *record, k attemptKey, task *pipelines.Task) {
	def := h.definition(s.pipes[s.runs[k.run].pipe].name)
	var inPool, inPipe, inRun int
	for other, a := range s.attempts {
		if !a.state.Open() {
			continue
		}
		r := s.runs[other.run]
		if t, ok := h.follows(s, r).Task(other.task); ok && t.Pool == task.Pool {
			inPool += t.PoolSlots
		}
		if r.pipe == s.runs[k.run].pipe {
			inPipe++
		}
		if other.run == k.run {
			inRun++
		}
	}
	switch {
	case !s.attempts[k].state.Open(): // over already, and what took its place may have begun since
	case task.Pool != "" && inPool > pools[task.Pool]:
		h.wrong("attempt %s is begun, and %d of %d slots of %s are taken", k, inPool, pools[task.Pool], task.Pool)
	case def.MaxActiveTasks > 0 && inPipe > def.MaxActiveTasks:
		h.wrong("attempt %s is begun, and %s has %d at work of %d", k, def.Name, inPipe, def.MaxActiveTasks)
	case def.MaxActiveTasksPerRun > 0 && inRun > def.MaxActiveTasksPerRun:
		h.wrong("attempt %s is begun, and its run has %d at work of %d", k, inRun, def.MaxActiveTasksPerRun)
	}
}

// past: the run before has done the same task, of a mapped one the same index, and, where
// that is asked for, all that follows it.
func (h *history) past(s *record, k attemptKey, def *pipelines.Pipeline, task *pipelines.Task) {
	r := s.runs[k.run]
	var previous int64
	first := r.lane != 0 // of its backfill, which begins anew
	known := false
	for id, other := range s.runs {
		switch queued := s.attempts[k].queued; {
		case other.pipe != r.pipe || other.start >= r.start || other.created > queued:
			continue // the attempt did not know it
		case other.created == queued && id > k.run:
			return // it may have come before the attempt or after it
		}
		if previous == 0 || other.start > s.runs[previous].start {
			previous = id
		}
		first = first && other.lane != r.lane
		known = known || s.has(id, k.task)
	}
	if previous == 0 || first {
		return
	}
	if !s.has(previous, k.task) {
		if known || !s.runs[previous].state.Final() {
			h.wrong("attempt %s is begun, and the run before, %d, has no %s", k, previous, k.task)
		}
		return // it is new
	}
	if not := s.undone(previous, k.index, def, task); not != "" {
		h.wrong("attempt %s is begun, and in run %d %s is not done", k, previous, not)
	}
}

// undone is the task because of which a run is no past to depend on; "": it is one.
func (s *record) undone(run int64, index int, def *pipelines.Pipeline, task *pipelines.Task) string {
	settled := func(task string, index int) bool {
		for k, in := range s.instances {
			if k.run == run && k.task == task && (index < 0 || k.index < 0 || k.index == index) &&
				in.state != plan.Success && in.state != plan.Skipped && in.state != plan.Removed {
				return false
			}
		}
		return true
	}
	if !settled(task.ID, index) {
		return task.ID
	}
	if !task.WaitForDownstream {
		return ""
	}
	for _, d := range def.Downstream(def.Index(task.ID)) {
		if !settled(def.Tasks[d].ID, -1) {
			return def.Tasks[d].ID
		}
	}
	return ""
}

// timely: where a runner had the time to see it, a run whose time is over waits only for
// what was cancelled, and for its teardowns.
func (h *history) timely(s *record) {
	if h.runner == nil || time.Since(h.lastOrder) <= poll {
		return
	}
	for k, in := range s.instances {
		r := s.runs[k.run]
		def := h.follows(s, r)
		if r.state != plan.RunRunning || def.RunTimeout == 0 || in.state.Final() {
			continue
		}
		if t, ok := def.Task(k.task); ok && len(t.Teardown) > 0 {
			continue
		}
		if late := time.Since(time.UnixMicro(r.started)) - def.RunTimeout; late > 0 {
			h.wrong("run %d should have ended %s ago, its %s is %s", k.run, late, k.task, in.state)
		}
	}
}

// has says whether a run has a task, whatever its indices.
func (s *record) has(run int64, task string) bool {
	for k := range s.instances {
		if k.run == run && k.task == task {
			return true
		}
	}
	return false
}

package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// finish lets everything end well, and checks that everything ends. What failed in the past
// that something depends on, and what the past lacks, a person puts right; nobody helps
// with anything else.
func (h *history) finish() {
	h.fault = noFault
	h.unpause()
	h.stop()
	h.parallelism = 16
	h.run()
	for i := range 1000 {
		h.outside.redial()
		h.outside.succeed()
		h.settle()
		h.sleep(time.Minute)
		h.settle()
		if h.runner == nil {
			h.run()
		}
		if h.seen.quiet() {
			h.recount()
			h.outside.audit()
			return
		}
		if i%10 == 9 {
			h.putRight()
		}
	}
	h.wrong("this does not end:\n%s", h.seen)
}

// unpause lets everything go on.
func (h *history) unpause() {
	now := time.Now().UTC()
	for _, def := range h.defs {
		_, _, err := h.other.SetPaused(context.Background(), now, def.Name, false, plan.PauseArgs{}, anna)
		h.check(err)
	}
	for _, o := range h.orders {
		_, _, err := h.other.SetLane(context.Background(), now, o.id, false, plan.PauseArgs{}, anna)
		h.check(err)
	}
	h.tell("nothing is paused any more")
}

// putRight lets what failed count as done, and so what waits in the earliest unfinished run
// of a pipeline for what the run before has not done, and never will: it has ended.
func (h *history) putRight() {
	for _, def := range h.defs {
		h.mark(def, plan.Selector{All: true, States: []plan.State{plan.Failed, plan.UpstreamFailed}})
		first, before := h.seen.earliest(def.Name)
		if first == 0 || before == 0 || h.seen.runs[first].state != plan.RunRunning || !h.seen.runs[before].state.Final() {
			continue
		}
		for k, in := range h.seen.instances {
			bound := h.follows(h.seen, h.seen.runs[first])
			task, _ := bound.Task(k.task)
			if k.run == first && in.state == plan.Waiting && task != nil && task.DependsOnPast &&
				(!h.seen.has(before, k.task) || h.seen.undone(before, k.index, bound, task) != "") {
				h.mark(def, plan.Selector{Tasks: []plan.TaskPattern{{Regex: "^" + k.task + "$"}}, Intervals: []time.Time{time.UnixMicro(h.seen.runs[first].start).UTC()},
					States: []plan.State{plan.Waiting}})
			}
		}
	}
}

// earliest is the first run of a pipeline that has not ended, and the one before it; 0: none.
func (r *record) earliest(pipeline string) (first, before int64) {
	for id, run := range r.runs {
		if r.pipes[run.pipe].name == pipeline && !run.state.Final() && (first == 0 || run.start < r.runs[first].start) {
			first = id
		}
	}
	for id, run := range r.runs {
		if first != 0 && run.pipe == r.runs[first].pipe && run.start < r.runs[first].start && (before == 0 || run.start > r.runs[before].start) {
			before = id
		}
	}
	return first, before
}

// mark lets a person call something done.
func (h *history) mark(def *pipelines.Pipeline, which plan.Selector) {
	h.settle()
	now := time.Now().UTC()
	p, err := h.other.Apply(context.Background(), now, sqlite.ScopeQuery{Pipelines: []string{def.Name}}, map[string]*pipelines.Pipeline{def.Name: def}, anna,
		func(s []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Mark(now, s, plan.MarkArgs{Selector: which, As: plan.Success})
		})
	if refused := (*plan.Refusal)(nil); !errors.As(err, &refused) {
		h.check(err)
		h.tell("%s: %d instances count as done", def.Name, len(p.Instances))
	}
	h.lastOrder = now
	h.inspect()
}

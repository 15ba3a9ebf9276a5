package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// given is an order that was carried out, with what was before it.
type given struct {
	id     int64
	before *record
}

var anna = sqlite.Actor{User: "anna", Host: "here"}

func (h *history) definition(name string) *pipelines.Pipeline {
	for _, def := range h.defs {
		if def.Name == name {
			return def
		}
	}
	h.wrong("there is no pipeline %q", name)
	return nil
}

// follows is the definition by which a run goes: the file's, or the version that it is bound to.
func (h *history) follows(s *record, r run) *pipelines.Pipeline {
	if name := s.pipes[r.pipe].name; r.source == "" {
		return h.definition(name)
	} else {
		return parse(h, name, r.source)
	}
}

// order lets a person change something, in a process of their own.
func (h *history) order() {
	def := h.defs[h.rng.IntN(len(h.defs))]
	defs := map[string]*pipelines.Pipeline{def.Name: def}
	now := time.Now().UTC()
	h.lastOrder = now
	h.inspect() // so that between two looks nobody changes what a decision was made from
	h.check(h.other.Register(context.Background(), h.defs, h.definitions().Workshop.Commit, now))
	q := sqlite.ScopeQuery{Pipelines: []string{def.Name}}
	apply := func(decide func([]*plan.PipelineScope) (*plan.Plan, error)) {
		before := h.look.read()
		p, err := h.other.Apply(context.Background(), now, q, defs, anna, decide)
		h.carriedOut(before, p, err)
	}
	switch h.rng.IntN(11) {
	case 10:
		v, ok := plan.ManualInterval(def.Timetable, now)
		if period, in := def.Timetable.Containing(h.begin.Add(time.Duration(h.rng.IntN(12)-8) * time.Hour)); in && h.one(2) {
			v, ok = period.Interval, true
		}
		h.tell("trigger %s", at(def.Name, v.Start))
		if ok {
			apply(func(s []*plan.PipelineScope) (*plan.Plan, error) {
				return plan.Trigger(now, s[0], plan.TriggerArgs{Interval: v})
			})
		}
	case 0, 1, 2:
		args := plan.ClearArgs{Selector: h.selector(), NoRunning: h.one(4), WholeRuns: h.one(4), SameVersion: h.one(4)}
		q.Versions = args.SameVersion
		h.tell("clear %s %s", def.Name, args.TaskRegex)
		apply(func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Clear(now, s, args) })
	case 3, 4:
		args := plan.BackfillArgs{Selector: h.selector(), MaxActiveRuns: h.rng.IntN(3), Backwards: h.one(3),
			Reprocess: []plan.Reprocess{plan.ReprocessNone, plan.ReprocessFailed, plan.ReprocessCompleted}[h.rng.IntN(3)]}
		args.Start = h.begin.Add(time.Duration(h.rng.IntN(10)-8) * time.Hour)
		args.End = args.Start.Add(time.Duration(h.rng.IntN(5)) * time.Hour)
		args.States = nil
		if h.one(3) {
			args.Only = []plan.Only{plan.Onlys[h.rng.IntN(3)]}
		}
		h.tell("backfill %s %s…%s %s (reprocess %s)", def.Name, args.Start.Format("02T15"), args.End.Format("02T15"), args.TaskRegex, args.Reprocess)
		apply(func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Backfill(now, s[0], args) })
	case 5:
		args := plan.MarkArgs{Selector: h.selector(), As: []plan.State{plan.Success, plan.Failed, plan.Skipped}[h.rng.IntN(3)], Runs: h.one(4)}
		h.tell("mark %s %s %s", def.Name, args.TaskRegex, args.As)
		apply(func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Mark(now, s, args) })
	case 6, 7:
		h.undo(now)
	case 8:
		paused := h.one(2)
		if !paused && h.one(2) {
			args := plan.UnpauseArgs{Missed: []plan.Missed{plan.MissedPolicy, plan.MissedCatchup, plan.MissedSkip}[h.rng.IntN(3)]}
			h.tell("unpause %s %s", def.Name, args.Missed)
			apply(func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Unpause(now, s[0], args) })
			return
		}
		_, changed, err := h.other.SetPaused(context.Background(), now, def.Name, paused, plan.PauseArgs{}, anna)
		h.check(err)
		h.tell("pause %s %v: %v", def.Name, paused, changed)
	case 9:
		if len(h.orders) > 0 {
			o, paused := h.orders[h.rng.IntN(len(h.orders))], h.one(2)
			_, changed, err := h.other.SetLane(context.Background(), now, o.id, paused, plan.PauseArgs{}, anna)
			h.check(err)
			h.tell("pause backfill %d %v: %v", o.id, paused, changed)
		}
	}
}

func (h *history) selector() plan.Selector {
	s := plan.Selector{All: true, Upstream: h.one(5), Downstream: h.one(2)}
	if !h.one(4) {
		s.TaskRegex = []string{"^a$", "^b$", "a|c", "[cd]"}[h.rng.IntN(4)]
	}
	if h.one(2) {
		s.Start = h.begin.Add(time.Duration(h.rng.IntN(10)-8) * time.Hour)
		s.End = s.Start.Add(time.Duration(h.rng.IntN(4)) * time.Hour)
	}
	if h.one(4) {
		s.States = []plan.State{[]plan.State{plan.Failed, plan.Success, plan.Skipped}[h.rng.IntN(3)]}
	}
	return s
}

// carriedOut checks that an order was applied whole, and nothing else with it; or not at all.
func (h *history) carriedOut(before *record, p *plan.Plan, err error) {
	var refused *plan.Refusal
	if errors.As(err, &refused) {
		h.tell("  refused: %s", refused.Message)
		p = &plan.Plan{}
	} else {
		h.check(err)
	}
	after := h.look.read()
	if p.Operation != nil {
		h.tell("  operation %d: %d runs, %d task instances", *p.Operation, len(p.Runs), len(p.Instances))
		h.orders = append(h.orders, given{*p.Operation, before})
	} else if len(after.runs) != len(before.runs) {
		h.wrong("an order that changes nothing has changed runs")
	}
	planned := map[instanceKey]*plan.PlanRow{}
	for i := range p.Instances {
		r := &p.Instances[i]
		planned[instanceKey{r.Run, r.Task, r.MapIndex}] = r
		is, there := after.instances[instanceKey{r.Run, r.Task, r.MapIndex}]
		if _, known := before.runs[r.Run]; known && (there == (r.Action == plan.Remove) || there && is.state != r.To) {
			h.wrong("%d/%s is to be %s (%s) and is %s (%v)", r.Run, r.Task, r.To, r.Action, is.state, there)
		}
	}
	removed := map[int64]bool{} // with the task instances that they have
	for i := range p.Runs {
		removed[p.Runs[i].Run] = p.Runs[i].Action == plan.Remove
	}
	for k, was := range before.instances {
		if is, there := after.instances[k]; planned[k] == nil && !removed[k.run] && (!there || is != was) {
			h.wrong("%s was not in the plan, was %+v and is %+v (%v)", k, was, is, there)
		}
	}
	h.inspect()
}

// undo takes an order back and checks that what it says it restores is what was.
func (h *history) undo(now time.Time) {
	if len(h.orders) == 0 {
		return
	}
	o := h.orders[h.rng.IntN(len(h.orders))]
	h.tell("undo %d", o.id)
	before := h.look.read()
	p, err := h.other.ApplyUndo(context.Background(), now, o.id, anna, func(s *plan.UndoScope) (*plan.Plan, error) { return plan.Undo(now, s, plan.UndoArgs{}) })
	h.carriedOut(before, p, err)
	if err != nil {
		return
	}
	after := h.look.read()
	for i := range p.Instances {
		r := &p.Instances[i]
		k := instanceKey{r.Run, r.Task, r.MapIndex}
		was, is := o.before.instances[k], after.instances[k]
		if r.Action == plan.Restore && (is.state != was.state || is.try != was.try || is.limit != was.limit || is.notBefore != was.notBefore) {
			h.wrong("undo %d restores %s, which was %+v before and is %+v", o.id, k, was, is)
		}
	}
	for i := range p.Runs {
		if r := &p.Runs[i]; r.Action == plan.Restore && after.runs[r.Run] != o.before.runs[r.Run] {
			h.wrong("undo %d restores run %d, which was %+v before and is %+v", o.id, r.Run, o.before.runs[r.Run], after.runs[r.Run])
		}
	}
}

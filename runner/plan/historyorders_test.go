package plan

import (
	"fmt"
	"reflect"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// order gives one random order: plans it, checks that planning changed nothing, applies it
// and checks that exactly the rows of the plan changed.
func (h *history) order() {
	p := h.pipes[h.rng.IntN(len(h.pipes))]
	scope := h.scope(p.name)
	var plan *Plan
	var err error
	switch h.rng.IntN(7) {
	case 0, 1:
		args := h.clearArgs()
		plan, err = Clear(h.now, []*PipelineScope{scope}, args)
		defer h.idempotent(p, args, plan, err)
	case 2:
		plan, err = Backfill(h.now, scope, h.backfillArgs())
	case 3:
		plan, err = Mark(h.now, []*PipelineScope{scope}, h.markArgs())
	case 4:
		from := day(h.rng.IntN(10) - 4)
		plan, err = Trigger(h.now, scope, TriggerArgs{Interval: timetable.Interval{Start: from, End: from.AddDate(0, 0, 1)}})
	case 5, 6:
		if len(h.operations) == 0 {
			return
		}
		plan, err = Undo(h.now, h.undoScope(1+int64(h.rng.IntN(len(h.operations)))), UndoArgs{})
	}
	if err != nil {
		return
	}
	if !reflect.DeepEqual(scope, h.scope(p.name)) {
		h.t.Fatal("planning changed what it was shown")
	}
	h.exactly(plan)
}

func (h *history) selector() Selector {
	s := Selector{TaskRegex: []string{"", "a", "[b-d]", "f$", "c|e"}[h.rng.IntN(5)], All: true,
		Upstream: h.rng.IntN(4) == 0, Downstream: h.rng.IntN(2) == 0}
	if from := h.rng.IntN(6) - 2; h.rng.IntN(2) == 0 {
		s.Start, s.End = day(from), day(from+h.rng.IntN(4))
	}
	if h.rng.IntN(4) == 0 {
		s.States = []State{Failed, UpstreamFailed}
	}
	return s
}

func (h *history) clearArgs() ClearArgs { return ClearArgs{Selector: h.selector()} }

func (h *history) markArgs() MarkArgs {
	args := MarkArgs{Selector: h.selector(), As: []State{Success, Failed, Skipped}[h.rng.IntN(3)]}
	if h.rng.IntN(3) == 0 {
		args.Runs = true
		args.TaskRegex, args.States, args.Upstream, args.Downstream = "", nil, false, false
	}
	return args
}

func (h *history) backfillArgs() BackfillArgs {
	args := BackfillArgs{Selector: h.selector(), MaxActiveRuns: h.rng.IntN(3), Backwards: h.rng.IntN(2) == 0,
		Reprocess: []Reprocess{ReprocessNone, ReprocessFailed, ReprocessCompleted}[h.rng.IntN(3)]}
	from := h.rng.IntN(8) - 4
	args.Start, args.End = day(from), day(from+h.rng.IntN(4))
	return args
}

// rows is every instance and run of the model by name.
func (h *history) rows() map[string]string {
	all := map[string]string{}
	for _, r := range h.runs {
		run := fmt.Sprint(r.Pipeline, r.Interval.Start.Format(" 0102"))
		all[run] = r.State.String()
		for i := range r.Instances {
			in := &r.Instances[i]
			all[run+" "+in.Task] = fmt.Sprint(in.State, in.Try, in.TryLimit, in.Operation)
		}
	}
	return all
}

// exactly applies a plan and checks that its rows changed, and no others.
func (h *history) exactly(p *Plan) {
	before := h.rows()
	h.apply(p)
	after := h.rows()
	for _, r := range h.runs {
		for i := range r.Instances {
			if in := &r.Instances[i]; r.State.Final() && (!in.State.Final() || in.Open) {
				h.t.Fatalf("%s leaves %s unfinished in a run that has ended", p.Kind, shortState(in))
			}
		}
	}
	planned := map[string]bool{}
	for _, r := range p.Instances {
		planned[fmt.Sprint(r.Pipeline, r.IntervalStart.Format(" 0102 "), r.Task)] = true
	}
	for _, r := range p.Runs {
		if r.Action != None {
			planned[fmt.Sprint(r.Pipeline, r.IntervalStart.Format(" 0102"))] = true
		}
	}
	for name := range after {
		if before[name] != after[name] && !planned[name] {
			h.t.Fatalf("%s changed %q from %q to %q unasked", p.Kind, name, before[name], after[name])
		}
	}
	for name := range before {
		run := name[:len("p0 0301")] // with a run that never began goes what it was born with
		if _, ok := after[name]; !ok && !planned[name] && !planned[run] {
			h.t.Fatalf("%s removed %q unasked", p.Kind, name)
		}
	}
}

// idempotent checks that a clear, applied, leaves nothing for the same clear to do.
func (h *history) idempotent(p *modelPipe, args ClearArgs, plan *Plan, err error) {
	if err != nil || len(args.States) > 0 {
		return // what was failed now waits, and is not selected any more
	}
	again, err := Clear(h.now, []*PipelineScope{h.scope(p.name)}, args)
	if err != nil || len(again.Instances)+again.Counts.RunsReopened > 0 {
		h.t.Fatalf("cleared twice, the second plan still does something: %v %+v", err, again)
	}
	if len(plan.Instances) > 0 && plan.Digest == again.Digest {
		h.t.Fatal("two plans that differ have one digest")
	}
}

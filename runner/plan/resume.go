package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Resume makes of a plan that was saved the same plan again: exactly its rows, if each of
// them still is what it was. Else it is refused, and every row that has moved is listed.
// An
// override that was saved with it holds; why, where it is not empty, stands in its place.
// Errors are *Refusal.
func Resume(scopes []*PipelineScope, saved *Plan, why string) (*Plan, error) {
	if digest(saved) != saved.Digest {
		return nil, &Refusal{Code: "bad-plan", Message: "the plan's rows are not those that its digest signs",
			Help: "a plan is applied as it was saved; make another one"}
	}
	r := &resuming{next: *saved, scopes: map[string]*PipelineScope{}}
	for _, s := range scopes {
		if s.Def == nil {
			return nil, noDefinition(s.Name)
		}
		r.scopes[s.Name] = s
	}
	r.next.Runs, r.next.Instances = []PlanRun{}, []PlanRow{}
	r.live(saved.Live)
	for i := range saved.Runs {
		r.run(saved.Runs[i])
	}
	for i := range saved.Instances {
		r.row(saved.Instances[i])
	}
	if len(r.moved) > 0 {
		return nil, moved(r.moved)
	}
	p := &r.next
	p.Arguments = applied{Plan: saved.Digest, Params: p.params(), Live: p.Live}
	p.Applied, p.Operation, p.Undo, p.DryRun = false, nil, nil, false
	if why == "" && saved.Override != nil {
		why = saved.Override.Why
	}
	p.ETA = nil
	return p.estimate(scopes).guarded(railsOf(scopes), why)
}

// applied is what apply was asked.
type applied struct {
	Plan   string
	Params []string `json:",omitempty"`
	Live   *Live    `json:",omitempty"`
}

// params are those that a plan gives to the runs that it makes, NAME=VALUE: mostly all
// have the same.
func (p *Plan) params() []string {
	var texts []string
	for i := range p.Runs {
		for name, value := range p.Runs[i].Params.Values() {
			if text := name + "=" + pipelines.ParamText(value); !slices.Contains(texts, text) {
				texts = append(texts, text)
			}
		}
	}
	slices.Sort(texts)
	return texts
}

// moved refuses a plan that was made of another state.
func moved(rows []string) *Refusal {
	return &Refusal{Code: "stale-plan", Problems: rows,
		Message: fmt.Sprintf("%d of the plan's rows have moved since it was made; nothing was changed", len(rows)),
		Help:    "make the plan again and look at it"}
}

// resuming is a saved plan on its way back.
type resuming struct {
	next   Plan
	scopes map[string]*PipelineScope
	moved  []string
}

func (r *resuming) move(format string, args ...any) {
	r.moved = append(r.moved, fmt.Sprintf(format, args...))
}

// live takes what the plan does to the live schedule, if that stands as it did.
func (r *resuming) live(l *Live) {
	if l == nil {
		return
	}
	if s := r.scopes[l.Pipeline]; s == nil || s.Paused != l.WasPaused || !placeOf(s.Last).equal(l.WasLast) {
		r.move("%s: its schedule has been paused, unpaused or moved on", l.Pipeline)
	}
}

// run takes one run of the plan if it is as it was.
func (r *resuming) run(p PlanRun) {
	s := r.scopes[p.Pipeline]
	name := p.Pipeline + " " + stamp(p.IntervalStart)
	if s == nil {
		r.move("%s: no such pipeline", name)
		return
	}
	v := timetable.Interval{Start: p.IntervalStart, End: p.IntervalEnd}
	run, overlap := runAt(s.Runs, v)
	switch {
	case p.State == nil && run != nil:
		r.move("%s: did not exist, is %s", name, run.State)
		return
	case p.State == nil && overlap != nil:
		r.move("%s: did not exist, the run of %s covers part of it", name, stamp(overlap.Interval.Start))
		return
	case p.State != nil && run == nil:
		r.move("%s: was %s, is gone", name, *p.State)
		return
	case p.State != nil && run.State != *p.State:
		r.move("%s: was %s, is %s", name, *p.State, run.State)
		return
	}
	if run != nil {
		p.Run, p.Partial = run.ID, run.Partial
	}
	if p.Action == Create {
		p.Due = dueOf(s, v)
		params, refusal := p.Params.again(s.Def)
		if refusal != nil {
			r.move("%s: %s", name, strings.Join(append([]string{refusal.Message}, refusal.Problems...), "; "))
			return
		}
		p.Params = params
	}
	r.next.Runs = append(r.next.Runs, p)
}

// dueOf is the instant at which an interval of the grid falls due; its end, off the grid.
func dueOf(s *PipelineScope, v timetable.Interval) time.Time {
	if s.Def.Timetable != nil {
		if period, ok := s.Def.Timetable.Containing(v.Start); ok && period.Interval == v {
			return period.Due
		}
	}
	return v.End
}

// row takes one task instance of the plan if it is as it was.
func (r *resuming) row(p PlanRow) {
	s := r.scopes[p.Pipeline]
	if s == nil {
		return // said of its run
	}
	name := p.Pipeline + " " + stamp(p.IntervalStart) + " " + InstanceName(p.Task, p.MapIndex)
	t := s.Def.Index(p.Task)
	if t < 0 {
		r.move("%s: the task is declared no more", name)
		return
	}
	run, _ := runAt(s.Runs, timetable.Interval{Start: p.IntervalStart, End: p.IntervalStart})
	in := (*Instance)(nil)
	if run != nil {
		p.Run, in = run.ID, run.Instance(p.Task, p.MapIndex)
	}
	switch {
	case p.State == nil && in != nil:
		r.move("%s: did not exist, is %s", name, in.State)
		return
	case p.State != nil && in == nil:
		r.move("%s: was %s, is gone", name, *p.State)
		return
	case p.State != nil && (in.State != *p.State || in.Try != p.Try):
		r.move("%s: was %s (try %d), is %s (try %d)", name, *p.State, p.Try, in.State, in.Try)
		return
	case p.Action == Rerun && in.busy() || p.Action == Restart && !in.busy():
		r.move("%s: its attempt has begun or ended", name)
		return
	}
	if p.Action != Marked || p.State == nil {
		p.TryLimit = p.Try + s.Def.Tasks[t].Retries + 1
	}
	r.next.Instances = append(r.next.Instances, p)
}

// Instance is that of a task; nil: the run has none.
func (run *Run) Instance(task string, index int) *Instance {
	for i := range run.Instances {
		if in := &run.Instances[i]; in.Task == task && in.MapIndex == index {
			return in
		}
	}
	return nil
}

// Same refuses a plan that was made anew and is another than the one that was saved, and
// lists the rows in which they differ.
func Same(saved, now *Plan) error {
	if saved.Digest == now.Digest {
		return nil
	}
	is := map[string]bool{}
	eachLine(now, func(line []byte) { is[string(line)] = true })
	var rows []string
	eachLine(saved, func(text []byte) {
		line := string(text)
		if !is[line] {
			rows = append(rows, line+": not so any more")
		}
		delete(is, line)
	})
	eachLine(now, func(line []byte) {
		if is[string(line)] {
			rows = append(rows, string(line)+": not in the plan")
		}
	})
	return moved(rows)
}

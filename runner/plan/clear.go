package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// Clear plans to put chosen task instances back to waiting, each with a full set of
// retries, and their finished runs back to queued. What waits already is left alone. The
// instant does not matter to what is chosen. Errors are *Refusal.
func Clear(_ time.Time, scopes []*PipelineScope, args ClearArgs) (*Plan, error) {
	c := &clearing{draft: newDraft("clear", args.Reason, args.Ticket, args), whole: args.WholeRuns, same: args.SameVersion}
	if refusal := c.choose("clear", scopes, args.Selector, args.In, func(s *PipelineScope, sel *selection) {
		c.sel = sel
		c.scope(s)
	}); refusal != nil {
		return nil, refusal
	}
	switch {
	case !c.named:
		return nil, noTask(args.TaskRegex, scopes)
	case len(c.starts) == 0:
		return nil, noInstance(scopes)
	case args.NoRunning && len(c.running) > 0:
		return nil, &Refusal{Code: "running", Problems: c.running,
			Message: fmt.Sprintf("%d of the selected task instances run now", len(c.running)),
			Help:    "wait for them, or allow them to be cancelled: " + strings.Join(c.running[:min(3, len(c.running))], ", ")}
	}
	return c.done().estimate(scopes).guarded(railsOf(scopes), args.Override)
}

// clearing is a clear in the making.
type clearing struct {
	*draft
	sel     *selection
	whole   bool
	same    bool
	named   bool     // whether the regular expression matched any task
	running []string // instances that would be cancelled
}

// scope plans for one pipeline.
func (c *clearing) scope(s *PipelineScope) {
	c.Pipelines = append(c.Pipelines, s.Name)
	if slices.ContainsFunc(tasksOf(s), c.sel.matches) {
		c.named = true
	}
	sum := newSummary(len(s.Def.Tasks))
	runs := c.sel.of(s)
	chosen := map[likeness]stretchOfRows{}
	for i, run := range runs {
		c.run(s, run, sum, chosen)
		if i == 0 { // the others are mostly like it
			c.Instances = slices.Grow(c.Instances, len(c.Instances)*len(runs))
		}
	}
	sum.report(s.Def, &c.Selection)
	if s.Paused && len(c.Instances) > 0 {
		c.Warnings = append(c.Warnings, pausedWarning(s.Name))
	}
}

func pausedWarning(name string) string {
	return fmt.Sprintf("%s is paused: nothing of it runs before `tidemark unpause %s`", name, name)
}

// run plans for one run: what is chosen in it, and what becomes of itself. In a run that
// holds the same instances as one before it the same is chosen.
func (c *clearing) run(s *PipelineScope, run *Run, sum *summary, chosen map[likeness]stretchOfRows) {
	from, running := c.rows(), len(c.running)
	like, known := chosen[likenessOf(run)]
	if known {
		c.repeat(like, run)
	} else {
		c.choices(s, run, sum)
		if len(c.running) == running && len(run.Instances) > 0 { // else each is named
			chosen[likenessOf(run)] = c.since(from)
		}
	}
	if len(c.Instances) > from.instances {
		r := reopened(s.Name, run)
		if c.same && run.Version != nil {
			r.Version = run.Version.Fingerprint
		}
		c.Runs = append(c.Runs, r)
	}
}

// choices plans for the instances of one run: those that match, those along the edges, and
// the setups and teardowns of what runs again.
func (c *clearing) choices(s *PipelineScope, run *Run, sum *summary) {
	run = ordered(s.Def, run)
	var place placement
	place.of(s.Def, run)
	why := c.sel.widen(s.Def, func(t int) bool {
		return c.sel.matches(s.Def.Tasks[t].ID) && c.rooted(run.Instances[place.first[t]:place.end[t]])
	})
	for t, reason := range along(s.Def, func(t int) bool {
		return why[t] != "" && slices.ContainsFunc(run.Instances[place.first[t]:place.end[t]], func(in Instance) bool {
			return in.State != Waiting && (why[t] != matched || c.sel.wants(&in))
		})
	}) {
		if why[t] == "" {
			why[t] = reason
		}
	}
	all := c.whole && slices.ContainsFunc(why, func(reason string) bool { return reason != "" })
	for t, reason := range why {
		if reason == "" && all {
			reason = ofTheRun
		}
		if reason == "" {
			continue
		}
		if all && place.first[t] == place.end[t] && len(run.Instances) > 0 {
			c.create(s, run.ID, run.Interval.Start, t, ofTheRun) // added since, or nobody had asked for it
		}
		for i := place.first[t]; i < place.end[t]; i++ {
			sum.note(t, reason)
			if in := &run.Instances[i]; all || reason != matched || c.sel.wants(in) {
				c.instance(s, run, in, t, reason)
			}
		}
	}
	for i := place.declared; i < len(run.Instances); i++ {
		if in := &run.Instances[i]; all || c.sel.matches(in.Task) && c.sel.wants(in) {
			c.leaveInstance(s.Name, in, run, "task removed from the pipeline")
		}
	}
}

// ofTheRun is why an instance is chosen that neither matched nor is joined to what did.
const ofTheRun = "of the run"

func (c *clearing) rooted(instances []Instance) bool {
	return slices.ContainsFunc(instances, func(in Instance) bool { return c.sel.wants(&in) })
}

// instance plans for one instance.
func (c *clearing) instance(s *PipelineScope, run *Run, in *Instance, t int, why string) {
	switch in.State {
	case Waiting:
		c.leaveInstance(s.Name, in, run, "waits already")
		return
	case Removed:
		c.leaveInstance(s.Name, in, run, noItem)
		return
	}
	if in.busy() {
		c.running = append(c.running, in.Name()+" "+stamp(run.Interval.Start))
	}
	c.row(again(s, run, in, t, why))
}

// again is the row that makes an instance wait again, with all its retries.
func again(s *PipelineScope, run *Run, in *Instance, t int, why string) PlanRow {
	r := PlanRow{Pipeline: s.Name, Task: in.Task, MapIndex: in.MapIndex, IntervalStart: run.Interval.Start,
		State: in.State.known(), To: Waiting, Action: Rerun, Why: why, Try: in.Try,
		Run: run.ID, TryLimit: in.Try + s.Def.Tasks[t].Retries + 1}
	if in.busy() {
		r.Action = Restart
	}
	return r
}

// reopened is what becomes of a run whose instances wait again.
func reopened(pipeline string, run *Run) PlanRun {
	r := PlanRun{Pipeline: pipeline, IntervalStart: run.Interval.Start, IntervalEnd: run.Interval.End,
		State: ptr(run.State), To: ptr(run.State), Action: None, Why: "is " + run.State.String(),
		Run: run.ID, Partial: run.Partial}
	if run.State.Final() {
		to, _ := run.State.on(runReopen)
		r.To, r.Action, r.Why = &to, Reopen, "was "+run.State.String()
	}
	return r
}

package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// MarkArgs is what `mark` was asked.
type MarkArgs struct {
	Selector
	In     map[string]Selector `json:",omitempty"`
	As     State               // success, failed or skipped
	Runs   bool                // mark whole runs; the selector names no tasks
	Reason string
	Ticket string

	Override string `json:",omitempty"`
}

// Mark plans to give chosen task instances, or whole runs, the end that a person says. What
// runs is cancelled. What follows a marked task and failed, or was blocked, is decided
// again, as in Airflow. Errors are *Refusal.
func Mark(_ time.Time, scopes []*PipelineScope, args MarkArgs) (*Plan, error) {
	if refusal := canMark(args); refusal != nil {
		return nil, refusal
	}
	m := &marking{draft: newDraft("mark", args.Reason, args.Ticket, args), as: args.As}
	named := false
	if refusal := m.choose("mark", scopes, args.Selector, args.In, func(s *PipelineScope, sel *selection) {
		m.Pipelines, m.s, m.sel = append(m.Pipelines, s.Name), s, sel
		named = named || slices.ContainsFunc(tasksOf(s), sel.matches)
		sum := newSummary(len(s.Def.Tasks))
		for _, run := range sel.of(s) {
			m.run(ordered(s.Def, run), args.Runs, sum)
		}
		if !args.Runs {
			sum.report(s.Def, &m.Selection)
		}
		if s.Paused && m.again {
			m.Warnings = append(m.Warnings, pausedWarning(s.Name))
		}
		m.again = false
	}); refusal != nil {
		return nil, refusal
	}
	switch {
	case !named:
		return nil, noTask(args.TaskRegex, scopes)
	case len(m.starts) == 0:
		return nil, noInstance(scopes)
	}
	return m.done().estimate(scopes).guarded(railsOf(scopes), args.Override)
}

// canMark refuses what no state of the rows could make possible.
func canMark(args MarkArgs) *Refusal {
	switch {
	case args.As != Success && args.As != Failed && args.As != Skipped:
		return &Refusal{Code: "bad-value", Message: fmt.Sprintf("nothing can be marked as %s", args.As),
			Help: "one of: success, failed, skipped"}
	case args.Runs && args.As == Skipped:
		return &Refusal{Code: "bad-value", Message: "a run ends in success or in failure; it cannot be marked as skipped",
			Help: "leave --run out to mark its task instances as skipped"}
	case args.Runs && (len(args.patterns())+len(args.NotTasks)+len(args.States)+len(args.Operations)+len(args.NotOperations) > 0 ||
		args.Upstream || args.Downstream):
		return &Refusal{Code: "conflicting-flags", Message: "--run marks whole runs, whatever their tasks and states",
			Help: "choose by interval, or leave --run out to mark task instances"}
	}
	return nil
}

// marking is a mark in the making.
type marking struct {
	*draft
	as    State
	s     *PipelineScope
	sel   *selection
	again bool // whether anything is decided again
}

// run plans for one run. What it will be is worked out on a copy.
func (m *marking) run(run *Run, whole bool, sum *summary) {
	next := *run
	next.Instances = slices.Clone(run.Instances)
	var place placement
	place.of(m.s.Def, run)
	rows := len(m.Instances)
	if whole {
		m.whole(run, &next, &place)
	} else {
		m.tasks(run, &next, &place, sum)
	}
	if r := m.ends(run, &next, whole); len(m.Instances) > rows || r.Action != None {
		m.start(run.Interval.Start)
		m.Runs = append(m.Runs, r)
	}
}

// tasks marks what is selected, then puts back what followed from it.
func (m *marking) tasks(run, next *Run, place *placement, sum *summary) {
	why := m.sel.widen(m.s.Def, func(t int) bool { return m.sel.matches(m.s.Def.Tasks[t].ID) && m.rooted(run, place, t) })
	changed := make([]bool, len(why))
	for t, reason := range why {
		if reason == "" {
			continue
		}
		sum.note(t, reason)
		if place.first[t] == place.end[t] {
			changed[t] = m.absent(run, next, t, reason)
		}
		for i := place.first[t]; i < place.end[t]; i++ {
			if in := &next.Instances[i]; reason != matched || m.sel.wants(in) {
				changed[t] = m.instance(run, in, m.as, reason) || changed[t]
			}
		}
	}
	m.follow(run, next, place, why, changed)
	for _, in := range run.Instances[place.declared:] {
		if m.sel.matches(in.Task) && m.sel.wants(&in) {
			m.leaveInstance(m.s.Name, &in, run, "task removed from the pipeline")
		}
	}
}

// rooted says whether the selection wants an instance of a task, also one that is not made
// yet because its run has not begun.
func (m *marking) rooted(run *Run, place *placement, t int) bool {
	if place.first[t] == place.end[t] {
		return !run.Partial && m.sel.takes(m.s.Def.Tasks[t].ID, -1) && len(m.sel.States)+len(m.sel.Operations) == 0
	}
	return slices.ContainsFunc(run.Instances[place.first[t]:place.end[t]], func(in Instance) bool { return m.sel.wants(&in) })
}

// instance marks one, and says whether that changes it.
func (m *marking) instance(run *Run, in *Instance, to State, why string) bool {
	if in.State == Removed {
		m.leaveInstance(m.s.Name, in, run, noItem)
		return false
	}
	if in.State == to {
		m.leaveInstance(m.s.Name, in, run, "is "+to.String()+" already")
		return false
	}
	m.row(PlanRow{Pipeline: m.s.Name, Task: in.Task, MapIndex: in.MapIndex, IntervalStart: run.Interval.Start,
		State: in.State.known(), To: to, Action: Marked, Why: why, Try: in.Try, Run: run.ID})
	in.State = to
	return true
}

// absent marks an instance of a run that has not begun. In a run of selected tasks the
// others stay absent.
func (m *marking) absent(run, next *Run, t int, why string) bool {
	task := m.s.Def.Tasks[t]
	if run.Partial {
		m.leave(m.s.Name, task.ID, run.Interval.Start, absent, "not part of this run")
		return false
	}
	m.row(PlanRow{Pipeline: m.s.Name, Task: task.ID, MapIndex: -1, IntervalStart: run.Interval.Start,
		To: m.as, Action: Marked, Why: why, Run: run.ID, TryLimit: task.Retries + 1})
	next.Instances = append(next.Instances, Instance{Task: task.ID, MapIndex: -1, State: m.as})
	return true
}

// follow puts back what failed or was blocked downstream of what has changed, with its
// setups and teardowns.
func (m *marking) follow(run, next *Run, place *placement, why []string, changed []bool) {
	after, repeated := make([]string, len(why)), make([]bool, len(why))
	for t := range why {
		for _, up := range m.s.Def.Upstream(t) {
			if after[t] == "" && (changed[up] || after[up] != "") {
				after[t] = "after " + m.s.Def.Tasks[up].ID
			}
		}
		if after[t] == "" || why[t] != "" {
			continue
		}
		for i := place.first[t]; i < place.end[t]; i++ {
			if in := &next.Instances[i]; in.State == Failed || in.State == UpstreamFailed {
				m.putBack(run, in, t, after[t])
				repeated[t] = true
			}
		}
	}
	for t, reason := range along(m.s.Def, func(t int) bool { return repeated[t] }) {
		for i := place.first[t]; i < place.end[t] && reason != "" && why[t] == ""; i++ {
			if in := &next.Instances[i]; in.State != Waiting {
				m.putBack(run, in, t, reason)
			}
		}
	}
}

func (m *marking) putBack(run *Run, in *Instance, t int, why string) {
	m.row(again(m.s, run, in, t, why))
	in.State = Waiting
	m.again = true
}

// ends is what becomes of a run: one that had ended, and has work again, is reopened; one
// that has none gets the end that its tasks give it.
func (m *marking) ends(run, next *Run, whole bool) PlanRun {
	r := PlanRun{Pipeline: m.s.Name, IntervalStart: run.Interval.Start, IntervalEnd: run.Interval.End,
		State: ptr(run.State), To: ptr(run.State), Action: None, Why: "is " + run.State.String(), Run: run.ID, Partial: run.Partial}
	if whole {
		return m.wholeEnd(r, run, next)
	}
	if !run.State.Final() {
		return r
	}
	if slices.ContainsFunc(next.Instances, func(in Instance) bool { return !in.State.Final() }) {
		r.To, r.Action, r.Why = ptr(RunQueued), Reopen, "was "+run.State.String()
		return r
	}
	if to, why := outcome(m.s.Def, next); to != run.State {
		r.To, r.Action, r.Why = &to, Marked, why
	}
	return r
}

// outcome is how a run ends whose instances are all final.
func outcome(def *pipelines.Pipeline, run *Run) (RunState, string) {
	var place placement
	place.of(def, run)
	e := examination{def: def, run: run, place: &place}
	for t := range def.Tasks {
		place.cause[t] = e.cause(t)
	}
	if reason := e.failure(); reason != "" {
		return RunFailed, reason
	}
	return RunSuccess, "nothing that failed counts"
}

package plan

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"time"
)

// draft is a plan in the making.
type draft struct {
	Plan
	starts map[time.Time]bool // interval starts that the order selects
}

func newDraft(kind, reason, ticket string, arguments any) *draft {
	return &draft{starts: map[time.Time]bool{}, Plan: Plan{
		Schema: "tidemark.plan/1", Kind: kind, Reason: reason, Ticket: ticket, Arguments: arguments,
		Pipelines: []string{}, Instances: []PlanRow{}, Runs: []PlanRun{}, Untouched: []Untouched{}, Warnings: []string{},
		Selection: Selection{MatchedTasks: []string{}, AddedUpstream: []string{}, AddedDownstream: []string{}, State: []State{}},
	}}
}

// selects notes what was asked.
func (d *draft) selects(s Selector) {
	d.Selection.TaskRegex = s.TaskRegex
	d.Selection.State = append(d.Selection.State, s.States...)
	d.Bounds.Start, d.Bounds.End = known(s.Start), known(s.End)
}

// known is a pointer to an instant, nil for none.
func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC()
	return &t
}

func (d *draft) leave(pipeline, task string, at time.Time, state, why string) {
	d.starts[at] = true
	d.Untouched = append(d.Untouched, Untouched{Pipeline: pipeline, Task: task, MapIndex: -1, IntervalStart: at, State: state, Why: why})
}

func (d *draft) leaveInstance(pipeline string, in *Instance, run *Run, why string) {
	d.leave(pipeline, in.Task, run.Interval.Start, in.State.String(), why)
	d.Untouched[len(d.Untouched)-1].MapIndex = in.MapIndex
}

func (d *draft) row(r PlanRow) {
	d.starts[r.IntervalStart] = true
	d.Instances = append(d.Instances, r)
}

// done sorts, counts and signs the plan. Rows come in definition order within their run,
// which the sorting keeps.
func (d *draft) done() *Plan {
	slices.SortStableFunc(d.Instances, func(a, b PlanRow) int {
		return cmp.Or(a.IntervalStart.Compare(b.IntervalStart), cmp.Compare(a.Pipeline, b.Pipeline))
	})
	slices.SortStableFunc(d.Untouched, func(a, b Untouched) int {
		return cmp.Or(a.IntervalStart.Compare(b.IntervalStart), cmp.Compare(a.Pipeline, b.Pipeline))
	})
	d.bound()
	d.Counts = count(d.Instances, d.Runs)
	d.Digest = digest(&d.Plan)
	return &d.Plan
}

// bound fills in what the selection covers.
func (d *draft) bound() {
	d.Bounds.Count = len(d.starts)
	for at := range d.starts {
		if d.Bounds.First == nil || at.Before(*d.Bounds.First) {
			d.Bounds.First = known(at)
		}
		if d.Bounds.Last == nil || at.After(*d.Bounds.Last) {
			d.Bounds.Last = known(at)
		}
	}
}

// count sums the rows up, and gives each its document's words.
func count(rows []PlanRow, runs []PlanRun) Counts {
	c := Counts{Instances: len(rows), ByState: map[string]int{}, ByAction: map[string]int{}}
	tasks, starts := map[[2]string]bool{}, map[time.Time]bool{}
	for i := range rows {
		r := &rows[i]
		tasks[[2]string{r.Pipeline, r.Task}] = true
		starts[r.IntervalStart] = true
		c.ByState[r.stateName()]++
		r.Change = change(string(r.Action), r.Action.Promised())
		c.ByAction[r.Action.Promised()]++
	}
	c.Tasks, c.Intervals = len(tasks), len(starts)
	for i := range runs {
		runs[i].Change = change(string(runs[i].Action), runs[i].Action.Promised())
		switch runs[i].Action {
		case Create:
			c.RunsCreated++
		case Reopen:
			c.RunsReopened++
		}
	}
	return c
}

// absent names, in counts and lists, the state of a row that does not exist.
const absent = "absent"

func (r *PlanRow) stateName() string {
	if r.State == nil {
		return absent
	}
	return r.State.String()
}

// digest signs what a plan changes: two plans with one digest do the same to the same
// rows. It holds only what the document shows, and no instant at which it was made.
func digest(p *Plan) string {
	h := sha256.New()
	io.WriteString(h, p.Kind+"\n")
	eachLine(p, func(line string) { fmt.Fprintln(h, line) })
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// eachLine writes out what a plan changes.
func eachLine(p *Plan, yield func(string)) {
	for i := range p.Instances {
		r := &p.Instances[i]
		yield(fmt.Sprintf("instance %s %s %d %s %s %s %s %d", r.Pipeline, r.Task, r.MapIndex,
			r.IntervalStart.UTC().Format(time.RFC3339Nano), r.stateName(), r.To, r.Action, r.Try))
	}
	for i := range p.Runs {
		r := &p.Runs[i]
		line := fmt.Sprintf("run %s %s %s %s %s %s", r.Pipeline, r.IntervalStart.UTC().Format(time.RFC3339Nano),
			r.IntervalEnd.UTC().Format(time.RFC3339Nano), runStateName(r.State), runStateName(r.To), r.Action)
		if r.Version != "" {
			line += " version " + r.Version
		}
		if r.Params != "" {
			line += " " + string(r.Params)
		}
		yield(line)
	}
	if p.Live != nil {
		yield(p.Live.line())
	}
}

func runStateName(s *RunState) string {
	if s == nil {
		return absent
	}
	return s.String()
}

func ptr[T any](v T) *T { return &v }

package plan

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// draft is a plan in the making.
type draft struct {
	Plan
	starts []time.Time // interval starts that the order selects; one may stand there several times
}

func newDraft(kind, reason, ticket string, arguments any) *draft {
	return &draft{Plan: Plan{
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
	d.start(at)
	d.Untouched = append(d.Untouched, Untouched{Pipeline: pipeline, Task: task, MapIndex: -1, IntervalStart: at, State: state, Why: why})
}

// create adds the row of a task instance that does not exist, in a run that may not exist either.
func (d *draft) create(s *PipelineScope, run int64, at time.Time, t int, why string) {
	task := s.Def.Tasks[t]
	d.row(PlanRow{Pipeline: s.Name, Task: task.ID, MapIndex: -1, IntervalStart: at,
		To: Waiting, Action: Create, Why: why, Run: run, TryLimit: task.Retries + 1})
}

// leaveOverlapped leaves an interval alone of which a run covers part.
func (d *draft) leaveOverlapped(pipeline string, at time.Time, run *Run) {
	d.leave(pipeline, "", at, "overlaps", coversPart(run))
}

func coversPart(run *Run) string {
	return fmt.Sprintf("the run of %s to %s covers part of it", stamp(run.Interval.Start), stamp(run.Interval.End))
}

func (d *draft) leaveInstance(pipeline string, in *Instance, run *Run, why string) {
	d.leave(pipeline, in.Task, run.Interval.Start, in.State.String(), why)
	d.Untouched[len(d.Untouched)-1].MapIndex = in.MapIndex
}

// row adds a row. A plan may have a million: the list doubles, so that each is moved once.
func (d *draft) row(r PlanRow) {
	d.start(r.IntervalStart)
	if len(d.Instances) == cap(d.Instances) {
		d.Instances = slices.Grow(d.Instances, max(len(d.Instances), 64))
	}
	d.Instances = append(d.Instances, r)
}

// start notes an interval. Rows of one run come together.
func (d *draft) start(at time.Time) {
	if n := len(d.starts); n == 0 || at != d.starts[n-1] {
		d.starts = append(d.starts, at)
	}
}

// done sorts, counts and signs the plan. Rows come in definition order within their run,
// which the sorting keeps.
func (d *draft) done() *Plan {
	sortByInterval(d.Instances, func(r *PlanRow) (time.Time, string) { return r.IntervalStart, r.Pipeline })
	sortByInterval(d.Untouched, func(u *Untouched) (time.Time, string) { return u.IntervalStart, u.Pipeline })
	d.bound()
	d.Counts = count(d.Instances, d.Runs)
	d.Digest = digest(&d.Plan)
	return &d.Plan
}

// sortByInterval orders by interval, then by pipeline, and keeps what stands within both.
// Rows mostly come so.
func sortByInterval[T any](rows []T, of func(*T) (time.Time, string)) {
	before := func(a, b *T) int {
		t, p := of(a)
		u, q := of(b)
		if c := t.Compare(u); c != 0 {
			return c
		}
		return cmp.Compare(p, q)
	}
	for i := 1; i < len(rows); i++ {
		if before(&rows[i-1], &rows[i]) > 0 {
			slices.SortStableFunc(rows, func(a, b T) int { return before(&a, &b) })
			return
		}
	}
}

// bound fills in what the selection covers.
func (d *draft) bound() {
	if !slices.IsSortedFunc(d.starts, time.Time.Compare) {
		slices.SortFunc(d.starts, time.Time.Compare)
	}
	d.starts = slices.CompactFunc(d.starts, time.Time.Equal)
	if d.Bounds.Count = len(d.starts); d.Bounds.Count > 0 {
		d.Bounds.First, d.Bounds.Last = known(d.starts[0]), known(d.starts[d.Bounds.Count-1])
	}
}

// count sums the rows up, which are sorted, and gives each its document's words.
func count(rows []PlanRow, runs []PlanRun) Counts {
	c := Counts{Instances: len(rows), ByState: map[string]int{}, ByAction: map[string]int{}}
	var tasks taskSet
	var states [len(stateNames) + 1]int
	actions := map[Action]*int{}
	var last *PlanRow
	var n *int
	for i := range rows {
		r := &rows[i]
		tasks.add(r)
		if last == nil || !last.IntervalStart.Equal(r.IntervalStart) {
			c.Intervals++
		}
		if last == nil || last.Action != r.Action {
			if n = actions[r.Action]; n == nil {
				n = new(int)
				actions[r.Action] = n
			}
		}
		*n++
		r.Change = change(string(r.Action), r.Action.Promised())
		last = r
		if r.State == nil {
			states[len(stateNames)]++
		} else {
			states[*r.State]++
		}
	}
	c.Tasks = len(tasks.list)
	for action, n := range actions {
		c.ByAction[action.Promised()] += *n
	}
	for i, n := range states {
		name := absent
		if i < len(stateNames) {
			name = stateNames[i]
		}
		if n > 0 {
			c.ByState[name] = n
		}
	}
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

// taskSet is the tasks of rows. Run after run has the same ones in the same order, so the
// next one is mostly the one that it was in the run before.
type taskSet struct {
	seen map[[2]string]int
	list [][2]string
	next int
}

func (s *taskSet) add(r *PlanRow) {
	key := [2]string{r.Pipeline, r.Task}
	if s.next < len(s.list) && s.list[s.next] == key {
		s.next = (s.next + 1) % len(s.list)
		return
	}
	if s.seen == nil {
		s.seen = map[[2]string]int{}
	}
	at, ok := s.seen[key]
	if !ok {
		at = len(s.list)
		s.seen[key] = at
		s.list = append(s.list, key)
	}
	s.next = (at + 1) % len(s.list)
}

// absent names, in counts and lists, the state of a row that does not exist.
const absent = "absent"

func (r *PlanRow) stateName() string {
	if r.State == nil {
		return absent
	}
	return r.State.String()
}

func ptr[T any](v T) *T { return &v }

package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// planText prints a plan for a person: what was selected, what will happen to it by task
// and by run, and what is left alone.
func (c *call) planText(o order, p *plan.Plan) {
	c.planHead(o, p)
	if lines := selectionLines(p); len(lines) > 0 {
		c.Printf("\n")
		c.rows(lines)
	}
	if rows := c.taskLines(o, p); len(rows) > 0 {
		c.Printf("\n")
		c.rows(rows)
	}
	if rows := c.runLines(o, p); len(rows) > 0 {
		c.Printf("\n")
		c.rows(rows)
	}
	if rows := c.liveLines(o, p); len(rows) > 0 {
		c.Printf("\n")
		c.rows(rows)
	}
	if rows := c.untouchedLines(o, p); len(rows) > 0 {
		c.Printf("\n  not touched:\n")
		c.rows(rows)
	}
	if rowsOf(p) > 0 || p.Live == nil && p.Held == nil {
		c.Printf("\n")
		c.lines("  ", "    ", c.planTotals(p))
	}
	if line := c.timeLine(o, p); line != "" {
		c.lines("  ", "    ", line)
	}
	if p.Override != nil {
		c.lines("  ", "    ", fmt.Sprintf("goes past %s: %s", strings.Join(p.Override.Rails, ", "), p.Override.Why))
	}
	for _, w := range p.Warnings {
		c.Warn("%s", pipelines.InZone(w, o.loc))
	}
}

// planHead says what is about to happen to which intervals.
func (c *call) planHead(o order, p *plan.Plan) {
	head := title(p.Kind)
	if len(p.Pipelines) > 0 {
		head += " " + strings.Join(p.Pipelines, ", ")
	}
	if p.Bounds.Start != nil || p.Bounds.End != nil {
		stretch := fmt.Sprintf("intervals starting %s … %s", bound(p.Bounds.Start, o.loc, "the first"), bound(p.Bounds.End, o.loc, "the last"))
		if head += ", "; c.Term.Interactive && ui.Width(head+stretch) > c.Term.Width {
			head = strings.TrimSuffix(head, " ") + "\n  "
		}
		head += stretch
	}
	c.Printf("%s\n", head)
	if p.Bounds.Count > 0 {
		c.Printf("  %s: %s\n", prose.Plural(p.Bounds.Count, "interval"), span(*p.Bounds.First, *p.Bounds.Last, o.loc))
	}
}

// bound is one end of a range, to the second and with its offset: what -s and -e were
// understood as.
func bound(t *time.Time, loc *time.Location, open string) string {
	if t == nil {
		return open
	}
	return t.In(loc).Format("2006-01-02T15:04:05-07:00")
}

func selectionLines(p *plan.Plan) [][]string {
	var rows [][]string
	add := func(what string, tasks []string) {
		if len(tasks) > 0 {
			rows = append(rows, []string{what, prose.Plural(len(tasks), "task"), few(tasks, 6)})
		}
	}
	what := "all tasks"
	if p.Selection.TaskRegex != "" {
		what = fmt.Sprintf("matched by -t '%s'", p.Selection.TaskRegex)
	}
	add(what, p.Selection.MatchedTasks)
	setups, upstream := taken(p, "setup of ", p.Selection.AddedUpstream)
	teardowns, downstream := taken(p, "teardown of ", p.Selection.AddedDownstream)
	add("added by --upstream", upstream)
	add("added by --downstream", downstream)
	add("added as setup", setups)
	add("added as teardown", teardowns)
	return rows
}

// taken parts the tasks that were taken along, as the reason of their rows says, from others.
func taken(p *plan.Plan, why string, tasks []string) (along, others []string) {
	is := map[string]bool{}
	for i := range p.Instances {
		is[p.Instances[i].Task] = is[p.Instances[i].Task] || strings.HasPrefix(p.Instances[i].Why, why)
	}
	for _, task := range tasks {
		if is[task] {
			along = append(along, task)
		} else {
			others = append(others, task)
		}
	}
	return along, others
}

func few(names []string, n int) string {
	if len(names) <= n {
		return strings.Join(names, ", ")
	}
	return strings.Join(names[:n], ", ") + fmt.Sprintf(" and %d more", len(names)-n)
}

// taskGroup is the rows of one task that change for the same reason.
type taskGroup struct {
	index               int // of a mapped task, if all rows have it; else -1
	pipeline, task, why string
	action              plan.Action
	first, last         time.Time
	n                   int
	states              map[string]int
}

// shownTasks is how many groups a person is shown; -v shows all, -o json each row.
const shownTasks = 20

func (c *call) taskLines(o order, p *plan.Plan) [][]string {
	groups := groupTasks(p)
	if len(groups) == 0 {
		return nil
	}
	rows := [][]string{{"TASK", "N", "INTERVALS", "STATE NOW", "ACTION", "WHY"}}
	for i, g := range groups {
		if i == shownTasks && !c.Bool("verbose") {
			rows = append(rows, []string{fmt.Sprintf("… %s more", prose.Number(len(groups)-i)), "", "(-v shows all)", "", "", ""})
			break
		}
		name := plan.InstanceName(g.task, g.index)
		if len(p.Pipelines) > 1 {
			name = g.pipeline + " " + name
		}
		rows = append(rows, []string{name, prose.Number(g.n), span(g.first, g.last, o.loc), stateCounts(g.states), string(g.action), g.why})
	}
	return rows
}

func groupTasks(p *plan.Plan) []*taskGroup {
	type key struct {
		pipeline, task, why string
		action              plan.Action
	}
	groups := map[key]*taskGroup{}
	var ordered []*taskGroup
	for _, r := range p.Instances {
		k := key{r.Pipeline, r.Task, r.Why, r.Action}
		g := groups[k]
		if g == nil {
			g = &taskGroup{pipeline: r.Pipeline, task: r.Task, index: r.MapIndex, why: r.Why, action: r.Action, first: r.IntervalStart, last: r.IntervalStart, states: map[string]int{}}
			groups[k] = g
			ordered = append(ordered, g)
		}
		if g.index != r.MapIndex {
			g.index = -1 // more than one
		}
		g.n++
		g.states[stateName(r.State)]++
		g.first, g.last = earlier(g.first, r.IntervalStart), later(g.last, r.IntervalStart)
	}
	return ordered
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func stateName(s *plan.State) string {
	if s == nil {
		return "absent"
	}
	return s.String()
}

func span(first, last time.Time, loc *time.Location) string {
	if first.Equal(last) {
		return label(first, loc)
	}
	return label(first, loc) + " … " + label(last, loc)
}

func stateCounts(states map[string]int) string {
	var parts []string
	for name, n := range states {
		parts = append(parts, fmt.Sprintf("%s %s", name, prose.Number(n)))
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// runLines sums the runs up by what happens to them.
func (c *call) runLines(o order, p *plan.Plan) [][]string {
	groups := newSpans()
	for _, r := range p.Runs {
		if r.Action != plan.None {
			why := r.Why
			if r.Version != "" {
				why += ", with version " + r.Version[:min(len(r.Version), 12)]
			}
			if r.Params != "" {
				why += ", with " + paramWords(r.Params)
			}
			groups.add(fmt.Sprintf("%s runs", r.Action), why, r.IntervalStart)
		}
	}
	return groups.lines(o.loc)
}

func (c *call) untouchedLines(o order, p *plan.Plan) [][]string {
	groups := newSpans()
	for _, u := range p.Untouched {
		what := plan.InstanceName(u.Task, u.MapIndex)
		if what == "" {
			what = "runs"
		}
		groups.add(what, sharedWhy(u), u.IntervalStart)
	}
	return groups.lines(o.loc)
}

// sharedWhy is why a row is left alone, without what only that row has: many rows make one line.
func sharedWhy(u plan.Untouched) string {
	switch u.State {
	case "overlaps":
		return "an existing run covers part of it"
	case "not due":
		return "not due yet"
	}
	return u.Why
}

// spans counts intervals by what and why, and keeps the first and the last of each.
type spans struct {
	of    map[[2]string]*taskGroup
	order []*taskGroup
}

func newSpans() *spans { return &spans{of: map[[2]string]*taskGroup{}} }

func (s *spans) add(what, why string, at time.Time) { s.addStretch(what, why, at, at, 1) }

func (s *spans) addStretch(what, why string, first, last time.Time, n int) {
	g := s.of[[2]string{what, why}]
	if g == nil {
		g = &taskGroup{task: what, why: why, first: first, last: last}
		s.of[[2]string{what, why}] = g
		s.order = append(s.order, g)
	}
	g.n += n
	g.first, g.last = earlier(g.first, first), later(g.last, last)
}

func (s *spans) lines(loc *time.Location) [][]string {
	var rows [][]string
	for _, g := range s.order {
		rows = append(rows, []string{g.task, prose.Number(g.n), span(g.first, g.last, loc), g.why})
	}
	return rows
}

func (c *call) planTotals(p *plan.Plan) string {
	parts := []string{prose.Plural(p.Counts.Instances, "task instance")}
	var states []count
	for name, n := range p.Counts.ByState {
		states = append(states, count{name, n})
	}
	slices.SortFunc(states, func(a, b count) int { return cmp.Or(b.n-a.n, cmp.Compare(a.state, b.state)) })
	var now []string
	for _, s := range states {
		now = append(now, fmt.Sprintf("%s %s", s.state, prose.Number(s.n)))
	}
	if len(now) > 0 {
		parts[0] += ", now " + strings.Join(now, " · ")
	}
	if n := p.Counts.RunsCreated; n > 0 {
		parts = append(parts, prose.Plural(n, "run")+" created")
	}
	if n := p.Counts.RunsReopened; n > 0 {
		parts = append(parts, prose.Plural(n, "run")+" re-opened")
	}
	if n := removedRuns(p); n > 0 {
		parts = append(parts, prose.Plural(n, "run")+" removed")
	}
	if n := len(p.Untouched); n > 0 {
		runs := 0
		for i := range p.Untouched {
			if p.Untouched[i].Task == "" {
				runs++
			}
		}
		var what []string
		if runs > 0 {
			what = append(what, prose.Plural(runs, "run"))
		}
		if n > runs {
			what = append(what, prose.Plural(n-runs, "task instance"))
		}
		parts = append(parts, strings.Join(what, " and ")+" not touched")
	}
	return strings.Join(parts, "; ")
}

func removedRuns(p *plan.Plan) (n int) {
	for i := range p.Runs {
		if p.Runs[i].Action == plan.Remove {
			n++
		}
	}
	return n
}

package plan

import (
	"regexp"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// selection is a selector made ready to ask.
type selection struct {
	Selector
	patterns  []pattern // none: every task
	not       []pattern
	pipelines match
	tags      match
}

// compile reads a selector and refuses what is wrong with it, all of it at once.
func compile(s Selector) (*selection, *Refusal) {
	var all faults
	if (s.Past || s.Future) && !s.timed() {
		all.add("past-of-nothing", "--past and --future widen intervals, and none is named", "name them with --interval, -s or -e")
	}
	if s.Last > 0 && len(s.Intervals)+len(s.Ranges) > 0 {
		all.add("conflicting-flags", "--last and single intervals exclude each other", "--last N counts the newest runs within -s and -e")
	}
	if s.Last < 0 {
		all.add("bad-value", "--last must be at least 1", "")
	}
	sel := &selection{Selector: s.Bounded(), pipelines: all.match(s.Pipelines), tags: all.match(s.Tags)}
	for _, p := range s.patterns() {
		sel.patterns = append(sel.patterns, all.pattern(p))
	}
	for _, text := range s.NotTasks {
		sel.not = append(sel.not, all.pattern(TaskPattern{Regex: text}))
	}
	if !sel.Start.IsZero() && !sel.End.IsZero() && sel.End.Before(sel.Start) && !s.Past && !s.Future {
		all.add("end-before-start", "the end "+stamp(s.End)+" lies before the start "+stamp(s.Start),
			"both ends are interval starts and belong to the range")
	}
	for _, r := range append(slices.Clone(s.Ranges), s.Except...) {
		if !r.From.IsZero() && !r.To.IsZero() && r.To.Before(r.From) {
			all.add("end-before-start", "the end "+stamp(r.To)+" lies before the start "+stamp(r.From),
				"both ends are interval starts and belong to the range")
		}
	}
	return sel, together(all)
}

// match is names made ready.
type match struct{ any, not []*regexp.Regexp }

func (f *faults) match(n Names) (m match) {
	for _, text := range n.Any {
		m.any = append(m.any, f.regex(text))
	}
	for _, text := range n.Not {
		m.not = append(m.not, f.regex(text))
	}
	return m
}

// takes says whether one of some names is wanted and none of them unwanted.
func (m match) takes(names ...string) bool {
	found := len(m.any) == 0
	for _, name := range names {
		hit := func(re *regexp.Regexp) bool { return re.MatchString(name) }
		if slices.ContainsFunc(m.not, hit) {
			return false
		}
		found = found || slices.ContainsFunc(m.any, hit)
	}
	return found
}

// Picks says whether a selector chooses a pipeline at all.
func (s Selector) Picks(p *pipelines.Pipeline) bool {
	sel, refusal := compile(s)
	return refusal != nil || sel.picks(p) // what is wrong with it is said when it is used
}

func (sel *selection) picks(p *pipelines.Pipeline) bool {
	return sel.pipelines.takes(p.Name) && sel.tags.takes(p.Tags...)
}

// narrow says whether a selector selects something of its own. All but something is not:
// it may be nearly everything.
func (sel *selection) narrow() bool {
	s := &sel.Selector
	return s.timed() || s.Last > 0 || len(sel.patterns)+len(s.States)+len(s.Kinds)+len(s.Operations) > 0
}

// named says whether it names tasks.
func (sel *selection) named() bool { return len(sel.patterns)+len(sel.not) > 0 }

// matches says whether instances of a task may be chosen by its name or by their own.
func (sel *selection) matches(task string) bool {
	if slices.ContainsFunc(sel.not, func(p pattern) bool { return p.MatchString(task) }) {
		return false
	}
	return len(sel.patterns) == 0 || slices.ContainsFunc(sel.patterns, func(p pattern) bool { return p.matches(task) })
}

// takes says whether an instance is chosen by a name; -1 is no index.
func (sel *selection) takes(task string, index int) bool {
	hit := func(p pattern) bool { return p.takes(task, index) }
	return !slices.ContainsFunc(sel.not, hit) && (len(sel.patterns) == 0 || slices.ContainsFunc(sel.patterns, hit))
}

// within says whether an interval start lies within the bounds.
func (sel *selection) within(at time.Time) bool { return Range{sel.Start, sel.End}.holds(at) }

// covers says whether a run is chosen.
func (sel *selection) covers(run *Run) bool {
	at := run.Interval.Start
	holds := func(r Range) bool { return r.holds(at) }
	switch {
	case !sel.within(at), slices.ContainsFunc(sel.Except, holds),
		len(sel.Intervals) > 0 && !slices.ContainsFunc(sel.Intervals, at.Equal),
		len(sel.Ranges) > 0 && !slices.ContainsFunc(sel.Ranges, holds),
		len(sel.Kinds) > 0 && !slices.Contains(sel.Kinds, run.Kind):
		return false
	}
	return true
}

// of are the chosen runs of a scope.
func (sel *selection) of(s *PipelineScope) []*Run {
	runs := slices.DeleteFunc(slices.Clone(s.Runs), func(run *Run) bool { return !sel.within(run.Interval.Start) })
	if sel.Last > 0 {
		runs = runs[max(0, len(runs)-sel.Last):]
	}
	return slices.DeleteFunc(runs, func(run *Run) bool { return !sel.covers(run) })
}

// wants says whether an instance has a wanted name and is in a wanted state, put there by a
// wanted order.
func (sel *selection) wants(in *Instance) bool {
	return sel.takes(in.Task, in.MapIndex) && (len(sel.States) == 0 || slices.Contains(sel.States, in.State)) &&
		(len(sel.Operations) == 0 || slices.Contains(sel.Operations, in.Operation)) &&
		!slices.Contains(sel.NotOperations, in.Operation)
}

// depth is how far the choice is widened from a task that is a root.
func (sel *selection) depth(task string) (up, down int) {
	if len(sel.patterns) == 0 {
		return far(sel.Upstream), far(sel.Downstream)
	}
	for _, p := range sel.patterns {
		if p.matches(task) {
			up, down = farther(up, p.up), farther(down, p.down)
		}
	}
	return up, down
}

func far(all bool) int {
	if all {
		return Far
	}
	return 0
}

func farther(a, b int) int {
	if a == Far || b == Far {
		return Far
	}
	return max(a, b)
}

// widen follows the edges of a pipeline from the tasks that matched. The answer says for
// each task why it is selected: "matched", "after x", "before y", or not at all.
func (sel *selection) widen(def *pipelines.Pipeline, root func(t int) bool) []string {
	n := len(def.Tasks)
	why, left, up, before := make([]string, n), make([]int, n), make([]int, n), make([]string, n)
	for t := range def.Tasks {
		if root(t) {
			why[t], before[t] = matched, matched
			up[t], left[t] = sel.depth(def.Tasks[t].ID)
		}
	}
	for t := n - 1; t >= 0; t-- {
		reach(def, before, up, t, "before ", def.Downstream(t))
	}
	for t := range why {
		reach(def, why, left, t, "after ", def.Upstream(t))
	}
	for t := range why {
		if why[t] == "" {
			why[t] = before[t]
		}
	}
	return why
}

const matched = "matched"

// reach selects a task when one of its neighbours is selected and has edges left to go.
func reach(def *pipelines.Pipeline, why []string, left []int, t int, word string, neighbours []int) {
	for _, n := range neighbours {
		if left[n] == 0 {
			continue
		}
		if why[t] == "" {
			why[t] = word + def.Tasks[n].ID
		}
		next := left[n]
		if next > 0 {
			next--
		}
		left[t] = farther(left[t], next)
	}
}

package plan

import (
	"slices"
	"time"
)

// Selector chooses task instances. Its filters pick the roots, all of them together (and);
// the values of one filter are alternatives (or). Upstream and Downstream widen the choice
// afterwards, inside each run. Flags and the text of --select make the same selector.
type Selector struct {
	Pipelines Names // of the pipelines that the order asks about
	Tags      Names // of pipelines

	TaskRegex string        // RE2, searched; empty: every task
	Tasks     []TaskPattern // further patterns, each with its own widening
	NotTasks  []string      // RE2; tasks that match any of them are not chosen

	Start, End time.Time   // of interval starts, both inclusive, resolved; zero: open
	Intervals  []time.Time // single interval starts; empty: all within the bounds
	Ranges     []Range     // of interval starts, any of them; empty: all within the bounds
	Except     []Range     // interval starts that are not chosen
	Last       int         // the newest runs within Start and End; 0: all
	Past       bool        // drop the lower bound: what was chosen, and everything before it
	Future     bool        // drop the upper bound

	States        []State // empty: every state
	Kinds         []Kind  // of the run; empty: every kind
	Operations    []int64 // instances that one of these orders put back last; empty: all
	NotOperations []int64

	Upstream   bool
	Downstream bool
	All        bool // typed by a person who means everything
}

// Names are regular expressions (RE2, searched): one of Any must match where there is one,
// and none of Not.
type Names struct{ Any, Not []string }

// Far is the depth of a widening without a bound.
const Far = -1

// TaskPattern is a regular expression over task ids, and how many edges upstream and
// downstream the choice is widened from what it matches.
type TaskPattern struct {
	Regex    string
	Up, Down int // Far: all the way
}

// Range is interval starts from one to another, both inclusive. A zero end is open.
type Range struct{ From, To time.Time }

func (r Range) holds(at time.Time) bool {
	return (r.From.IsZero() || !at.Before(r.From)) && (r.To.IsZero() || !at.After(r.To))
}

// Bounded is the selector with Past and Future worked into its bounds: relative to the
// intervals that it names, or else to the bounds themselves.
func (s Selector) Bounded() Selector {
	if !s.Past && !s.Future {
		return s
	}
	from, to := s.Extent()
	s.Start, s.End, s.Intervals, s.Ranges = from, to, nil, nil
	if s.Past {
		s.Start = time.Time{}
	}
	if s.Future {
		s.End = time.Time{}
	}
	s.Past, s.Future = false, false
	return s
}

// Extent is the first and the last interval start that the selector could choose; zero
// where it is open.
func (s Selector) Extent() (from, to time.Time) {
	from, to = s.Start, s.End
	all := slices.Clone(s.Ranges)
	for _, at := range s.Intervals {
		all = append(all, Range{at, at})
	}
	if len(all) == 0 {
		return from, to
	}
	first, last := all[0].From, all[0].To
	for _, r := range all[1:] {
		if r.From.Before(first) { // a zero instant lies before all others
			first = r.From
		}
		if r.To.IsZero() || !last.IsZero() && r.To.After(last) {
			last = r.To
		}
	}
	if from.IsZero() || first.After(from) {
		from = first
	}
	if to.IsZero() || !last.IsZero() && last.Before(to) {
		to = last
	}
	return from, to
}

// timed says whether the selector names intervals.
func (s Selector) timed() bool {
	return !s.Start.IsZero() || !s.End.IsZero() || len(s.Intervals)+len(s.Ranges) > 0
}

// patterns are all task patterns, the flag's with the flags' widening.
func (s Selector) patterns() []TaskPattern {
	all := slices.Clone(s.Tasks)
	if s.TaskRegex != "" {
		all = append([]TaskPattern{{Regex: s.TaskRegex}}, all...)
	}
	for i := range all {
		if s.Upstream {
			all[i].Up = Far
		}
		if s.Downstream {
			all[i].Down = Far
		}
	}
	return all
}

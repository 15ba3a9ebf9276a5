package timetable

import (
	"iter"
	"time"
)

// Decision is what the schedule wants at one instant.
type Decision struct {
	Run     iter.Seq[Period] // to materialise now: ascending, contiguous, lazy
	Count   int              // how many Run has
	Skipped []Stretch        // passed over, to be recorded
	Next    *Period          // the first one that is not due yet; nil when there is none
}

// A Stretch is contiguous intervals that the schedule passed over, and why.
type Stretch struct {
	First, Last Interval
	Count       int
	Reason      string
}

// Decide says which intervals the schedule materialises at now, when last is the newest one that it
// materialised or recorded as skipped before, or zero. The caller records what is skipped and passes it on
// as the next last: with catchup none, nothing else tells a first sight from a second.
//
// Candidates begin at the end of last. Where that is not on the grid, because the schedule has changed, one
// bridge leads from it to the next bound; where start_date lies later, the first bound after start_date comes
// first and nothing bridges what start_date leaves out.
func (t *Timetable) Decide(now time.Time, last Interval, c Catchup) Decision {
	q := t.after(last)
	due := int64(longBefore)
	if shut, ok := t.grid.closed(floor(now.Add(-t.delay))); ok {
		due = shut.bound
	}
	cut := min(q.cut(now, due, !last.IsZero(), c), due)
	skipped := q.count(cut)
	d := Decision{
		Run:   func(yield func(Period) bool) { q.run(cut, due, yield) },
		Count: q.count(due) - skipped,
		Next:  q.next(due),
	}
	if skipped > 0 {
		d.Skipped = []Stretch{{q.first(), q.last(cut), skipped, c.Reason()}}
	}
	return d
}

// A queue is the candidates of a schedule in order: a bridge, perhaps, and the grid from begin on. Each ends
// on the grid, so "those that end at or before a bound" names every part that a policy may ask for.
type queue struct {
	*Timetable
	bridge *Period
	begin  int64
}

func (t *Timetable) after(last Interval) queue {
	at := floor(last.End)
	if last.IsZero() || t.start > at {
		return queue{t, nil, t.start}
	}
	if t.OnGrid(last.End) {
		return queue{t, nil, at}
	}
	shut, ok := t.grid.first(at + 1)
	if !ok || last.End.After(instant(t.end)) {
		return queue{t, nil, maxUnix + 1}
	}
	p := t.period(mark{}, shut)
	p.Start = last.End.UTC()
	return queue{t, &p, shut.bound}
}

// cut is the bound at or before which candidates are passed over, if due is the last bound to have closed.
func (q queue) cut(now time.Time, due int64, seen bool, c Catchup) int64 {
	switch c.Mode {
	case CatchupTrue:
		return longBefore
	case CatchupLastN:
		return q.newest(c.N, min(due, q.end+1))
	case CatchupMaxAge:
		old, ok := q.grid.closed(ceil(now.Add(-q.delay-c.Age)) - 1)
		if !ok {
			return longBefore
		}
		return old.bound
	case CatchupNone:
		if !seen {
			return due
		}
	}
	return q.newest(1, due) // past end_date nothing of the queue is newer, and all of it is passed over
}

// newest is the start of the n-th candidate before a bound, counted backwards; longBefore when there are
// fewer on the grid.
func (q queue) newest(n int, before int64) int64 {
	at := before
	for ; n > 0; n-- {
		m, ok := q.grid.last(at - 1)
		if !ok || m.bound < q.begin {
			return longBefore
		}
		at = m.bound
	}
	return at
}

func (q queue) bridges(until int64) bool { return q.bridge != nil && floor(q.bridge.End) <= until }

// count is how many candidates end at or before a bound.
func (q queue) count(until int64) int {
	n := 0
	if q.bridges(until) {
		n++
	}
	if to := min(until, q.end+1); q.begin < to {
		n += q.grid.count(q.begin, to)
	}
	return n
}

func (q queue) run(cut, due int64, yield func(Period) bool) {
	if q.bridges(due) && !q.bridges(cut) && !yield(*q.bridge) {
		return
	}
	for p := range q.between(max(q.begin, cut), min(due-1, q.end)) {
		if !yield(p) {
			return
		}
	}
}

// next is the first candidate that ends after a bound.
func (q queue) next(until int64) *Period {
	if q.bridge != nil && !q.bridges(until) {
		p := *q.bridge
		return &p
	}
	for p := range q.between(max(q.begin, until), q.end) {
		return &p
	}
	return nil
}

func (q queue) first() Interval {
	if q.bridge != nil {
		return q.bridge.Interval
	}
	return q.next(longBefore).Interval
}

// last is the last candidate that ends at or before a bound, if there is one.
func (q queue) last(until int64) Interval {
	open, ok := q.grid.last(min(until-1, q.end))
	if !ok || open.bound < q.begin {
		return q.bridge.Interval
	}
	p, _ := q.opening(open)
	return p.Interval
}

package timetable

import (
	"slices"
	"time"
)

// Latest is the newest period of the schedule that is due at now: not before start_date, not past end_date.
func (t *Timetable) Latest(now time.Time) (Period, bool) {
	shut, ok := t.grid.closed(floor(now.Add(-t.delay)))
	if !ok {
		return Period{}, false
	}
	open, ok := t.grid.last(min(shut.bound-1, t.end))
	if !ok || open.bound < t.start {
		return Period{}, false
	}
	return t.opening(open)
}

// Manual is the interval that a trigger without an interval chooses at an instant: the last one that ends
// at or before it, as in Airflow's inference for manual runs. It looks at neither start_date, end_date nor
// delay: a person asks for what is complete.
func (t *Timetable) Manual(at time.Time) (Interval, bool) {
	shut, ok := t.grid.last(floor(at))
	if !ok {
		return Interval{}, false
	}
	open, ok := t.grid.last(shut.bound - 1)
	return t.period(open, shut).Interval, ok
}

// OnGrid reports whether an interval of the schedule's grid starts, and another one ends, at x. The grid
// goes on before start_date and after end_date.
func (t *Timetable) OnGrid(x time.Time) bool {
	m, ok := t.grid.last(floor(x))
	return ok && x.Equal(instant(m.bound))
}

// Containing is the period of the grid with start <= x < end, whatever start_date and end_date say.
func (t *Timetable) Containing(x time.Time) (Period, bool) {
	open, ok := t.grid.last(floor(x))
	if !ok {
		return Period{}, false
	}
	return t.opening(open)
}

// Nearest is up to n intervals of the grid, ascending, whose starts lie nearest to x: for the error that
// says that x starts none.
func (t *Timetable) Nearest(x time.Time, n int) []Interval {
	var near []Interval
	for open, ok := t.grid.last(floor(x)); ok && len(near) < n; open, ok = t.grid.last(open.bound - 1) {
		if p, ok := t.opening(open); ok {
			near = append(near, p.Interval)
		}
	}
	after := len(near) + n
	for p := range t.between(floor(x)+1, maxUnix) {
		if len(near) == after {
			break
		}
		near = append(near, p.Interval)
	}
	slices.SortStableFunc(near, func(a, b Interval) int {
		return int(a.Start.Sub(x).Abs()/time.Second - b.Start.Sub(x).Abs()/time.Second)
	})
	near = near[:min(max(n, 0), len(near))]
	slices.SortFunc(near, func(a, b Interval) int { return a.Start.Compare(b.Start) })
	return near
}

// opening is the period that starts at a mark.
func (t *Timetable) opening(open mark) (Period, bool) {
	shut, ok := t.grid.first(open.bound + 1)
	if !ok {
		return Period{}, false
	}
	return t.period(open, shut), true
}

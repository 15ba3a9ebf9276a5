// Package timetable turns a schedule into data intervals: half-open stretches of time, one after the
// other, without a hole and without an overlap. It is arithmetic on instants that the caller hands in: it
// reads no clock, keeps no state, and every question about any year from 1 to 9999 is answered without
// walking there from the start. Three things hold across every change of clocks: ticks strictly increase,
// intervals are contiguous, and aligning a tick gives the tick.
//
// A tick is an instant at which a schedule fires. Without align the ticks are the bounds of the intervals;
// with align each bound is the beginning of the tick's hour, day, week or month, and the tick remains the
// instant at which the interval that it closes falls due.
package timetable

import (
	"iter"
	"time"
)

// Interval is half-open, [Start, End), in UTC.
type Interval struct{ Start, End time.Time }

// IsZero reports whether the interval is the zero value, which stands for "none".
func (i Interval) IsZero() bool { return i.Start.IsZero() && i.End.IsZero() }

// Period is an interval with the instant at which it falls due: the tick that closes it, plus the delay.
type Period struct {
	Interval
	Due time.Time
}

// Timetable answers questions about one schedule. It is immutable and safe for concurrent use.
type Timetable struct {
	grid     grid
	start    int64 // the first instant at which the schedule's own intervals may start
	end      int64 // the last one, inclusive; maxUnix when open
	delay    time.Duration
	warnings []string
}

// Warnings says what is legal in the schedule and probably not meant, one sentence each.
func (t *Timetable) Warnings() []string { return t.warnings }

// Periods is every period from start_date to end_date, ascending and lazy. The first one starts at the
// first bound at or after start_date.
func (t *Timetable) Periods() iter.Seq[Period] { return t.between(t.start, t.end) }

// From is every period whose start is at or after x, ascending and lazy, never past end_date. It ignores
// start_date: a backfill may go before it.
func (t *Timetable) From(x time.Time) iter.Seq[Period] { return t.between(ceil(x), t.end) }

// Between is every period whose start lies in [from, to], both inclusive, ascending and lazy. It ignores
// start_date and end_date alike: a range that a person asked for is today's grid, wherever it lies.
func (t *Timetable) Between(from, to time.Time) iter.Seq[Period] {
	return t.between(ceil(from), floor(to))
}

func (t *Timetable) between(from, to int64) iter.Seq[Period] {
	return func(yield func(Period) bool) {
		next := t.grid.walk(from)
		open, ok := next()
		for ok && open.bound <= to {
			var shut mark
			if shut, ok = next(); !ok || !yield(t.period(open, shut)) {
				return
			}
			open = shut
		}
	}
}

func (t *Timetable) period(open, shut mark) Period {
	return Period{Interval{instant(open.bound), instant(shut.bound)}, instant(shut.tick).Add(t.delay)}
}

// instants with which a timetable deals: the years 1 to 9999, in seconds since 1970, as RFC 3339 can write.
const (
	minUnix int64 = -62135596800
	maxUnix int64 = 253402300799
)

func instant(s int64) time.Time { return time.Unix(s, 0).UTC() }

// floor and ceil round to whole seconds: every bound lies on one.
func floor(x time.Time) int64 { return max(minUnix-1, min(x.Unix(), maxUnix+1)) }

func ceil(x time.Time) int64 {
	if x.Nanosecond() > 0 {
		return floor(x) + 1
	}
	return floor(x)
}

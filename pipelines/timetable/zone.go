package timetable

import (
	"math"
	"time"
)

// A segment is a stretch of instants [lo, hi) in which a zone keeps one offset from UTC, in seconds east.
// shift is what the clocks go forward by at its end: negative where they go back, 0 for ever after.
type segment struct{ lo, hi, off, shift int64 }

const (
	forever    = math.MaxInt64 / 4
	longBefore = -forever
)

// segmentAt is the segment that contains u. Of time.ZoneBounds it believes only what an offset confirms:
// for years beyond a zone's table its bounds are year ends, wrong by a day in leap years.
func segmentAt(loc *time.Location, u int64) segment {
	if loc == time.UTC {
		return segment{longBefore, forever, 0, 0}
	}
	t := time.Unix(u, 0).In(loc)
	s := segment{longBefore, forever, offsetAt(loc, u), 0}
	from, to := t.ZoneBounds()
	if !from.IsZero() {
		s.lo = min(from.Unix(), u)
		if offsetAt(loc, s.lo) != s.off {
			s.lo = change(loc, s.lo, u)
		}
	}
	if !to.IsZero() {
		if s.hi = to.Unix(); s.hi <= u {
			s.hi = time.Date(t.UTC().Year()+1, 1, 1, 0, 0, 0, 0, time.UTC).Unix()
		}
		s.shift = offsetAt(loc, s.hi) - s.off
	}
	return s
}

func offsetAt(loc *time.Location, u int64) int64 {
	_, off := time.Unix(u, 0).In(loc).Zone()
	return int64(off)
}

// change is the first instant after lo from which the offset is that of hi, where there is one change.
func change(loc *time.Location, lo, hi int64) int64 {
	off := offsetAt(loc, hi)
	for hi-lo > 1 {
		if mid := lo + (hi-lo)/2; offsetAt(loc, mid) == off {
			hi = mid
		} else {
			lo = mid
		}
	}
	return hi
}

// Resolve is the instant at which a clock in loc shows the date and time that wall shows in its own zone, by the rule
// for ticks: a reading that does not exist moves forward by the length of the gap, one that occurs twice is its second
// occurrence. time.Date promises neither.
func Resolve(wall time.Time, loc *time.Location) time.Time {
	_, off := wall.Zone()
	w := wall.Unix() + int64(off)
	s := segmentAt(loc, w+slack)
	for s.lo+s.off > w {
		s = segmentAt(loc, s.lo-1)
	}
	return time.Unix(w-s.off, int64(wall.Nanosecond())).UTC()
}

package timetable

import (
	"math/bits"
	"sort"
)

// wall walks the matching readings of a wall clock, in seconds since 1970 as that clock counts them,
// without knowledge of zones. It takes bits off the sets of the month, the day and the hour it is in.
type wall struct {
	c     *cron
	y, m  int
	month int64  // the day before the month's first
	days  uint32 // those of the month yet to come
	day   int64  // the second at which the current day begins
	hours uint32 // those of the day yet to come
	hour  int64  // the second at which the current hour begins
	i     int    // the place in inHour
}

// wallEnd bounds every search: a day beyond the last instant, whatever the zone.
const wallEnd = maxUnix + slack

// from places the walker so that next gives the first matching reading at or after w.
func (k *wall) from(w int64) {
	w = max(w, minUnix-slack)
	d := floorDiv(w, daySeconds)
	y, m, dom := civilDate(d)
	k.y, k.m, k.month = y, m, d-int64(dom)
	k.day, k.i, k.hours = d*daySeconds, len(k.c.inHour), 0
	set := k.c.month(y, m)
	k.days = uint32(uint64(set) &^ (1<<(dom+1) - 1))
	if set>>dom&1 == 0 {
		return
	}
	sec := w - k.day
	h, rest := sec/3600, int32(sec%3600)
	k.hours = k.c.hours &^ (1<<(h+1) - 1)
	if k.c.hours>>h&1 == 1 {
		k.hour = k.day + h*3600
		k.i = sort.Search(len(k.c.inHour), func(i int) bool { return k.c.inHour[i] >= rest })
	}
}

func (k *wall) next() int64 {
	if k.i == len(k.c.inHour) && !k.turn() {
		return forever
	}
	w := k.hour + int64(k.c.inHour[k.i])
	k.i++
	return w
}

// turn goes to the next hour that matches.
func (k *wall) turn() bool {
	for k.hours == 0 {
		for k.days == 0 {
			if k.month*daySeconds > wallEnd {
				return false
			}
			k.month += int64(daysIn(k.y, k.m))
			k.y, k.m = nextMonth(k.y, k.m)
			k.days = k.c.month(k.y, k.m)
		}
		k.day = (k.month + int64(bits.TrailingZeros32(k.days))) * daySeconds
		k.days &= k.days - 1
		k.hours = k.c.hours
	}
	k.hour = k.day + int64(bits.TrailingZeros32(k.hours))*3600
	k.hours &= k.hours - 1
	k.i = 0
	return true
}

// lastWall is the last matching reading at or before w and not before floor.
func (c *cron) lastWall(w, floor int64) (int64, bool) {
	d := floorDiv(w, daySeconds)
	y, m, dom := civilDate(d)
	if c.month(y, m)>>dom&1 == 1 {
		if s, ok := c.lastIn(w - d*daySeconds); ok {
			w = d*daySeconds + s
			return w, w >= floor
		}
	}
	month := d - int64(dom) // the day before the month's first
	days := c.month(y, m) & (1<<dom - 1)
	for days == 0 {
		if (month+1)*daySeconds <= floor {
			return 0, false
		}
		y, m = prevMonth(y, m)
		month -= int64(daysIn(y, m))
		days = c.month(y, m)
	}
	s, _ := c.lastIn(daySeconds - 1)
	w = (month+int64(bits.Len32(days)-1))*daySeconds + s
	return w, w >= floor
}

// lastIn is the last second of a matching day at or before sec at which the cron fires.
func (c *cron) lastIn(sec int64) (int64, bool) {
	h, rest := sec/3600, int32(sec%3600)
	if c.hours>>h&1 == 1 {
		if i := sort.Search(len(c.inHour), func(i int) bool { return c.inHour[i] > rest }); i > 0 {
			return h*3600 + int64(c.inHour[i-1]), true
		}
	}
	earlier := c.hours & (1<<h - 1)
	if earlier == 0 {
		return 0, false
	}
	return int64(bits.Len32(earlier)-1)*3600 + int64(c.inHour[len(c.inHour)-1]), true
}

package timetable

import (
	"math/bits"
	"sort"
)

// cron is a parsed expression as sets of bits: bit n is the value n.
type cron struct {
	seconds, minutes   uint64
	hours              uint32
	days               uint32   // of the month, 1 to 31
	lastDay            bool     // L: the last day of the month
	months             uint16   // 1 to 12
	weekdays           uint8    // Sunday = 0
	nth                [7]uint8 // of each weekday, which one in the month: 5#3 sets bit 3 of Friday
	lastWeekdays       uint8    // L5: the last Friday of the month
	anyDay, anyWeekday bool     // the field is * or ?

	inHour   []int32 // the seconds of an hour at which it fires, ascending
	warnings []string
}

const (
	allHours = 1<<24 - 1
	weekly   = 1<<0 | 1<<7 | 1<<14 | 1<<21 | 1<<28
	cycle    = 400 * 12 // months after which the calendar, weekdays included, repeats
)

// absolute reports whether the cron fires in every hour. Then it follows instants rather than the wall
// clock: an hour that the clocks repeat has its ticks twice, and none is moved.
func (c *cron) absolute() bool { return c.hours == allHours }

func (c *cron) perDay() int { return bits.OnesCount32(c.hours) * len(c.inHour) }

func (c *cron) index() {
	for m := range 60 {
		for s := range 60 {
			if c.minutes>>m&1 == 1 && c.seconds>>s&1 == 1 {
				c.inHour = append(c.inHour, int32(m*60+s))
			}
		}
	}
}

// month is the set of days in a month on which the cron fires. Both day fields restricted means either.
func (c *cron) month(y, m int) uint32 {
	if c.months>>m&1 == 0 {
		return 0
	}
	n := daysIn(y, m)
	all := uint32(1)<<(n+1) - 2
	if c.anyDay && c.anyWeekday {
		return all
	}
	days := c.days & all
	if c.lastDay {
		days |= 1 << n
	}
	switch {
	case c.anyWeekday:
		return days
	case c.anyDay:
		return c.weekdaysIn(y, m, n)
	}
	return days | c.weekdaysIn(y, m, n)
}

func (c *cron) weekdaysIn(y, m, n int) uint32 {
	var set uint64
	opens := weekday(civilDays(y, m, 1))
	for w := range 7 {
		day := 1 + (w-opens+7)%7
		if c.weekdays>>w&1 == 1 {
			set |= weekly << day
		}
		for k := 1; k <= 5; k++ {
			set |= uint64(c.nth[w]>>k&1) << (day + 7*(k-1))
		}
		if c.lastWeekdays>>w&1 == 1 {
			set |= 1 << (day + (n-day)/7*7)
		}
	}
	return uint32(set & (1<<(n+1) - 2))
}

// possible reports whether any date matches.
func (c *cron) possible() bool {
	y, m := 2000, 1
	for range cycle {
		if c.month(y, m) != 0 {
			return true
		}
		y, m = nextMonth(y, m)
	}
	return false
}

// count is how many wall-clock seconds in [from, to) match.
func (c *cron) count(from, to int64) int {
	d1, d2 := floorDiv(from, daySeconds), floorDiv(to, daySeconds)
	n := 0
	y, m, d := civilDate(d1)
	for at := d1 - int64(d) + 1; at <= d2; y, m = nextMonth(y, m) {
		set, size := uint64(c.month(y, m))>>1, int64(daysIn(y, m))
		if at <= d1 && d1 < at+size && set>>(d1-at)&1 == 1 {
			n -= c.before(from - d1*daySeconds)
		}
		if at <= d2 && d2 < at+size && set>>(d2-at)&1 == 1 {
			n += c.before(to - d2*daySeconds)
		}
		lo, hi := max(d1-at, 0), min(d2-at, size)
		n += bits.OnesCount64(set&(1<<hi-1)>>lo) * c.perDay()
		at += size
	}
	return n
}

// before is how often the cron fires in a matching day before a second of it.
func (c *cron) before(sec int64) int {
	h, rest := sec/3600, int32(sec%3600)
	n := bits.OnesCount32(c.hours&(1<<h-1)) * len(c.inHour)
	if c.hours>>h&1 == 1 {
		n += sort.Search(len(c.inHour), func(i int) bool { return c.inHour[i] >= rest })
	}
	return n
}

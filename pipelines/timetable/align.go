package timetable

import "time"

// Align is the unit to which the bounds of intervals are truncated in the timezone.
type Align uint8

// The units. A week begins on Monday.
const (
	AlignNone Align = iota
	AlignHour
	AlignDay
	AlignWeek
	AlignMonth
)

var alignments = [...]struct {
	name, cron string
	longest    time.Duration // by the calendar, before any change of clocks
}{
	AlignNone:  {"none", "", 0},
	AlignHour:  {"hour", "0 * * * *", time.Hour},
	AlignDay:   {"day", "0 0 * * *", 24 * time.Hour},
	AlignWeek:  {"week", "0 0 * * 1", 7 * 24 * time.Hour},
	AlignMonth: {"month", "0 0 1 * *", 31 * 24 * time.Hour},
}

// ParseAlign reads hour, day, week, month, or none.
func ParseAlign(s string) (Align, bool) {
	for a, x := range alignments {
		if x.name == s {
			return Align(a), true
		}
	}
	return AlignNone, false
}

func (a Align) String() string {
	if int(a) < len(alignments) {
		return alignments[a].name
	}
	return "unknown"
}

// units are the instants at which units begin. As they are the ticks of a cron, aligning is idempotent and
// agrees with the cron that fires once a unit, also where midnight occurs twice or never.
func (a Align) units(loc *time.Location) ticks {
	c, err := parseCron(alignments[a].cron)
	if err != nil {
		panic(err)
	}
	return zoned{c, loc}
}

// crowds reports whether the cron fires twice in one unit of some year, by the calendar alone: the earlier
// of two such intervals would be empty.
func (a Align) crowds(c *cron) bool {
	switch {
	case a == AlignHour:
		return len(c.inHour) > 1
	case c.perDay() > 1:
		return true
	case a == AlignDay:
		return false
	}
	y, m, last := 2000, 1, int64(-1)
	for range cycle {
		begins := civilDays(y, m, 1)
		for d, set := 1, c.month(y, m); d <= 31; d++ {
			if set>>d&1 == 0 {
				continue
			}
			unit := int64(y*12 + m)
			if a == AlignWeek {
				unit = floorDiv(begins+int64(d)-1+3, 7)
			}
			if unit == last {
				return true
			}
			last = unit
		}
		y, m = nextMonth(y, m)
	}
	return false
}

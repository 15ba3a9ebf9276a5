package timetable

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

var durationUnits = []struct {
	letter byte
	size   time.Duration
}{
	{'w', 7 * 24 * time.Hour}, {'d', 24 * time.Hour}, {'h', time.Hour}, {'m', time.Minute}, {'s', time.Second},
}

// ParseDuration reads the grammar of pipeline files, 1w2d3h4m5s: at least one part, each unit at most once and
// from wide to narrow, no sign, no fraction. A day is 24 hours.
func ParseDuration(s string) (time.Duration, error) {
	var total time.Duration
	rest, units := s, durationUnits
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		if err != nil || digits == len(rest) {
			return 0, badDuration(s)
		}
		for len(units) > 0 && units[0].letter != rest[digits] {
			units = units[1:]
		}
		if len(units) == 0 {
			return 0, badDuration(s)
		}
		const longest = time.Duration(1<<63 - 1)
		if n > int64((longest-total)/units[0].size) {
			return 0, fmt.Errorf("duration %q is longer than 292 years", s)
		}
		total += time.Duration(n) * units[0].size
		rest, units = rest[digits+1:], units[1:]
	}
	if s == "" {
		return 0, badDuration(s)
	}
	return total, nil
}

func badDuration(s string) error { return fmt.Errorf("%q is not a duration like 1w2d3h4m5s", s) }

// FormatDuration writes a duration as ParseDuration reads it, in days, hours, minutes and seconds; what is less than
// a second is dropped.
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	empty := b.Len()
	for _, u := range durationUnits[1:] {
		if n := d / u.size; n > 0 {
			fmt.Fprintf(&b, "%d%c", n, u.letter)
			d -= n * u.size
		}
	}
	if b.Len() == empty {
		return "0s"
	}
	return b.String()
}

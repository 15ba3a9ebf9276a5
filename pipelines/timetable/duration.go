package timetable

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// maxDuration bounds every duration: what is longer is a slip, and sums of it must not overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

const durationLetters = "wdhms"

var durationSizes = [...]time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}

// ParseDuration reads the grammar of pipeline files, 1w2d3h4m5s: weeks, days, hours, minutes and seconds in this
// order, no sign, no fraction. A day is 24 hours. A number without a unit is an error, because readers disagree on
// what it means.
func ParseDuration(text string) (time.Duration, error) {
	parts, err := DurationParts(text)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for i, n := range parts {
		sum += time.Duration(n) * durationSizes[i]
	}
	return sum, nil
}

// DurationParts returns the numbers of weeks, days, hours, minutes and seconds, for those to whom a day is a day of
// the calendar.
func DurationParts(text string) (parts [5]int64, err error) {
	rest, unit, long, total := text, -1, false, 0.0
	if rest == "" {
		return parts, fmt.Errorf("a duration must not be empty")
	}
	for rest != "" {
		digits := len(rest) - len(strings.TrimLeft(rest, "0123456789"))
		if digits == 0 {
			return parts, fmt.Errorf("%q is not a duration", text)
		}
		if digits == len(rest) {
			return parts, fmt.Errorf("duration %q has no unit", text)
		}
		n, err := strconv.ParseInt(rest[:digits], 10, 64)
		long = long || err != nil
		u := strings.IndexByte(durationLetters, rest[digits])
		if u < 0 {
			return parts, fmt.Errorf("%q is not a duration", text)
		}
		if u <= unit {
			return parts, fmt.Errorf("duration %q has its units out of order", text)
		}
		unit, parts[u], rest = u, n, rest[digits+1:]
		total += float64(n) * float64(durationSizes[u])
	}
	if long || total > float64(maxDuration) {
		return parts, fmt.Errorf("duration %q is longer than 100 years", text)
	}
	return parts, nil
}

// FormatDuration writes a duration as ParseDuration reads it, in days, hours, minutes and seconds; what is less than
// a second is dropped.
func FormatDuration(d time.Duration) string {
	var b strings.Builder
	if d < 0 {
		b.WriteByte('-')
		d = -d
	}
	empty := b.Len()
	for i, size := range durationSizes {
		if n := d / size; i > 0 && n > 0 {
			fmt.Fprintf(&b, "%d%c", n, durationLetters[i])
			d -= n * size
		}
	}
	if b.Len() == empty {
		return "0s"
	}
	return b.String()
}

package pipelines

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// maxDuration bounds every duration: what is longer is a slip, and sums of it must not overflow.
const maxDuration = 100 * 365 * 24 * time.Hour

const durationUnits = "wdhms"

var unitLength = [...]time.Duration{7 * 24 * time.Hour, 24 * time.Hour, time.Hour, time.Minute, time.Second}

// ParseDuration reads weeks, days, hours, minutes and seconds in this order, such as 1w2d3h4m5s. A day is 24 hours.
// A number without a unit is an error, because readers disagree on what it means.
func ParseDuration(text string) (time.Duration, error) {
	parts, err := durationParts(text)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for i, n := range parts {
		sum += time.Duration(n) * unitLength[i]
	}
	return sum, nil
}

// durationParts returns the numbers of weeks, days, hours, minutes and seconds.
func durationParts(text string) (parts [5]int64, err error) {
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
		u := strings.IndexByte(durationUnits, rest[digits])
		if u < 0 {
			return parts, fmt.Errorf("%q is not a duration", text)
		}
		if u <= unit {
			return parts, fmt.Errorf("duration %q has its units out of order", text)
		}
		unit, parts[u], rest = u, n, rest[digits+1:]
		total += float64(n) * float64(unitLength[u])
	}
	if long || total > float64(maxDuration) {
		return parts, fmt.Errorf("duration %q is longer than 100 years", text)
	}
	return parts, nil
}

// durationHelp says how to write what was probably meant.
func durationHelp(text string) string {
	if _, err := strconv.ParseUint(text, 10, 31); err == nil {
		return fmt.Sprintf("say the unit: %ss, %sm, %sh or %sd", text, text, text, text)
	}
	if strings.HasPrefix(text, "-") {
		return "a duration is not negative"
	}
	if d, err := time.ParseDuration(strings.ReplaceAll(text, " ", "")); err == nil && d > 0 && d%time.Second == 0 {
		return "write " + FormatDuration(d)
	}
	return "write weeks, days, hours, minutes and seconds in this order, such as 90s, 5m, 1h30m or 1w2d"
}

// FormatDuration writes d so that ParseDuration reads it back, in days and less; a part of a second is written as Go does.
func FormatDuration(d time.Duration) string {
	if d%time.Second != 0 {
		return d.String()
	}
	return timetable.FormatDuration(d)
}

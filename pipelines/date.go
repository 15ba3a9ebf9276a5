package pipelines

import (
	"fmt"
	"strings"
	"time"
)

var localLayouts = [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

// ParseTime reads an instant (RFC 3339), a date (2026-03-01) or a date and time (2026-03-01T06:00[:00]), the latter
// two in loc. It is the one reader of times for files, commands and the API. A bare date is local midnight; with
// endOfDay it is the last microsecond of that local day. The result is in UTC, in whole microseconds.
func ParseTime(text string, loc *time.Location, endOfDay bool) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		y, m, d := day.Date()
		if endOfDay {
			return inRange(text, wall(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), loc).Add(-time.Microsecond))
		}
		return inRange(text, wall(day, loc))
	}
	t := strings.Replace(text, " ", "T", 1)
	if at, err := time.Parse(time.RFC3339Nano, t); err == nil {
		return inRange(text, at.UTC().Truncate(time.Microsecond))
	}
	for _, layout := range localLayouts {
		if at, err := time.Parse(layout, t); err == nil && !strings.ContainsAny(t, ".,") {
			return inRange(text, wall(at, loc))
		}
	}
	return time.Time{}, fmt.Errorf("%q is not a date", text)
}

// inRange keeps times where microseconds since 1970 and four-digit years both work.
func inRange(text string, t time.Time) (time.Time, error) {
	if y := t.Year(); y < 1 || y > 9998 {
		return time.Time{}, fmt.Errorf("%q is not a date: its year is out of range", text)
	}
	return t, nil
}

// wall returns the instant at which the clocks in loc show the fields of t. A time that they skip moves forward by
// the length of the gap; of a time that they show twice it is the second, as in Airflow.
func wall(t time.Time, loc *time.Location) time.Time {
	before, after := offsetAt(t.Add(-24*time.Hour), loc), offsetAt(t.Add(24*time.Hour), loc)
	early, late := t.Add(-max(before, after)), t.Add(-min(before, after))
	if offsetAt(late, loc) == t.Sub(late) {
		return late.UTC()
	}
	if offsetAt(early, loc) == t.Sub(early) {
		return early.UTC()
	}
	return t.Add(-before).UTC()
}

func offsetAt(t time.Time, loc *time.Location) time.Duration {
	_, seconds := t.In(loc).Zone()
	return time.Duration(seconds) * time.Second
}

// dateHelp is said with every bad date.
const dateHelp = "write 2026-03-01, 2026-03-01T06:00 or 2026-03-01T06:00:00+01:00"

package pipelines

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

var instantLayouts = [...]string{time.RFC3339Nano, "2006-01-02T15:04Z07:00"}

var localLayouts = [...]string{"2006-01-02T15:04:05", "2006-01-02T15:04"}

// ParseTime reads an instant (RFC 3339, also without seconds), a date (2026-03-01) or a date and time (2026-03-01T06:00[:00]), the latter
// two in loc. It is the one reader of times for files, commands and the API. A bare date is local midnight; with
// endOfDay it is the last microsecond of that local day. A local time that the clocks skip moves forward by the gap, one
// that they show twice is the second. The result is in UTC, in whole microseconds.
func ParseTime(text string, loc *time.Location, endOfDay bool) (time.Time, error) {
	if day, err := time.Parse(time.DateOnly, text); err == nil {
		y, m, d := day.Date()
		if endOfDay {
			return inRange(text, timetable.Resolve(time.Date(y, m, d+1, 0, 0, 0, 0, time.UTC), loc).Add(-time.Microsecond))
		}
		return inRange(text, timetable.Resolve(day, loc))
	}
	t := strings.Replace(text, " ", "T", 1)
	for _, layout := range instantLayouts {
		if at, err := time.Parse(layout, t); err == nil {
			return inRange(text, at.UTC().Truncate(time.Microsecond))
		}
	}
	for _, layout := range localLayouts {
		if at, err := time.Parse(layout, t); err == nil && !strings.ContainsAny(t, ".,") {
			return inRange(text, timetable.Resolve(at, loc))
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

// dateHelp is said with every bad date.
const dateHelp = "write 2026-03-01, 2026-03-01T06:00 or 2026-03-01T06:00:00+01:00"

package pipelines

import (
	"regexp"
	"time"
)

// Label is an instant in a zone as short as it can be typed: ParseTime reads it back. It is
// 2026-03-01 at midnight, 2026-03-01T06:00 otherwise, with the offset where the wall clock
// shows that time twice.
func Label(at time.Time, loc *time.Location) string {
	at = at.In(loc)
	layout := "2006-01-02T15:04"
	switch {
	case at.Nanosecond() != 0:
		layout = "2006-01-02T15:04:05.999999999"
	case at.Second() != 0:
		layout = "2006-01-02T15:04:05"
	}
	switch {
	case twice(at):
		layout += "Z07:00"
	case at.Hour() == 0 && at.Minute() == 0 && at.Second() == 0 && at.Nanosecond() == 0:
		layout = time.DateOnly
	}
	return at.Format(layout)
}

// twice says whether the wall clock of at's zone shows this time a second time.
func twice(at time.Time) bool {
	_, here := at.Zone()
	for _, far := range []time.Duration{-24 * time.Hour, 24 * time.Hour} {
		_, there := at.Add(far).Zone()
		if there == here {
			continue
		}
		other := at.Add(time.Duration(here-there) * time.Second)
		if _, offset := other.Zone(); offset == there {
			return true
		}
	}
	return false
}

var stamped = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// InZone rewrites the instants in a sentence, which the planner writes in UTC, as a person
// types them in a timezone.
func InZone(text string, loc *time.Location) string {
	return stamped.ReplaceAllStringFunc(text, func(s string) string {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return s
		}
		return Label(t.Truncate(time.Second), loc)
	})
}

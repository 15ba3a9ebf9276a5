package ui

import (
	"fmt"
	"time"
)

// Duration is a length of time for people, in at most two units: 1h 04m, 2m 09s, 48s, 1.2s.
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "-" + Duration(-d)
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.1fms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%dms", d.Milliseconds())
	case d < 9950*time.Millisecond:
		return fmt.Sprintf("%.1fs", d.Seconds())
	}
	d = d.Round(time.Second)
	s := int64(d / time.Second)
	switch {
	case s < 60:
		return fmt.Sprintf("%ds", s)
	case s < 3600:
		return fmt.Sprintf("%dm %02ds", s/60, s%60)
	case s < 86400:
		return fmt.Sprintf("%dh %02dm", s/3600, s%3600/60)
	}
	return fmt.Sprintf("%dd %02dh", s/86400, s%86400/3600)
}

// Moment is an instant in a zone, as short as it can be typed back as an argument:
// 2026-03-01 at midnight, 2026-03-01T06:00 otherwise, with the offset where the wall clock
// shows that time twice. A zero time is "–".
func (t Terminal) Moment(at time.Time, loc *time.Location) string {
	if at.IsZero() {
		return "-"
	}
	at = at.In(loc)
	layout := "2006-01-02T15:04"
	switch {
	case !t.Interactive:
		return at.Format(time.RFC3339Nano)
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

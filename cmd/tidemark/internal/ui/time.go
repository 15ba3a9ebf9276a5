package ui

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
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

// Moment is an instant in a zone: for a person as short as it can be typed back as an
// argument, for a program in RFC 3339. A zero time is "-".
func (t Terminal) Moment(at time.Time, loc *time.Location) string {
	switch {
	case at.IsZero():
		return "-"
	case !t.Interactive:
		return at.In(loc).Format(time.RFC3339Nano)
	}
	return pipelines.Label(at, loc)
}

package ui

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

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

package pipelines

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// ParseDuration reads weeks, days, hours, minutes and seconds in this order, such as 1w2d3h4m5s. A day is 24 hours.
func ParseDuration(text string) (time.Duration, error) { return timetable.ParseDuration(text) }

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

package web

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// took is a length of time for people; a dash where there is none.
func took(v any) string {
	var d time.Duration
	switch v := v.(type) {
	case *float64:
		if v == nil {
			return "–"
		}
		d = time.Duration(*v * float64(time.Second))
	case float64:
		d = time.Duration(v * float64(time.Second))
	case time.Duration:
		d = v
	}
	return prose.Duration(d)
}

// ago is how far an instant lies back, or ahead.
func ago(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case d < 0:
		return "in " + rough(-d)
	case d < time.Second:
		return "just now"
	}
	return rough(d) + " ago"
}

// rough is a length of time in one unit.
func rough(d time.Duration) string {
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", int(d.Hours()))
	}
	return fmt.Sprintf("%dd", int(d.Hours()/24))
}

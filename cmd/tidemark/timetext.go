package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// timeLine says how long what a plan makes run will take.
func (c *call) timeLine(o order, p *plan.Plan) string {
	switch {
	case p.ETA != nil:
		return fmt.Sprintf("takes %s, %s at once, if nothing else runs", aboutTime(p.ETA), prose.Plural(o.query.Machine.Parallelism, "task"))
	case p.Kind != "undo" && slices.ContainsFunc(p.Instances, func(r plan.PlanRow) bool { return r.To == plan.Waiting }):
		return "takes an unknown time: there are fewer than three runs to go by"
	}
	return ""
}

// aboutTime is an estimate in words.
func aboutTime(e *plan.ETA) string {
	about := func(s float64) string {
		return prose.Duration(time.Duration(s * float64(time.Second)).Round(time.Second))
	}
	if e.P90 < 1 {
		return "less than a second"
	}
	return fmt.Sprintf("about %s (p90 %s)", about(e.P50), about(e.P90))
}

package plan

import (
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// summary collects over the runs which tasks an order matched and which it added.
type summary struct{ matched, up, down []bool }

func newSummary(tasks int) *summary {
	return &summary{make([]bool, tasks), make([]bool, tasks), make([]bool, tasks)}
}

func (s *summary) note(t int, why string) {
	switch {
	case why == ofTheRun: // its why says so in each row
	case why == matched:
		s.matched[t] = true
	case strings.HasPrefix(why, "before "), strings.HasPrefix(why, setupOf):
		s.up[t] = true
	default:
		s.down[t] = true
	}
}

// report lists the tasks in dependency order; what matched in one run and was added in
// another counts as matched.
func (s *summary) report(def *pipelines.Pipeline, to *Selection) {
	for t, task := range def.Tasks {
		switch {
		case s.matched[t]:
			to.MatchedTasks = append(to.MatchedTasks, task.ID)
		case s.up[t]:
			to.AddedUpstream = append(to.AddedUpstream, task.ID)
		case s.down[t]:
			to.AddedDownstream = append(to.AddedDownstream, task.ID)
		}
	}
}

// ordered is the run with its instances in definition order; the run itself is not touched.
func ordered(def *pipelines.Pipeline, run *Run) *Run {
	var pl placement
	if _, ok := pl.fill(def, run); ok {
		return run
	}
	r := *run
	r.Instances = slices.Clone(run.Instances)
	arrange(def, &r)
	return &r
}

package sqlite

import (
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

func TestUndoOfAMarkGivesARunBackToTheBackfillThatGoesOn(t *testing.T) {
	d := newDesk(t)
	made := d.order(func([]*plan.PipelineScope) (*plan.Plan, error) { return backfill("p", 3), nil })
	mark := func(from, to int) *plan.Plan {
		return d.order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Mark(day0, s, plan.MarkArgs{As: plan.Failed, Runs: true, Selector: plan.Selector{
				Start: day0.Add(time.Duration(from) * 5 * time.Minute), End: day0.Add(time.Duration(to) * 5 * time.Minute)}})
		})
	}
	lanes := func() (lanes []int64) {
		runs, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
		must(t, err)
		for _, r := range runs {
			lanes = append(lanes, r.Lane)
		}
		return lanes
	}
	d.undo(mark(0, 1))
	for _, lane := range lanes() {
		if lane != *made.Operation {
			t.Errorf("the runs stand in the queues %v, not in that of backfill %d", lanes(), *made.Operation)
		}
	}
	d.undo(mark(0, 2)) // which ended the backfill
	if l := lanes(); l[0] != 0 || l[2] != 0 {
		t.Errorf("the runs stand in the queues %v, of a backfill that is over", l)
	}
}

package sqlite

import (
	"fmt"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// A run is bound to the version that it ran with as long as the newest order says so; an
// undo puts back what was, and the loop sees the version's text.
func TestARunIsBoundToItsVersionAsTheNewestOrderSays(t *testing.T) {
	d := newDesk(t)
	fill(t, d.db, d.def, 2)
	old := d.def
	d.def = parsed(t, "p", "tasks: {task00: echo new}\n")
	register(t, d.db, d.def)
	clear := func(same bool) *plan.Plan {
		t.Helper()
		p, err := d.db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}, Versions: same}, map[string]*pipelines.Pipeline{"p": d.def}, anna,
			func(s []*plan.PipelineScope) (*plan.Plan, error) {
				return plan.Clear(day0, s, plan.ClearArgs{Selector: plan.Selector{TaskRegex: "task00", End: day0}, SameVersion: same})
			})
		must(t, err)
		return p
	}
	seen := func(what, want string) {
		t.Helper()
		var got string
		_, err := d.db.Update(ctx, day0, func(w *plan.World) plan.Decision {
			for _, run := range w.Pipelines[0].Lanes[0].Queued {
				got = "newest"
				if v := run.Version; v != nil {
					got = fmt.Sprint(v.Fingerprint == old.Fingerprint, v.Source == old.Source)
				}
			}
			return plan.Decision{}
		})
		must(t, err)
		if got != want {
			t.Errorf("%s: the loop sees %q, want %q", what, got, want)
		}
	}
	p := clear(true)
	if p.Runs[0].Version != old.Fingerprint {
		t.Errorf("the plan says %q", p.Runs[0].Version)
	}
	seen("bound", "true true")
	undone := d.undo(p)
	seen("undone", "")
	d.undo(undone)
	seen("undone twice", "true true")
	d.undo(newestOrder(t, d))
	clear(false)
	seen("cleared", "newest")
}

// newestOrder is the newest operation, to be undone.
func newestOrder(t *testing.T, d *desk) *plan.Plan {
	t.Helper()
	ops, err := d.db.Operations(ctx, OperationQuery{Limit: 1})
	must(t, err)
	return &plan.Plan{Operation: &ops[0].ID}
}

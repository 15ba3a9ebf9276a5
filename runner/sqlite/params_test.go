package sqlite

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What a run was given stays with it, through an undo that removes it and the undo of that.
func TestARunKeepsItsParams(t *testing.T) {
	d := newDesk(t)
	d.def = parsed(t, "p", "params: {region: eu, n: {type: integer}}\ntasks: {task00: echo}\n")
	register(t, d.db, d.def)
	trigger := func(day int, params ...string) *plan.Plan {
		at := day0.AddDate(0, 0, day)
		return d.order(func(s []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Trigger(day0.AddDate(1, 0, 0), s[0], plan.TriggerArgs{Interval: timetable.Interval{Start: at, End: at.Add(time.Hour)}, Params: params})
		})
	}
	has := func(what string, want ...string) {
		t.Helper()
		rows, err := d.db.Runs(ctx, RunQuery{Pipeline: "p"})
		must(t, err)
		var got, seen []string
		for _, r := range rows {
			got = append(got, string(r.Params))
		}
		world := func(w *plan.World) plan.Decision {
			for _, run := range w.Pipelines[0].Lanes[0].Queued {
				seen = append(seen, string(run.Params))
			}
			return plan.Decision{}
		}
		_, err = d.db.Update(ctx, day0, world)
		must(t, err)
		if !slices.Equal(got, want) || !slices.Equal(seen, want) {
			t.Errorf("%s: the runs have %q, the loop sees %q, want %q", what, got, seen, want)
		}
	}
	const given = `{"n":9007199254740993,"region":"us"}`
	trigger(0)
	p := trigger(1, "region=us", "n=9007199254740993")
	trigger(2, "n=9007199254740993", "region=us")
	has("triggered", "", given, given)
	u := d.undo(p)
	has("undone", "", given)
	d.undo(u)
	has("brought back", "", given, given)
	values := plan.Params(given).Values()
	if want := map[string]any{"region": "us", "n": int64(9007199254740993)}; !maps.Equal(values, want) {
		t.Errorf("the values are %v, want %v", values, want)
	}
	if n, _, err := d.db.w.number("SELECT COUNT(*) FROM run_params"); err != nil || n != 1 {
		t.Errorf("equal params are stored %d times, %v", n, err)
	}
}

func parsed(t *testing.T, name, source string) *pipelines.Pipeline {
	t.Helper()
	p, problems := pipelines.Parse(name+".yaml", []byte(source), &pipelines.Settings{}, nil)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	return p
}

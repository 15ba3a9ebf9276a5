package sqlite

import (
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// The grid reads of history what it asks for, and sees what others write.
func TestHistoryForTheGrid(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, Options{Fast: true})
	p := pipeline(t, "p", 3)
	register(t, db, p)
	fill(t, db, p, 10)
	readHistory(t, db)

	n, err := db.Size(ctx, "p")
	if err != nil || n != 10 {
		t.Errorf("%d runs, want 10 (%v)", n, err)
	}
	newest, err := db.Columns(ctx, runner.ColumnQuery{Pipeline: "p", Limit: 4})
	must(t, err)
	if len(newest) != 4 || !newest[0].Interval.Start.Equal(day0.Add(30*time.Minute)) || !newest[3].Interval.Start.After(newest[0].Interval.Start) {
		t.Errorf("the newest four: %v", newest)
	}
	for _, c := range newest {
		if c.State != plan.RunSuccess || c.Kind != plan.Backfilled || c.EndedAt.Before(c.StartedAt) {
			t.Errorf("a column: %+v", c)
		}
	}

	watch, err := db.Watch(ctx)
	must(t, err)
	defer watch.Close()
	changed := func(want bool) {
		t.Helper()
		got, err := watch.Changed(ctx)
		if err != nil || got != want {
			t.Errorf("changed: %t, want %t (%v)", got, want, err)
		}
	}
	changed(false)
	at := newest[1].Interval.Start
	mark := plan.MarkArgs{As: plan.Failed, Selector: plan.Selector{TaskRegex: "task01", Intervals: []time.Time{at}}}
	_, err = db.Apply(ctx, day0, ScopeQuery{Pipelines: []string{"p"}}, map[string]*pipelines.Pipeline{"p": p}, anna,
		func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Mark(day0, s, mark) })
	must(t, err)
	changed(true)
	changed(false)

	cells := 0
	must(t, db.Cells(ctx, "p", newest[0].Interval.Start, newest[3].Interval.Start, func(c runner.Cell) {
		cells++
		marked := c.Run == newest[1].Run && c.Task == "task01"
		if c.Marked != marked || marked != (c.State == plan.Failed) {
			t.Errorf("a cell: %+v", c)
		}
	}))
	if cells != 4*3 {
		t.Errorf("%d cells, want 12", cells)
	}
}

func readHistory(t *testing.T, db *DB) {
	t.Helper()
	_, err := db.Columns(ctx, runner.ColumnQuery{Pipeline: "p", Limit: 1})
	must(t, err)
	_, err = db.Size(ctx, "p")
	must(t, err)
	_, err = db.Near(ctx, "p", day0)
	must(t, err)
	_, err = db.Orders(ctx)
	must(t, err)
	must(t, db.Cells(ctx, "p", day0, day0, func(runner.Cell) {}))
	versions, err := db.Versions(ctx, "p")
	must(t, err)
	for _, v := range versions {
		text, err := db.Source(ctx, "p", v.Fingerprint)
		must(t, err)
		if text == "" || v.FirstSeen.IsZero() {
			t.Errorf("version %+v has the text %q", v, text)
		}
	}
	if text, err := db.Source(ctx, "p", "none"); err != nil || text != "" {
		t.Errorf("a version that there never was: %q, %v", text, err)
	}
}

func BenchmarkFirstScreenOfCells(b *testing.B) {
	db := open(b, filepath.Join(b.TempDir(), "state.db"), Options{Fast: true})
	p := pipeline(b, "p", 500)
	register(b, db, p)
	fill(b, db, p, 256)
	for b.Loop() {
		n := 0
		if err := db.Cells(ctx, "p", time.Time{}, time.Time{}, func(runner.Cell) { n++ }); err != nil || n != 256*500 {
			b.Fatal(n, err)
		}
	}
}

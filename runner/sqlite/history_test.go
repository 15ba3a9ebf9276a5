package sqlite

import (
	"maps"
	"math/rand/v2"
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

// What CellsBut leaves out is what Cells hands over, whatever the runs are like: with tasks that
// the file no longer has or did not have then, marks, items of a mapped task, other states.
func TestCellsWithoutThePlainSuccesses(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: true})
	p := pipeline(t, "p", 6)
	register(t, db, p)
	fill(t, db, p, 40)
	r := rand.New(rand.NewPCG(7, 7))
	_, err := db.w.exec(`INSERT INTO reasons (reason_id, text) VALUES (1, 'marked by anna'), (2, 'exit code 1')`)
	must(t, err)
	for run := 1; run <= 40; run++ {
		for range r.IntN(4) {
			task := 1 + r.IntN(6)
			_, err := db.w.exec(`DELETE FROM attempts WHERE run_id = ? AND task_id = ?`, run, task)
			must(t, err)
			_, err = db.w.exec([]string{
				`UPDATE task_instances SET reason_id = 1 WHERE run_id = ? AND task_id = ?`,
				`UPDATE task_instances SET state = 5, reason_id = 2 WHERE run_id = ? AND task_id = ?`,
				`UPDATE task_instances SET state = 0, ended_at = NULL WHERE run_id = ? AND task_id = ?`,
				`UPDATE task_instances SET state = 6 WHERE run_id = ? AND task_id = ?`,
				`UPDATE OR IGNORE task_instances SET map_index = 3 WHERE run_id = ? AND task_id = ?`,
				`DELETE FROM task_instances WHERE run_id = ? AND task_id = ?`,
			}[r.IntN(6)], run, task)
			must(t, err)
		}
	}
	_, err = db.w.exec(`UPDATE runs SET success = (SELECT count(*) FROM task_instances AS i WHERE i.run_id = runs.run_id AND i.state = 4)`)
	must(t, err)
	for _, tasks := range [][]string{nil, {"task00"}, {"task00", "task01", "task02", "task03", "task04", "task05"}, {"task01", "task03", "task05", "new"}} {
		whole := map[runner.Cell]int{}
		must(t, db.Cells(ctx, "p", time.Time{}, time.Time{}, func(c runner.Cell) { whole[c]++ }))
		short, rest, seen := map[runner.Cell]int{}, []int64{}, map[int64]map[string]bool{}
		must(t, db.CellsBut(ctx, "p", time.Time{}, time.Time{}, tasks, func(run int64) { rest = append(rest, run) }, func(c runner.Cell) {
			short[c]++
			if seen[c.Run] == nil {
				seen[c.Run] = map[string]bool{}
			}
			seen[c.Run][c.Task] = true
		}))
		for _, run := range rest {
			for _, task := range tasks {
				if !seen[run][task] {
					short[runner.Cell{Run: run, Task: task, State: plan.Success}]++
				}
			}
		}
		if !maps.Equal(whole, short) {
			t.Errorf("of the tasks %v: %v, want %v", tasks, short, whole)
		}
		if len(tasks) == 6 && (len(rest) < 10 || len(rest) == 40) {
			t.Errorf("%d of 40 runs are read short", len(rest))
		}
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
	must(t, db.CellsBut(ctx, "p", day0, day0, []string{"task00"}, func(int64) {}, func(runner.Cell) {}))
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
	var tasks []string
	for _, t := range p.Tasks {
		tasks = append(tasks, t.ID)
	}
	for b.Loop() {
		n := 0
		if err := db.CellsBut(ctx, "p", time.Time{}, time.Time{}, tasks, func(int64) { n++ }, func(runner.Cell) {}); err != nil || n != 256 {
			b.Fatal(n, err)
		}
	}
}

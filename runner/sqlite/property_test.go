package sqlite

import (
	"flag"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

var (
	worlds    = flag.Int("worlds", 12, "random databases to give orders to")
	worldSeed = flag.Uint64("world", 0, "the one database to make again; 0: all")
)

func eachWorld(t *testing.T, check func(t *testing.T, seed uint64)) {
	t.Helper()
	if *worldSeed != 0 {
		check(t, *worldSeed)
		return
	}
	for seed := uint64(1); seed <= uint64(*worlds) && !t.Failed(); seed++ {
		t.Run(fmt.Sprintf("world=%d", seed), func(t *testing.T) { check(t, seed) })
	}
}

func TestAPreviewChangesNoByteOfAnyTable(t *testing.T) {
	eachWorld(t, func(t *testing.T, seed uint64) {
		w := newWorld(t, seed)
		before := w.dump()
		for range 10 {
			_, _ = w.choose().plan(w.scopes())
		}
		scope, err := w.db.UndoScope(ctx, 1)
		must(t, err)
		_, _ = plan.Undo(day0, scope, plan.UndoArgs{})
		if keys := differ(before, w.dump()); len(keys) > 0 {
			t.Errorf("a preview has written %v", keys)
		}
	})
}

func TestAnOrderChangesExactlyTheRowsOfItsPlan(t *testing.T) {
	eachWorld(t, func(t *testing.T, seed uint64) {
		w := newWorld(t, seed)
		for range 4 {
			c := w.choose()
			before := w.dump()
			p, refused := w.apply(c)
			after := w.dump()
			if refused != nil || p.Operation == nil {
				if keys := differ(before, after); len(keys) > 0 {
					t.Fatalf("%s was refused, or had nothing to do, and has written %v", c.name, keys)
				}
				continue
			}
			w.exactly(c, p, before, after)
		}
	})
}

// exactly compares what changed with what was planned.
func (w *world) exactly(c choice, p *plan.Plan, before, after map[string]string) {
	w.Helper()
	runs := map[time.Time]int64{}
	for _, s := range w.scopes() {
		for _, run := range s.Runs {
			runs[run.Interval.Start] = run.ID
		}
	}
	want := map[string]bool{}
	for _, r := range p.Runs {
		if id := runs[r.IntervalStart]; r.Action != plan.None {
			want[fmt.Sprint("runs ", id)] = true
		}
	}
	for _, r := range p.Instances {
		id := runs[r.IntervalStart]
		want[fmt.Sprint("runs ", id)] = true // its counters
		if r.Run == 0 && !slices.ContainsFunc(p.Runs, func(run plan.PlanRun) bool { return run.IntervalStart.Equal(r.IntervalStart) && run.Partial }) {
			continue // born when the run starts
		}
		task, ok, err := w.db.w.number(`SELECT task_id FROM tasks WHERE name = ?`, r.Task)
		if err != nil || !ok {
			w.Fatal(r.Task, err)
		}
		want[fmt.Sprint("task_instances ", []any{id, task, int64(r.MapIndex)})] = true
	}
	got := differ(of(before, "runs", "task_instances"), of(after, "runs", "task_instances"))
	if planned := slices.Sorted(maps.Keys(want)); !slices.Equal(got, planned) {
		w.Fatalf("%s changes\n%v, planned are\n%v", c.name, got, planned)
	}
	if keys := differ(of(before, "attempts", "results", "skipped_intervals", "versions", "edges"), of(after, "attempts", "results", "skipped_intervals", "versions", "edges")); len(keys) > 0 {
		w.Fatalf("%s has written %v", c.name, keys)
	}
}

func TestAnUndoGivesTheDumpBack(t *testing.T) {
	kinds := map[string]int{}
	eachWorld(t, func(t *testing.T, seed uint64) {
		w := newWorld(t, seed)
		for range 4 {
			c := w.choose()
			before := w.dump()
			p, refused := w.apply(c)
			if refused != nil || p.Operation == nil {
				continue
			}
			kinds[c.name]++
			u := w.undo(p)
			if len(u.Untouched) > 0 {
				t.Fatalf("the undo of a %s leaves %+v", c.name, u.Untouched[0])
			}
			is, was := w.dump(), before
			if keys := differ(unstamped(was), unstamped(is)); len(keys) > 0 {
				t.Fatalf("after %s and undo %v differ:\n%s\n%s", c.name, keys, was[keys[0]], is[keys[0]])
			}
		}
	})
	if *worldSeed == 0 && len(kinds) < 5 {
		t.Errorf("only these were undone: %v", kinds)
	}
}

var laneOfRun = regexp.MustCompile(` lane=\d+`)

// unstamped leaves out the audit: the operations, their texts, the counters of keys, and
// which order changed a row last.
func unstamped(rows map[string]string) map[string]string {
	kept := of(rows, "runs", "task_instances", "attempts", "results", "pipelines", "skipped_intervals", "versions")
	for k, row := range kept {
		if strings.HasPrefix(k, "task_instances") {
			kept[k], _, _ = strings.Cut(row, " operation_id=")
		}
		kept[k] = laneOfRun.ReplaceAllString(kept[k], "") // a backfill may have ended meanwhile
	}
	return kept
}

// state is what a person sees: runs and task instances by name.
func (w *world) state() string {
	var all []string
	for _, run := range w.scopes()[0].Runs {
		line := run.Interval.Start.Format("15:04 ") + run.State.String()
		for i := range run.Instances {
			in := &run.Instances[i]
			line += fmt.Sprintf(" %s=%s/%d/%d", in.Task, in.State, in.Try, in.TryLimit)
		}
		all = append(all, line)
	}
	return strings.Join(all, "\n")
}

// Two people give orders, in one order and in the other. Either it is the same in the end,
// or the second one was told: it was refused, rows were left alone for a reason, or its
// plan showed rows in the state that the first had left them in.
func TestTwoOrdersCommuteOrTheSecondSaysWhyNot(t *testing.T) {
	same := 0
	eachWorld(t, func(t *testing.T, seed uint64) {
		w, v := newWorld(t, seed), newWorld(t, seed)
		a, b := w.choose(), w.choose()
		first, _ := w.apply(a)
		second, refusedA := w.apply(b)
		other, _ := v.apply(b)
		last, refusedB := v.apply(a)
		if w.state() == v.state() {
			same++
			return
		}
		if !told(first, second, refusedA) && !told(other, last, refusedB) {
			t.Errorf("%s and %s do not commute, and nobody says so:\n%s\n\n%s", a.name, b.name, w.state(), v.state())
		}
	})
	if *worldSeed == 0 && same < *worlds/3 {
		t.Errorf("only %d of %d commute", same, *worlds)
	}
}

func told(first, second *plan.Plan, refused *plan.Refusal) bool {
	if refused != nil || first == nil || second == nil || len(second.Untouched) > 0 {
		return true
	}
	type row struct {
		at   time.Time
		task string
	}
	left := map[row]plan.State{}
	for _, r := range first.Instances {
		left[row{r.IntervalStart, r.Task}] = r.To
	}
	return slices.ContainsFunc(second.Instances, func(r plan.PlanRow) bool {
		to, shared := left[row{r.IntervalStart, r.Task}]
		return shared && r.State != nil && *r.State == to
	}) || slices.ContainsFunc(second.Runs, func(r plan.PlanRun) bool {
		return slices.ContainsFunc(first.Runs, func(f plan.PlanRun) bool {
			return f.Action != plan.None && f.IntervalStart.Equal(r.IntervalStart) && r.State != nil && f.To != nil && *f.To == *r.State
		})
	})
}

// A plan that was saved before somebody else gave an order either is refused, with every
// row that has moved, or shares no row with it.
func TestASavedPlanIsRefusedOrSharesNoRowWithTheOrderThatCameBetween(t *testing.T) {
	resumed, refusals := 0, 0
	eachWorld(t, func(t *testing.T, seed uint64) {
		w := newWorld(t, seed)
		a, b := w.choose(), w.choose()
		saved, err := b.plan(w.scopes())
		if err != nil || saved.Empty() {
			return
		}
		first, _ := w.apply(a)
		if first == nil || first.Operation == nil {
			return
		}
		later := choice{"apply", func(s []*plan.PipelineScope) (*plan.Plan, error) { return plan.Resume(s, saved, "") }}
		if _, refused := w.apply(later); refused != nil {
			refusals++
			if refused.Code != "stale-plan" || len(refused.Problems) == 0 {
				t.Errorf("refused with %q, %q", refused.Code, refused.Problems)
			}
			return
		}
		resumed++
		for _, r := range saved.Instances {
			if slices.ContainsFunc(first.Instances, func(f plan.PlanRow) bool { return f.Task == r.Task && f.IntervalStart.Equal(r.IntervalStart) }) {
				t.Errorf("%s and the saved %s both change %s of %s", a.name, b.name, r.Task, r.IntervalStart)
			}
		}
	})
	if *worldSeed == 0 && (resumed == 0 || refusals == 0) {
		t.Errorf("%d were resumed, %d refused", resumed, refusals)
	}
}

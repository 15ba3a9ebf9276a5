package plan

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// livesThrough lets the real planner run n intervals under a clock that jumps from end to
// end, and says how long that took.
func livesThrough(t testing.TB, def *pipelines.Pipeline, n int, on Machine, takes func(run int64, task string) time.Duration) float64 {
	t.Helper()
	m := newModel(t, def)
	m.now, m.parallelism, m.pools, m.queuedLimit = day(n), on.Parallelism, on.Pools, 1000
	began := m.now
	ends := map[AttemptKey]time.Time{}
	for {
		m.settle()
		next := time.Time{}
		for _, r := range m.runs {
			for i := range r.Instances {
				in := &r.Instances[i]
				if !in.Open {
					continue
				}
				k := in.key(r)
				if _, known := ends[k]; !known {
					ends[k] = m.now.Add(takes(r.ID, in.Task))
				}
				if next.IsZero() || ends[k].Before(next) {
					next = ends[k]
				}
			}
		}
		if next.IsZero() {
			break
		}
		m.now = next
		for _, r := range m.runs {
			for i := range r.Instances {
				if in := &r.Instances[i]; in.Open && ends[in.key(r)].Equal(next) {
					m.reports = append(m.reports, Report{AttemptKey: in.key(r), Event: Ended, Time: next})
				}
			}
		}
	}
	for _, r := range m.runs {
		if r.State != RunSuccess {
			t.Fatalf("run %d is %s", r.ID, r.State)
		}
	}
	if len(m.runs) != n {
		t.Fatalf("%d runs, not %d", len(m.runs), n)
	}
	return m.now.Sub(began).Seconds()
}

// whole is the work of n runs of all tasks.
func whole(def *pipelines.Pipeline, n int, h History) []Work {
	s := Stint{Runs: n}
	for i := range def.Tasks {
		s.Tasks = append(s.Tasks, i)
	}
	return []Work{{Def: def, History: h, Stints: []Stint{s}}}
}

// steady is a history in which each task always took as long as its place says.
func steady(def *pipelines.Pipeline) History {
	var h History
	for range 3 {
		run := map[string]time.Duration{}
		for i, task := range def.Tasks {
			run[task.ID] = time.Duration(7+13*i%31) * time.Second
		}
		h = append(h, run)
	}
	return h
}

// shapes are pipelines that are bounded by different things.
func shapes(t testing.TB) map[string]*pipelines.Pipeline {
	past := graph(t, "a > b > c")
	past.Tasks[1].DependsOnPast = true
	pool := graph(t, "a > b, a > c, a > d")
	for _, task := range pool.Tasks[1:] {
		task.Pool, task.PoolSlots = "db", 1
	}
	perRun, perPipeline, heavy := graph(t, "a > b, a > c, a > d, a > e"), graph(t, "a, b, c"), graph(t, "a > b > c, d")
	perRun.MaxActiveTasksPerRun, perPipeline.MaxActiveTasks = 2, 2
	heavy.Tasks[3].Weight = 10
	return map[string]*pipelines.Pipeline{
		"chain": graph(t, "a > b > c > d"), "diamond": graph(t, "a > b > d, a > c > d"), "wide": graph(t, "a, b, c, d, e, f"),
		"depends_on_past": past, "pool": pool, "per_run": perRun, "per_pipeline": perPipeline, "heavy": heavy,
	}
}

// Where every task takes what it took before, the forecast is the time that the real
// planner needs, within 5 %: draws between equals may go otherwise.
func TestAForecastIsWhatThePlannerNeeds(t *testing.T) {
	for name, def := range shapes(t) {
		for _, c := range []struct{ runs, active, parallelism int }{{1, 16, 4}, {5, 1, 4}, {20, 2, 8}, {20, 16, 3}, {40, 16, 16}, {40, 5, 64}} {
			t.Run(fmt.Sprintf("%s/%v", name, c), func(t *testing.T) {
				def.MaxActiveRuns = c.active
				h, on := steady(def), Machine{Parallelism: c.parallelism, Pools: map[string]int{"db": 2}}
				real := livesThrough(t, def, c.runs, on, func(_ int64, task string) time.Duration { return h[0][task] })
				got := Forecast(whole(def, c.runs, h), on)
				if got == nil || got.P50 != got.P90 || got.P50 < real*0.95 || got.P50 > real*1.05 {
					t.Errorf("the forecast is %+v, the planner needs %v s", got, real)
				}
			})
		}
	}
}

// Of much work the beginning is rehearsed: the rest is reckoned within 10 %.
func TestAForecastOfMuchWorkGoesByThePaceOfItsBeginning(t *testing.T) {
	for name, def := range shapes(t) {
		t.Run(name, func(t *testing.T) {
			def.MaxActiveRuns = 4
			h, on := steady(def), Machine{Parallelism: 6, Pools: map[string]int{"db": 2}}
			real := livesThrough(t, def, 200, on, func(_ int64, task string) time.Duration { return h[0][task] })
			if got := forecast(whole(def, 200, h), on, 200); got.P50 < real*0.9 || got.P50 > real*1.1 {
				t.Errorf("the forecast is %+v, the planner needs %v s", got, real)
			}
		})
	}
}

// Where tasks take now this and now that, runs that draw from the same history end before
// p50 in about half of all cases, and before p90 in most: between 25 % and 75 %, and in
// 75 % at least, of 60 lives of the real planner.
func TestTheQuantilesOfAForecastAreThoseOfThePlanner(t *testing.T) {
	def := graph(t, "a > b > d, a > c > d")
	def.MaxActiveRuns = 3
	rng := rand.New(rand.NewPCG(5, 5))
	var h History
	for range 20 {
		run := map[string]time.Duration{}
		for _, task := range def.Tasks {
			run[task.ID] = time.Duration(10+rng.ExpFloat64()*60) * time.Second
		}
		h = append(h, run)
	}
	for _, n := range []int{1, 6, 30} {
		on := Machine{Parallelism: 4}
		got := Forecast(whole(def, n, h), on)
		var before50, before90 int
		const lives = 60
		for life := range uint64(lives) {
			took := livesThrough(t, def, n, on, func(run int64, task string) time.Duration {
				return h[rand.New(rand.NewPCG(life, uint64(run))).IntN(len(h))][task]
			})
			if took <= got.P50 {
				before50++
			}
			if took <= got.P90 {
				before90++
			}
		}
		t.Logf("%d runs: %+v; %d of %d lives end before p50, %d before p90", n, *got, before50, lives, before90)
		if before50 < lives/4 || before50 > lives*3/4 || before90 < lives*3/4 || got.P90 < got.P50 {
			t.Errorf("%d runs: %+v; %d of %d lives end before p50, %d before p90", n, *got, before50, lives, before90)
		}
	}
}

func TestAForecastIsUnknownBelowThreeRunsOfHistory(t *testing.T) {
	def := graph(t, "a > b")
	h, on := steady(def), Machine{Parallelism: 4}
	if Forecast(whole(def, 2, h[:2]), on) != nil {
		t.Error("two runs are enough")
	}
	delete(h[1], "b")
	if Forecast(whole(def, 2, h), on) != nil {
		t.Error("two runs of b are enough")
	}
	only := whole(def, 2, h)
	only[0].Stints[0].Tasks = []int{0}
	if Forecast(only, on) == nil {
		t.Error("b is not in question")
	}
	if Forecast(only, Machine{}) != nil {
		t.Error("nobody knows how much runs at once")
	}
}

func TestAPlanSaysHowLongItTakes(t *testing.T) {
	m := past(t, "a > b", 4)
	eta := func(p *Plan, err error) *ETA {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return p.ETA
	}
	scope := func() []*PipelineScope {
		s := m.scope("p")
		s.History, s.Machine = History{}, Machine{Parallelism: 2}
		for range 3 {
			s.History = append(s.History, map[string]time.Duration{"a": 10 * time.Second, "b": 20 * time.Second})
		}
		return []*PipelineScope{s}
	}
	all := Selector{All: true}
	for name, c := range map[string]struct {
		got  *ETA
		want float64
	}{
		"clear of b: four times 20 s, two at once":       {eta(Clear(m.now, scope(), ClearArgs{Selector: Selector{TaskRegex: "b"}})), 40},
		"clear of all: the slots are busy all the time":  {eta(Clear(m.now, scope(), ClearArgs{Selector: all})), 60},
		"backfill, one run at once":                      {eta(Backfill(m.now, scope()[0], BackfillArgs{Selector: Selector{Start: day(-3), End: day(-1)}, MaxActiveRuns: 1})), 90},
		"trigger: along the critical path":               {eta(Trigger(m.now, scope()[0], TriggerArgs{Interval: daily(-1)})), 30},
		"mark as failed: nothing runs":                   {eta(Mark(m.now, scope(), MarkArgs{Selector: all, As: Failed})), -1},
		"mark of what nothing follows: nothing runs":     {eta(Mark(m.now, scope(), MarkArgs{Selector: Selector{TaskRegex: "b"}, As: Skipped})), -1},
		"clear of one interval: along the critical path": {eta(Clear(m.now, scope(), ClearArgs{Selector: Selector{Last: 1}})), 30},
	} {
		if c.want < 0 && c.got != nil || c.want >= 0 && (c.got == nil || c.got.P50 != c.want || c.got.P90 != c.want) {
			t.Errorf("%s: %+v, want %v", name, c.got, c.want)
		}
	}
	if p := m.clear(ClearArgs{Selector: all}); p.ETA != nil {
		t.Errorf("without history it is %+v", p.ETA)
	}
}

// BenchmarkForecast is what an estimate costs a plan of a million rows.
func BenchmarkForecast(b *testing.B) {
	for _, tasks := range []int{2, 20, 500} {
		b.Run(fmt.Sprint(tasks), func(b *testing.B) {
			edges := "t0"
			for i := range tasks - 1 {
				edges += fmt.Sprintf(", t%d > t%d", i/2, i+1)
			}
			def := graph(b, edges)
			work := whole(def, 1_000_000/tasks, slices.Repeat(steady(def), 5))
			for b.Loop() {
				Forecast(work, Machine{Parallelism: 8})
			}
		})
	}
}

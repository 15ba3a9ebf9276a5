package plan

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// wide is a running run of n tasks, each after the one ten places before it, of which a
// tenth has ended in success and a report has just come.
func wide(tb testing.TB, n int) *World {
	p := &pipelines.Pipeline{Name: "p", Location: time.UTC, MaxActiveRuns: 1}
	run := &Run{ID: 1, Pipeline: "p", Interval: daily(0), State: RunRunning, StartedAt: day0}
	for i := range n {
		task := &pipelines.Task{ID: fmt.Sprintf("task_%06d", i), SkipExitCode: 99}
		if i >= 10 {
			task.Needs = []string{p.Tasks[i-10].ID, p.Tasks[i-1].ID}
		}
		p.Tasks = append(p.Tasks, task)
		in := Instance{Task: task.ID, MapIndex: -1, TryLimit: 1}
		if i < n/10 {
			in.State, in.Try = Success, 1
		}
		run.Instances = append(run.Instances, in)
	}
	if err := pipelines.Build(p); err != nil {
		tb.Fatal(err)
	}
	for i := range run.Instances { // the store's strings are not the definition's
		run.Instances[i].Task = string([]byte(run.Instances[i].Task))
	}
	in := &run.Instances[n/10]
	in.State, in.Try, in.Open, in.StartedAt = Running, 1, true, day0
	return &World{Parallelism: 16, Pipelines: []*PipelineState{{Name: "p", Def: p, Lanes: []*Lane{{}}, Running: []*Run{run}}}}
}

// turn is one step over the world with a report of a start that changes nothing but has to
// be found and weighed.
func turn(w *World) {
	run := w.Pipelines[0].Running[0]
	w.Reports = []Report{{AttemptKey: AttemptKey{1, run.Instances[len(run.Instances)/10].Task, -1, 1}, Event: Started, Time: day0}}
	Step(day0, w)
}

func BenchmarkStep(b *testing.B) {
	for _, n := range []int{10, 1000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			w := wide(b, n)
			b.ReportAllocs()
			for b.Loop() {
				turn(w)
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/task")
		})
	}
}

// BenchmarkSubmit begins n tasks of live runs and backfills of twenty pipelines in one step;
// half of them take slots of a pool, and all weigh differently.
func BenchmarkSubmit(b *testing.B) {
	for _, n := range []int{1000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				b.StopTimer()
				w := &World{Parallelism: n, Pools: map[string]int{"x": n}}
				for i := range 20 {
					def := &pipelines.Pipeline{Name: fmt.Sprint(i), Location: time.UTC}
					for j := range n / 80 {
						def.Tasks = append(def.Tasks, &pipelines.Task{ID: fmt.Sprint(j), PoolSlots: 1, Weight: j * 7919 % 1000, Pool: []string{"", "x"}[j%2]})
					}
					if err := pipelines.Build(def); err != nil {
						b.Fatal(err)
					}
					p := &PipelineState{Name: def.Name, Def: def, Lanes: []*Lane{{}, {ID: 7}}}
					for day := range 4 {
						run := &Run{ID: int64(4*i + day), Pipeline: p.Name, Interval: daily(day), State: RunRunning, StartedAt: day0, Lane: int64(7 * (day % 2))}
						run.Instances = bear(def, run)
						p.Running = append(p.Running, run)
					}
					w.Pipelines = append(w.Pipelines, p)
				}
				b.StartTimer()
				if d := Step(day0, w); len(d.Start) < n*9/10 {
					b.Fatal(len(d.Start))
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/float64(n), "ns/task")
		})
	}
}

// BenchmarkStepGrowth prints how the cost grows with the size of a run, as an exponent: 1
// where twice the tasks cost twice the time.
func BenchmarkStepGrowth(b *testing.B) {
	best := map[int]float64{1000: math.Inf(1), 100_000: math.Inf(1)}
	for b.Loop() {
		for n := range best {
			w := wide(b, n)
			rounds, began := 100_000/n, time.Now()
			for range rounds {
				turn(w)
			}
			best[n] = min(best[n], float64(time.Since(began).Nanoseconds())/float64(rounds))
		}
	}
	b.ReportMetric(math.Log(best[100_000]/best[1000])/math.Log(100), "exponent")
	b.ReportMetric(best[100_000]/100_000, "ns/task")
}

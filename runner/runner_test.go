package runner_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/storetest"
)

// fake is an executor whose tasks are lengths of time and ends. Its goroutines live in the
// bubble of the test, so that a day passes in a moment.
type fake struct {
	reports chan []runner.Report
	takes   time.Duration
	end     func(job runner.Job, nth int) runner.Report // of the nth job of a task
	begun   map[string]int                              // jobs by task
	keys    []string
}

func newFake(takes time.Duration) *fake {
	return &fake{reports: make(chan []runner.Report, 100), takes: takes, begun: map[string]int{},
		end: func(runner.Job, int) runner.Report { return runner.Report{Event: runner.Ended} }}
}

func (f *fake) Adopt(keys []string) error {
	for _, key := range keys {
		f.reports <- []runner.Report{{Key: key, Event: runner.Unbegun, Time: time.Now()}}
	}
	return nil
}

func (f *fake) Start(jobs []runner.Job) error {
	for _, job := range jobs {
		task := strings.Split(job.Key, "/")[1]
		f.begun[task]++
		f.keys = append(f.keys, job.Key)
		end := f.end(job, f.begun[task])
		end.Key = job.Key
		f.reports <- []runner.Report{{Key: job.Key, Event: runner.Started, Time: time.Now()}}
		time.AfterFunc(f.takes, func() {
			end.Time = time.Now()
			f.reports <- []runner.Report{end}
		})
	}
	return nil
}

func (f *fake) Cancel([]string) error           { return nil }
func (f *fake) Reports() <-chan []runner.Report { return f.reports }
func (f *fake) Forget([]string) error           { return nil }
func (f *fake) Close() error                    { return nil }
func exits(code int) runner.Report              { return runner.Report{Event: runner.Ended, ExitCode: code} }
func lost() runner.Report                       { return runner.Report{Event: runner.Lost, ExitCode: -1} }
func definitions(ps ...*pipelines.Pipeline) runner.Definitions {
	return runner.Definitions{Pipelines: ps, Workshop: &runner.Workshop{Root: "/project", LogDir: "/logs"}}
}

func parse(t *testing.T, text string) *pipelines.Pipeline {
	t.Helper()
	p, problems := pipelines.Parse("pipelines/p.yaml", []byte(text), nil, nil)
	if problems.Errors() > 0 {
		t.Fatal(problems)
	}
	return p
}

// loop is a runner on a store in memory; the bubble's clock begins on 2000-01-01.
func loop(t *testing.T, store runner.Store, x runner.Executor, text string) *runner.Runner {
	t.Helper()
	return &runner.Runner{Store: store, Executor: x, Log: slog.New(slog.NewTextHandler(io.Discard, nil)),
		Definitions: definitions(parse(t, text)), Parallelism: 4, Poll: 10 * time.Second}
}

func states(m *storetest.Memory) map[plan.RunState]int {
	n := map[plan.RunState]int{}
	for _, r := range m.Runs() {
		n[r.State]++
	}
	return n
}

const hourly = "schedule: '@hourly'\nstart_date: 2000-01-01\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n"

func TestEachIntervalRunsWhenItFallsDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour+30*time.Minute)
		defer cancel()
		if _, err := loop(t, store, x, hourly).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if n := states(store); n[plan.RunSuccess] != 24 || len(store.Runs()) != 24 {
			t.Errorf("after a day: %v", n)
		}
		for _, r := range store.Runs() {
			if late := r.StartedAt.Sub(r.Interval.End); late < 0 || late > time.Second {
				t.Errorf("%s started %s after it fell due", r.Interval.Start, late)
			}
		}
	})
}

func TestARetryWaitsForItsDelayAndTheLoopForTheRetry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		x.end = func(_ runner.Job, nth int) runner.Report { return exits(min(1, 2-min(nth, 2))) }
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: {run: echo $TIDEMARK_TRY, retries: 1, retry_delay: 5m}}\n")
		r.UntilIdle = true
		began := time.Now()
		if o, err := r.Run(t.Context()); err != nil || len(o.Stuck) > 0 {
			t.Fatal(o, err)
		}
		if took := time.Since(began); took < 7*time.Minute || took > 7*time.Minute+time.Second {
			t.Errorf("took %s", took)
		}
		if n := states(store); n[plan.RunSuccess] != 1 || x.begun["a"] != 2 {
			t.Errorf("%v, %v", n, x.begun)
		}
	})
}

func TestALostAttemptIsTriedAgainByItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		x.end = func(_ runner.Job, nth int) runner.Report {
			if nth < 3 {
				return lost()
			}
			return exits(0)
		}
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: echo $TIDEMARK_TRY}\n")
		r.UntilIdle = true
		if _, err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := states(store); n[plan.RunSuccess] != 1 || x.begun["a"] != 3 {
			t.Errorf("%v, %v", n, x.begun)
		}
	})
}

func TestWhatAnotherProcessWroteIsSeenAtTheNextPoll(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		ctx, cancel := context.WithCancel(t.Context())
		done := make(chan error, 1)
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: echo $TIDEMARK_TRY}\n")
		go func() {
			_, err := r.Run(ctx)
			done <- err
		}()
		<-time.After(time.Hour) // of the bubble
		if err := store.Other().Reset(store.Runs()[0].ID, "a"); err != nil {
			t.Fatal(err)
		}
		<-time.After(r.Poll + 2*time.Minute)
		cancel()
		if err := <-done; !errors.Is(err, context.Canceled) {
			t.Fatal(err)
		}
		if x.begun["a"] != 2 || !slices.Equal(x.keys, []string{"1/a/-1/1", "1/a/-1/2"}) {
			t.Errorf("began %v", x.keys)
		}
	})
}

func TestACommandThatCannotBeRenderedIsAFailureAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: 'echo ${{ prev_success.start }}'}\n")
		r.UntilIdle = true
		began := time.Now()
		if _, err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := states(store); n[plan.RunFailed] != 1 || len(x.begun) != 0 || time.Since(began) > time.Second {
			t.Errorf("%v, %v, after %s", n, x.begun, time.Since(began))
		}
	})
}

func TestNewDefinitionsCountFromTheNextTurn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		r := loop(t, store, x, hourly)
		reload := make(chan runner.Definitions)
		r.Reload = reload
		ctx, cancel := context.WithTimeout(t.Context(), 4*time.Hour+30*time.Minute)
		defer cancel()
		time.AfterFunc(2*time.Hour+30*time.Minute, func() {
			reload <- definitions(parse(t, strings.Replace(hourly, "tasks: {", "tasks: {b: 'true', ", 1)))
		})
		if _, err := r.Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		if x.begun["a"] != 4 || x.begun["b"] != 2 {
			t.Errorf("%v", x.begun)
		}
	})
}

func TestAnIdleLoopSaysWhatCannotGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		first := loop(t, store, x, hourly)
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour+time.Second)
		defer cancel()
		_, _ = first.Run(ctx) // it dies while the first interval's task runs
		second := loop(t, store.Other(), newFake(time.Minute), hourly)
		second.UntilIdle, second.Definitions = true, definitions()
		o, err := second.Run(t.Context())
		if err != nil || len(o.Stuck) != 1 || o.Stuck[0].Pipeline != "p" || o.Stuck[0].Why != "no valid file declares it" {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

// counting counts the turns of a loop.
type counting struct {
	*storetest.Memory
	turns int
}

func (c *counting) Update(ctx context.Context, now time.Time, decide func(*plan.World) plan.Decision) (plan.Decision, error) {
	c.turns++
	return c.Memory.Update(ctx, now, decide)
}

func TestALoopWithNothingToDoDoesNotTurn(t *testing.T) {
	for text, most := range map[string]int{
		"tasks: {a: 'true'}\n": 1,
		hourly:                 24 * 5, // made, started, begun, ended, and one to spare
	} {
		synctest.Test(t, func(t *testing.T) {
			store := &counting{Memory: storetest.NewMemory()}
			ctx, cancel := context.WithTimeout(t.Context(), 24*time.Hour)
			defer cancel()
			if _, err := loop(t, store, newFake(time.Minute), text).Run(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if store.turns > most {
				t.Errorf("%d turns in a day, want %d at most", store.turns, most)
			}
		})
	}
}

func TestAnOrderThatIsGivenWhileAnIdleLoopActsIsCarriedOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Minute)
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: echo $TIDEMARK_TRY}\n")
		r.UntilIdle = true
		once := false
		r.Observe = func(_ time.Time, d *plan.Decision) {
			if run := store.Runs()[0]; run.State.Final() && !once {
				once = true
				if err := store.Other().Reset(run.ID, "a"); err != nil {
					t.Error(err)
				}
			}
		}
		if _, err := r.Run(t.Context()); err != nil || x.begun["a"] != 2 {
			t.Errorf("%v, %v", x.begun, err)
		}
	})
}

func TestReportsThatComeLateTwiceOrOutOfOrderChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store, x := storetest.NewMemory(), newFake(time.Hour)
		r := loop(t, store, x, "schedule: '@daily'\nstart_date: 1999-12-31\ntasks: {a: 'true', b: {needs: a, run: 'true'}}\n")
		r.UntilIdle = true
		time.AfterFunc(time.Minute, func() {
			end := runner.Report{Key: "1/a/-1/1", Event: runner.Ended, Time: time.Now()}
			begin := runner.Report{Key: "1/a/-1/1", Event: runner.Started, Time: time.Now()}
			x.reports <- []runner.Report{end, end, begin, {Key: "no key", Event: runner.Ended}, {Key: "99/z/-1/1", Event: runner.Ended}}
			x.reports <- []runner.Report{begin, end}
		})
		if _, err := r.Run(t.Context()); err != nil {
			t.Fatal(err)
		}
		if n := states(store); n[plan.RunSuccess] != 1 || !slices.Equal(x.keys, []string{"1/a/-1/1", "1/b/-1/1"}) {
			t.Errorf("%v, began %v", n, x.keys)
		}
	})
}

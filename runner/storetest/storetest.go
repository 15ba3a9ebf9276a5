package storetest

import (
	"context"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Harness is an empty store, and what a test needs beside it.
type Harness struct {
	Store runner.Store
	Other runner.Store // another process on the same state
	// Reset puts one task instance back to waiting and its run back to work if it has
	// ended, as a person would from another process.
	Reset func(run int64, task string) error
	// Verify counts again what the store keeps counters of; nil: it keeps none.
	Verify func() ([]string, error)
}

// Run tells every story to a new store.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, story := range []struct {
		name string
		tell func(*stage)
	}{
		{"create_twice_is_once", createTwice},
		{"what_overlaps_a_run_is_not_created", createOver},
		{"the_world_is_what_is_unfinished", unfinished},
		{"an_empty_decision_writes_nothing", emptyDecision},
		{"a_change_from_another_state_is_an_error_and_nothing_stays", wrongState},
		{"what_one_writes_the_other_sees", twoHandles},
		{"changed_sees_the_writes_of_others_and_not_its_own", changed},
		{"an_order_in_between_is_seen", orderBetween},
		{"queued_runs_come_in_part_and_more_is_said", longQueue},
		{"attempts_are_open_until_they_end", attempts},
		{"a_running_run_gets_the_tasks_that_were_added", added},
		{"a_list_that_becomes_known_takes_the_place_of_what_stood_for_it", expanded},
		{"random_histories_leave_one_world_and_right_counters", histories},
	} {
		t.Run(story.name, func(t *testing.T) {
			s := &stage{T: t, Harness: open(t), now: day0}
			story.tell(s)
			s.verify()
		})
	}
}

var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

// stage is where a story is told: one store and a clock.
type stage struct {
	*testing.T
	Harness
	now time.Time
	def *pipelines.Pipeline
}

func daily(n int) timetable.Interval {
	return timetable.Interval{Start: day0.AddDate(0, 0, n), End: day0.AddDate(0, 0, n+1)}
}

// declare registers the pipeline p with tasks in a chain.
func (s *stage) declare(tasks ...string) {
	s.Helper()
	p := &pipelines.Pipeline{Name: "p", File: "pipelines/p.yaml", Location: time.UTC, MaxActiveRuns: 3,
		Source: "pipeline: p", Fingerprint: "f" + string(rune('0'+len(tasks)))}
	for i, id := range tasks {
		t := &pipelines.Task{ID: id, Retries: 1, RetryDelay: time.Minute, SkipExitCode: 99, Fingerprint: "t" + id}
		if i > 0 {
			t.Needs = []string{tasks[i-1]}
		}
		p.Tasks = append(p.Tasks, t)
	}
	s.check(pipelines.Build(p))
	s.def = p
	for _, store := range []runner.Store{s.Store, s.Other} {
		s.check(store.Register(context.Background(), []*pipelines.Pipeline{p}, runner.Commit{ID: "c0ffee"}, s.now))
	}
}

func (s *stage) check(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

func (s *stage) verify() {
	s.Helper()
	if s.Verify == nil {
		return
	}
	wrong, err := s.Verify()
	s.check(err)
	for _, w := range wrong {
		s.Error(w)
	}
}

// turn makes one decision.
func (s *stage) turn(store runner.Store, decide func(w *plan.World) plan.Decision) {
	s.Helper()
	_, err := store.Update(context.Background(), s.now, decide)
	s.check(err)
}

// look reads the world and decides nothing.
func (s *stage) look(store runner.Store) (p *plan.PipelineState) {
	s.Helper()
	s.turn(store, func(w *plan.World) plan.Decision {
		p = clonePipeline(w.Pipelines[0])
		return plan.Decision{}
	})
	return p
}

// create makes runs of the days from first to last.
func (s *stage) create(first, last int) {
	s.Helper()
	s.turn(s.Store, func(*plan.World) plan.Decision {
		var d plan.Decision
		for n := first; n <= last; n++ {
			d.Create = append(d.Create, plan.NewRun{Pipeline: "p", Interval: daily(n), Due: daily(n).End})
		}
		return d
	})
}

// start starts the first queued run with all its tasks.
func (s *stage) start() (id int64) {
	s.Helper()
	s.turn(s.Store, func(w *plan.World) plan.Decision {
		run := w.Pipelines[0].Lanes[0].Queued[0]
		id = run.ID
		return plan.Decision{Runs: []plan.RunChange{{Run: run, From: plan.RunQueued, To: plan.RunRunning, Born: s.born()}}}
	})
	return id
}

func (s *stage) born() []plan.Instance {
	var all []plan.Instance
	for _, t := range s.def.Tasks {
		all = append(all, plan.Instance{Task: t.ID, MapIndex: -1, TryLimit: t.Retries + 1})
	}
	return all
}

// move takes a task instance of the first running run along a path, one change a turn.
func (s *stage) move(task string, path ...plan.State) {
	s.Helper()
	for _, to := range path {
		s.turn(s.Store, func(w *plan.World) plan.Decision { return moveOne(w.Pipelines[0].Running[0], task, to, s.now) })
	}
}

// moveOne is a decision that makes one change, with what it means for the attempt.
func moveOne(run *plan.Run, task string, to plan.State, now time.Time) plan.Decision {
	var in plan.Instance
	for _, in = range run.Instances {
		if in.Task == task {
			break
		}
	}
	c := plan.TaskChange{Run: run, Task: task, MapIndex: -1, From: in.State, To: to, Try: in.Try, TryLimit: in.TryLimit}
	if to == plan.Queued {
		c.Try++
	}
	if to == plan.Retrying {
		c.NotBefore = now.Add(time.Minute)
	}
	d := plan.Decision{Tasks: []plan.TaskChange{c}}
	a := plan.AttemptChange{Pipeline: run.Pipeline, At: now, ExitCode: -1,
		AttemptKey: plan.AttemptKey{Run: run.ID, Task: task, MapIndex: -1, Try: c.Try}}
	switch {
	case to == plan.Queued:
		d.Attempts = []plan.AttemptChange{a}
	case to == plan.Running:
		a.To = plan.AttemptRunning
		d.Attempts = []plan.AttemptChange{a}
	case in.State.Live():
		a.To = plan.AttemptSuccess
		if to != plan.Success {
			a.To, a.ExitCode, a.Reason = plan.AttemptFailed, 1, "exit 1"
		}
		d.Attempts = []plan.AttemptChange{a}
	}
	return d
}

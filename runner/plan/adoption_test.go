package plan

import (
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// adopted is a world as a runner finds it after a crash: one run with one open attempt.
func adopted(t *testing.T, in Instance) *World {
	t.Helper()
	def, problems := pipelines.Parse("p.yaml", []byte("tasks: {a: 'echo hi'}\n"), nil, nil)
	if problems.Errors() > 0 {
		t.Fatal(problems)
	}
	at := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
	run := &Run{ID: 1, Pipeline: "p", Interval: timetable.Interval{Start: at, End: at}, State: RunRunning, StartedAt: at, Instances: []Instance{in}}
	return &World{Parallelism: 1, Pipelines: []*PipelineState{{Name: "p", Def: def, Lanes: []*Lane{{}}, Running: []*Run{run}}}}
}

func TestAnAttemptThatACrashKeptFromBeginningIsStartedAgainUnderItsOwnNumber(t *testing.T) {
	w := adopted(t, Instance{Task: "a", MapIndex: -1, State: Queued, Try: 3, TryLimit: 3, Open: true})
	key := AttemptKey{Run: 1, Task: "a", MapIndex: -1, Try: 3}
	w.Reports = []Report{{AttemptKey: key, Event: Unbegun}}
	d := Step(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), w)
	if len(d.Start) != 1 || d.Start[0].AttemptKey != key || len(d.Tasks)+len(d.Attempts)+len(d.Runs) != 0 {
		t.Errorf("%+v", d)
	}
}

func TestAnUnbegunAttemptThatNobodyWantsAnyMoreEndsAsCancelledAndTheNextBegins(t *testing.T) {
	w := adopted(t, Instance{Task: "a", MapIndex: -1, State: Waiting, Try: 3, TryLimit: 4, Open: true, Cancelling: true})
	w.Reports = []Report{{AttemptKey: AttemptKey{Run: 1, Task: "a", MapIndex: -1, Try: 3}, Event: Unbegun}}
	d := Step(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), w)
	if len(d.Attempts) != 2 || d.Attempts[0].To != AttemptCancelled || d.Attempts[1].To != AttemptQueued || len(d.Start) != 1 || d.Start[0].Try != 4 {
		t.Errorf("%+v", d)
	}
}

func TestTheFirstLookAfterAStartCancelsAgainWhatMayNotHaveBeenHeard(t *testing.T) {
	for _, adopting := range []bool{true, false} {
		w := adopted(t, Instance{Task: "a", MapIndex: -1, State: Waiting, Try: 1, TryLimit: 2, Open: true, Cancelling: true})
		w.Adopting = adopting
		d := Step(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), w)
		if (len(d.Cancel) == 1) != adopting {
			t.Errorf("adopting %v: cancels %v", adopting, d.Cancel)
		}
	}
}

func TestAnUnbegunAttemptOfATaskThatIsDeclaredNoMoreIsNotStarted(t *testing.T) {
	w := adopted(t, Instance{Task: "gone", MapIndex: -1, State: Queued, Try: 1, TryLimit: 1, Open: true})
	w.Reports = []Report{{AttemptKey: AttemptKey{Run: 1, Task: "gone", MapIndex: -1, Try: 1}, Event: Unbegun}}
	d := Step(time.Date(2024, 1, 2, 0, 0, 0, 0, time.UTC), w)
	if len(d.Start) != 1 || d.Start[0].Task != "a" || d.Attempts[0].To != AttemptLost || w.Pipelines[0].Running[0].Instances[1].State != Skipped {
		t.Errorf("%+v", d)
	}
}

// The first look after a start leaves alone what the executor still holds, and what nobody
// has begun: it takes nothing back, and begins nothing twice.
func TestTheFirstLookAfterAStartTakesNothingBack(t *testing.T) {
	for _, s := range []struct {
		name  string
		lane  int64
		state RunState
		task  Instance
		begun int // attempts of the task after the look, where the pipeline may go on
	}{
		{"a_task_that_runs", 0, RunRunning, Instance{State: Running, Try: 2, Open: true}, 2},
		{"a_task_that_was_handed_over", 0, RunRunning, Instance{State: Queued, Try: 2, Open: true}, 2},
		{"a_task_that_waits_to_be_tried_again", 0, RunRunning, Instance{State: Retrying, Try: 1, NotBefore: day(9)}, 1},
		{"a_task_that_waits_in_a_queued_run", 0, RunQueued, Instance{State: Waiting}, 1},
		{"a_task_that_waits_in_a_run_of_a_backfill", 7, RunRunning, Instance{State: Waiting}, 1},
		{"a_task_that_runs_in_a_run_of_a_backfill", 7, RunRunning, Instance{State: Running, Try: 1, Open: true}, 1},
	} {
		for _, paused := range []bool{true, false} {
			m := newModel(t, graph(t, "a"))
			m.pipes[0].def.Timetable, m.pipes[0].paused = nil, paused
			m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, Paused: paused})
			run := m.insert("p", daily(0), Scheduled, s.lane, false)
			in := s.task
			in.Task, in.MapIndex, in.TryLimit, in.StartedAt = "a", -1, 3, m.now
			run.State, run.StartedAt, run.Instances = s.state, m.now, []Instance{in}
			if in.Open {
				m.attempts[in.key(run)] = AttemptRunning
			}
			w := m.world()
			w.Adopting = true
			d := Step(m.now, w)
			m.write(&d)
			m.agrees(w)
			now := run.Instances[0]
			if paused && (now.State != s.task.State || now.Try != s.task.Try || !d.Empty()) || !paused && now.Try != s.begun ||
				len(d.Cancel) > 0 || in.Open && (now.State != in.State || len(d.Start) > 0) {
				t.Errorf("%s, paused %v: %s, try %d, of %+v", s.name, paused, m.ending(run), now.Try, s.task)
			}
		}
	}
}

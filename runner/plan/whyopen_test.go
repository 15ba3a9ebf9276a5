package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// TestWhyAnswersInEverySituationThatIsNotFinal takes every way in which a task can be
// unfinished together with every thing that can hold it back.
func TestWhyAnswersInEverySituationThatIsNotFinal(t *testing.T) {
	states := []struct {
		name string
		do   func(q *WhyScope, in *Instance)
		says string // where nothing holds it back
	}{
		{"run_queued", func(q *WhyScope, in *Instance) { q.Run.State = RunQueued }, "waits: its run is queued, has room, and starts when the runner looks next."},
		{"unborn", func(q *WhyScope, in *Instance) { q.Run.State, q.Run.Instances = RunQueued, nil },
			"does not exist yet, as its run has not begun with it: its run is queued, has room, and starts when the runner looks next."},
		{"waiting", func(q *WhyScope, in *Instance) {}, "waits, and nothing holds it back: it starts when the runner looks next."},
		{"retrying", func(q *WhyScope, in *Instance) { in.State, in.Try, in.TryLimit, in.NotBefore = Retrying, 1, 2, day0 },
			"failed in attempt 1 of at most 2 and tries again, and nothing holds it back: it starts when the runner looks next."},
		{"queued", func(q *WhyScope, in *Instance) { in.State, in.Try, in.TryLimit, in.Open = Queued, 1, 1, true },
			"is queued: attempt 1 is with the executor, and it waits for a slot there, or its process has not been reported yet."},
		{"running", func(q *WhyScope, in *Instance) {
			in.State, in.Try, in.TryLimit, in.Open, in.StartedAt = Running, 1, 1, true, day0
		}, "is running since 2026-03-01T00:00:00Z, attempt 1 of at most 1."},
	}
	holds := []struct {
		name, states string // in which it matters
		do           func(q *WhyScope, in *Instance)
		says         string
	}{
		{"no_runner", "run_queued unborn waiting retrying queued running", func(q *WhyScope, in *Instance) { q.NoRunner = true }, "no runner is at work (tidemark run)"},
		{"paused", "run_queued unborn waiting retrying", func(q *WhyScope, in *Instance) { q.Pipeline.Paused = true }, "the pipeline is paused"},
		{"no_definition", "run_queued waiting retrying", func(q *WhyScope, in *Instance) { q.Pipeline.Def = nil }, "no valid file declares p"},
		{"backfill_paused", "run_queued unborn", func(q *WhyScope, in *Instance) {
			q.Run.Lane, q.Pipeline.Lanes = 7, []*Lane{{ID: 7, Paused: true}}
		}, "backfill 7 is paused"},
		{"runs", "run_queued unborn", func(q *WhyScope, in *Instance) { q.Active = 16 }, "16 of 16 runs are running"},
		{"queue", "run_queued unborn", func(q *WhyScope, in *Instance) { q.Active, q.Ahead = 9, 7 }, "7 runs before it in its queue"},
		{"cancelled", "waiting", func(q *WhyScope, in *Instance) { in.Open, in.Try = true, 1 }, "attempt 1 is being cancelled and has not ended yet"},
		{"upstream", "run_queued waiting retrying", func(q *WhyScope, in *Instance) { q.Pipeline.Def = graph(t, "a > b") }, "upstream a is running"},
		{"when", "run_queued waiting retrying", func(q *WhyScope, in *Instance) {
			q.Pipeline.Def = file(t, "tasks: {b: {run: x, when: \"${{ ds == '1' }}\"}}")
		}, "its when is false"},
		{"past", "run_queued waiting retrying", func(q *WhyScope, in *Instance) {
			q.Pipeline.Def.Tasks[1].DependsOnPast = true
			q.Run.Previous = &Run{Interval: daily(-1), State: RunRunning, Instances: []Instance{{Task: "b", MapIndex: -1, State: Running}}}
		}, "b of the run before, of 2026-02-28T00:00:00Z, is running"},
		{"delay", "retrying", func(q *WhyScope, in *Instance) { in.NotBefore = day(1) }, "the next try starts at 2026-03-02T00:00:00Z at the earliest"},
		{"pool", "run_queued waiting retrying", func(q *WhyScope, in *Instance) {
			set(q.Pipeline.Def, "b.pool=x b.slots=2")
			q.Pools, q.Taken = map[string]int{"x": 3}, map[string]int{"x": 2}
		}, "2 of 3 slots of pool x are taken, and it takes 2"},
		{"tasks", "run_queued waiting retrying", func(q *WhyScope, in *Instance) { q.Pipeline.Def.MaxActiveTasks, q.ActiveTasks = 3, 3 }, "3 of 3 tasks of p are at work"},
		{"slots", "run_queued waiting retrying", func(q *WhyScope, in *Instance) { q.Live = 4 }, "4 of 4 attempts are with the executor"},
		{"queue_timeout", "waiting retrying", func(q *WhyScope, in *Instance) {
			q.Pipeline.Def.Tasks[1].QueueTimeout, q.Live, in.NotBefore = 2*time.Hour, 4, day0.Add(-time.Hour)
		}, "4 of 4 attempts are with the executor; without room it fails at 2026-03-01T01:00:00Z"},
		{"secrets", "queued", func(q *WhyScope, in *Instance) {
			q.Pipeline.Def.Tasks[1].Secrets = []pipelines.Secret{{Name: "K", Command: []string{"x"}}}
		}, "it waits for the programs that print its secrets, or for its process"},
	}
	for _, state := range states {
		ask := func(do func(*WhyScope, *Instance)) WhyDoc {
			m := newModel(t, graph(t, "a, b"))
			run := m.add("p", 0)
			run.State, run.StartedAt, run.Instances = RunRunning, day0, []Instance{{Task: "a", MapIndex: -1, State: Running, Try: 1, Open: true}, {Task: "b", MapIndex: -1, TryLimit: 1}}
			q := m.ask("b", 0)
			q.Parallelism, q.Live, q.Active = 4, 1, 1
			in := &run.Instances[1]
			state.do(q, in)
			do(q, in)
			return Why(day0, q)
		}
		doc := ask(func(*WhyScope, *Instance) {})
		if !strings.HasSuffix(doc.Sentence, state.says) {
			t.Errorf("%s: %s", state.name, doc.Sentence)
		}
		for _, hold := range holds {
			doc := ask(hold.do)
			name := fmt.Sprint(state.name, ", ", hold.name)
			if strings.Count(doc.Sentence, ".") < 1 || !strings.HasSuffix(doc.Sentence, ".") || len(doc.Checks) == 0 {
				t.Errorf("%s: %s", name, doc.Sentence)
			}
			matters := strings.Contains(" "+hold.states+" ", " "+state.name+" ")
			if says := strings.Contains(doc.Sentence, hold.says); says != matters && (matters || state.name == "queued" || state.name == "running") {
				t.Errorf("%s: %s", name, doc.Sentence)
			}
			if doc.StartsWhen != nil && matters && hold.name != "delay" {
				t.Errorf("%s: it starts at %s", name, doc.StartsWhen)
			}
		}
	}
}

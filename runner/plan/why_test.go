package plan

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// ask asks why the task of daily interval n is as it is.
func (m *model) ask(task string, n int) *WhyScope {
	w := m.world()
	s := &WhyScope{Pipeline: w.Pipelines[0], Interval: daily(n), Task: task, MapIndex: -1, Run: m.at("p", day(n)), Parallelism: m.parallelism}
	for _, r := range m.runs {
		for i := range r.Instances {
			if r.Instances[i].Open {
				s.Live++
			}
		}
	}
	if s.Run != nil {
		s.Active = m.running(s.Run.Lane)
	}
	return s
}

func TestWhySaysOneSentence(t *testing.T) {
	for _, s := range []struct{ graph, events, task, state, says string }{
		{"a > b", "a^", "b", "waiting", "waits: upstream a is running."},
		{"a > c, b > c", "", "c", "waiting", "waits: upstream a is queued, and upstream b is queued."},
		{"a > c:one_success, b > c", "", "c", "waiting", "upstream a is queued, and upstream b is queued"},
		{"a > b", "", "a", "queued", "is queued: attempt 1 is with the executor"},
		{"a > b", "a^", "a", "running", "is running since 2026-03-01T00:00:00Z, attempt 1 of at most 1"},
		{"a:retries=1 > b", "a!", "a", "retrying", "failed in attempt 1 of at most 2 (exit 1) and tries again: the next try starts at 2026-03-01T00:01:00Z at the earliest"},
		{"a > b", "a!", "a", "failed", "failed: exit 1, after 1 attempt, at 2026-03-01T00:00:00Z"},
		{"a > b", "a!", "b", "upstream_failed", "did not run: upstream a failed."},
		{"a > b", "a~", "b", "skipped", "was skipped: upstream a was skipped."},
		{"a:retries=1 > b", "a! +1m a.", "a", "success", "succeeded, after 2 attempts"},
		{"a > b", "", "z", "absent", "does not exist: p has no such task."},
	} {
		m, _ := story(t, s.graph, s.events)
		q := m.ask(s.task, 0)
		for _, line := range m.log {
			if reason, ok := strings.CutPrefix(line, s.task+":"+s.state+" "); ok {
				q.Reason = reason
			}
		}
		if strings.Contains(s.says, ", at ") {
			q.EndedAt = m.now
		}
		doc := Why(m.now, q)
		if doc.State != s.state || !strings.Contains(doc.Sentence, s.says) {
			t.Errorf("%q %q: %s\n%s\n%+v", s.graph, s.events, doc.State, doc.Sentence, doc.Checks)
		}
	}
}

func TestWhySaysWhatHoldsAReadyTask(t *testing.T) {
	ready := func() *model {
		m := newModel(t, graph(t, "a, b:retries=1"))
		m.pipes[0].def.Timetable, m.parallelism = nil, 1
		m.add("p", 0)
		m.settle()
		return m
	}
	for _, s := range []struct {
		name string
		do   func(*model, *WhyScope)
		says string
	}{
		{"slots", func(m *model, q *WhyScope) {}, "waits: 1 of 1 attempts are with the executor."},
		{"paused", func(m *model, q *WhyScope) { q.Live, q.Pipeline.Paused = 0, true }, "waits: the pipeline is paused."},
		{"definition", func(m *model, q *WhyScope) { q.Live, q.Pipeline.Def = 0, nil }, "waits: no valid file declares p."},
		{"cancelling", func(m *model, q *WhyScope) { q.Live, q.Run.Instances[1].Open = 0, true }, "attempt 0 is being cancelled"},
		{"removed", func(m *model, q *WhyScope) { q.Live, q.Pipeline.Def = 0, graph(t, "a") }, "the task was removed"},
		{"queued", func(m *model, q *WhyScope) { q.Live, q.Run.State, q.Active = 0, RunQueued, 16 },
			"its run is queued, and 16 of 16 runs are running"},
		{"backfill", func(m *model, q *WhyScope) {
			q.Live, q.Run.State, q.Run.Lane = 0, RunQueued, 7
			q.Pipeline.Lanes = append(q.Pipeline.Lanes, &Lane{ID: 7, MaxActive: 2, Paused: true})
		}, "its run is queued, and backfill 7 is paused"},
		{"nothing", func(m *model, q *WhyScope) { q.Live = 0 }, "nothing holds it back"},
		{"retry", func(m *model, q *WhyScope) {
			q.Live, q.Run.Instances[1].State, q.Run.Instances[1].NotBefore = 0, Retrying, m.now
		}, "tries again, and nothing holds it back"},
	} {
		m := ready()
		q := m.ask("b", 0)
		s.do(m, q)
		doc := Why(m.now, q)
		if !strings.Contains(doc.Sentence, s.says) {
			t.Errorf("%s: %s\n%+v", s.name, doc.Sentence, doc.Checks)
		}
		if starts := doc.StartsWhen != nil; starts != strings.Contains(s.says, "nothing") {
			t.Errorf("%s: starts %v", s.name, doc.StartsWhen)
		}
	}
}

func TestWhyKnowsTheNextTry(t *testing.T) {
	m, _ := story(t, "a:retries=1", "a!")
	if doc := Why(m.now, m.ask("a", 0)); doc.StartsWhen == nil || !doc.StartsWhen.Equal(m.now.Add(time.Minute)) {
		t.Errorf("%+v", doc)
	}
}

func TestWhyEvaluatesWhen(t *testing.T) {
	for when, says := range map[string]string{
		"ds == '2026-03-01'": "nothing holds it back", "ds != '2026-03-01'": "its when is false", "int(ds) == 1": "its when cannot be evaluated",
	} {
		m := newModel(t, file(t, "tasks: {a: {run: x, when: \"${{ "+when+" }}\"}}"))
		run := m.add("p", 0)
		run.State, run.Instances = RunRunning, []Instance{{Task: "a", MapIndex: -1, TryLimit: 1}}
		if doc := Why(m.now, m.ask("a", 0)); !strings.Contains(doc.Sentence, says) {
			t.Errorf("%s: %s", when, doc.Sentence)
		}
	}
}

func TestWhyIsThereNoRun(t *testing.T) {
	for _, s := range []struct {
		name string
		n    int // the interval
		do   func(m *model, q *WhyScope)
		says string
	}{
		{"not_due", 2, func(m *model, q *WhyScope) {}, "does not exist yet: the interval is due at 2026-03-04T00:00:00Z."},
		{"due_now", 1, func(m *model, q *WhyScope) {}, "is looked at next (catchup: true)"},
		{"paused", 1, func(m *model, q *WhyScope) { q.Pipeline.Paused = true }, "the pipeline is paused"},
		{"paused_and_not_due", 5, func(m *model, q *WhyScope) { q.Pipeline.Paused = true }, "due at 2026-03-07T00:00:00Z, and the pipeline is paused"},
		{"before_start", -3, func(m *model, q *WhyScope) {}, "starts before start_date 2026-03-01T00:00:00Z; tidemark backfill p -s 2026-02-26"},
		{"after_end", 1, func(m *model, q *WhyScope) { q.Pipeline.Def.End = day0 }, "starts after end_date"},
		{"skipped", 0, func(m *model, q *WhyScope) { q.Skipped = &timetable.Stretch{Reason: "catchup: false"} }, "passed over the interval (catchup: false); tidemark backfill"},
		{"passed", 0, func(m *model, q *WhyScope) { q.Pipeline.Last = daily(1) }, "the schedule has gone past the interval"},
		{"off_grid", 0, func(m *model, q *WhyScope) { q.Interval.Start = day0.Add(time.Hour) }, "no interval of @daily starts then"},
		{"no_schedule", 0, func(m *model, q *WhyScope) { q.Pipeline.Def.Timetable = nil }, "has no schedule"},
		{"no_definition", 0, func(m *model, q *WhyScope) { q.Pipeline.Def = nil }, "no valid file declares"},
	} {
		m := newModel(t, graph(t, "a"))
		m.pipes[0].def.Schedule = "@daily"
		m.now = day(2).Add(time.Hour)
		q := m.ask("a", s.n)
		s.do(m, q)
		doc := Why(m.now, q)
		if doc.State != "absent" || !strings.Contains(doc.Sentence, s.says) {
			t.Errorf("%s: %s", s.name, doc.Sentence)
		}
		if starts := doc.StartsWhen != nil; starts != (s.name == "not_due" || s.name == "due_now") {
			t.Errorf("%s: starts %v", s.name, doc.StartsWhen)
		}
	}
}

func TestWhyHasARunNoSuchTask(t *testing.T) {
	for says, do := range map[string]func(*Run){
		"the run was made for other":     func(r *Run) { r.Partial = true },
		"was added after the run had":    func(r *Run) { r.State = RunSuccess },
		"the runner adds it when it":     func(r *Run) { r.State = RunRunning },
		"has not begun with it: its run": func(r *Run) {},
	} {
		m := newModel(t, graph(t, "a > b"))
		run := m.add("p", 0)
		do(run)
		if doc := Why(m.now, m.ask("b", 0)); !strings.Contains(doc.Sentence, says) {
			t.Errorf("%s: %s", says, doc.Sentence)
		}
	}
}

func TestWhyMentionsAnAttemptThatStillEnds(t *testing.T) {
	m, _ := story(t, "a", "a^")
	m.instance(1, "a", -1).State = Success
	doc := Why(m.now, m.ask("a", 0))
	if last := doc.Checks[len(doc.Checks)-1]; last.OK || last.Name != "attempt" {
		t.Errorf("%+v", doc.Checks)
	}
	text, _ := json.Marshal(doc)
	if !strings.HasPrefix(string(text), `{"schema":"tidemark.why/1","pipeline":"p","interval_start":"2026-03-01T00:00:00Z","task":"a","state":"success"`) {
		t.Errorf("%s", text)
	}
}

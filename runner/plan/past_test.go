package plan

import (
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// twoDays has a run of yesterday, whose tasks ended as before says, and one of today, of
// which nothing has happened. It steps once and returns how today's run stands then.
func twoDays(t *testing.T, edges, before string, do ...func(*model)) (*model, string) {
	t.Helper()
	m := newModel(t, graph(t, edges))
	m.pipes[0].def.Timetable = nil
	if before != "none" {
		first := m.add("p", 0)
		first.State = RunRunning
		for _, word := range strings.Fields(before) {
			task, state, _ := strings.Cut(word, "=")
			s, _ := ParseState(state)
			in := Instance{Task: task, MapIndex: -1, State: s, TryLimit: 1, Try: 1, Open: s.Live(), StartedAt: m.now}
			first.Instances = append(first.Instances, in)
			m.attempts[in.key(first)] = AttemptRunning
		}
	}
	second := m.add("p", 1)
	for _, f := range do {
		f(m)
	}
	m.settle()
	return m, m.ending(second)
}

// over ends the run of yesterday with the instances that it has, and with no others.
func over(m *model) { m.runs[0].State, m.runs[0].EndedAt, m.runs[0].Partial = RunFailed, m.now, true }

func TestATaskThatDependsOnItsPast(t *testing.T) {
	for _, s := range []struct {
		name, graph, before, end string
		do                       []func(*model)
	}{
		{"the_first_run_passes", "a:past", "none", "a=queued* | running", nil},
		{"after_a_success", "a:past", "a=success", "a=queued* | running", nil},
		{"after_a_skip", "a:past", "a=skipped", "a=queued* | running", nil},
		{"not_after_a_failure", "a:past", "a=failed", "a=waiting | running", nil},
		{"nor_where_its_upstream_failed", "a:past", "a=upstream_failed", "a=waiting | running", nil},
		{"not_while_it_runs", "a:past", "a=running", "a=waiting | running", nil},
		{"nor_while_it_waits", "a:past", "a=retrying", "a=waiting | running", nil},
		{"nor_before_it_has_begun", "x > a:past", "x=running", "x=success a=waiting | running", []func(*model){
			func(m *model) {
				m.runs[0].Instances = append(m.runs[0].Instances, Instance{Task: "a", MapIndex: -1})
				m.runs[1].State = RunRunning
				m.runs[1].Instances = []Instance{{Task: "x", MapIndex: -1, State: Success}, {Task: "a", MapIndex: -1}}
			}}},
		{"who_does_not_ask_does_not_wait", "a:past, b", "a=failed b=failed", "a=waiting b=queued* | running", nil},
		{"other_tasks_do_not_count", "a:past, b", "a=success b=failed", "a=queued* b=queued* | running", nil},
		{"what_follows_does_not_count", "a:past > b", "a=success b=failed", "a=queued* b=waiting | running", nil},
		{"unless_it_waits_for_downstream", "a:downstream > b", "a=success b=failed", "a=waiting b=waiting | running", nil},
		{"downstream_that_has_ended_well", "a:downstream > b", "a=success b=skipped", "a=queued* b=waiting | running", nil},
		{"downstream_that_runs", "a:downstream > b", "a=success b=running", "a=waiting b=waiting | running", nil},
		{"downstream_that_has_not_begun", "a:downstream > b, x > b", "a=success x=running b=waiting", "a=waiting x=queued* b=waiting | running", nil},
		{"downstream_that_was_blocked", "a:downstream > b", "a=success b=upstream_failed", "a=waiting b=waiting | running", nil},
		{"downstream_that_is_tried_again", "a:downstream > b", "a=success b=retrying", "a=waiting b=waiting | running", nil},
		{"only_what_is_directly_downstream", "a:downstream > b > c", "a=success b=success c=failed", "a=queued* b=waiting c=waiting | running", nil},
		{"downstream_that_is_absent", "a:downstream > b", "a=success", "a=queued* b=waiting | running", []func(*model){over}},
		{"a_task_that_never_ran", "a, b:past", "a=failed", "a=queued* b=queued* | running", []func(*model){over}},
		{"a_task_that_only_the_last_run_lacks", "a, b:past", "a=failed", "a=queued* b=waiting | running", []func(*model){over,
			func(m *model) {
				m.add("p", -1).Instances = []Instance{{Task: "b", State: Success}}
				m.runs[0].State = RunSuccess
			}}},
		{"a_task_that_an_earlier_run_gets_now", "a, b:past", "a=failed", "a=queued* b=waiting | running", []func(*model){over,
			func(m *model) {
				earlier := m.add("p", -1)
				earlier.State, earlier.Instances = RunRunning, []Instance{{Task: "a", MapIndex: -1, State: Success}}
			}}},
		{"a_run_before_that_has_not_begun", "a:past", "", "a=waiting | running", []func(*model){
			func(m *model) {
				m.runs[0].State = RunQueued
				m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, Paused: true})
				m.runs[0].Lane = 7
			}}},
		{"the_first_of_a_backfill_passes", "a:past", "a=failed", "a=queued* | running", []func(*model){over,
			func(m *model) {
				m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, First: day(1)})
				m.runs[1].Lane = 7
			}}},
		{"the_second_does_not", "a:past", "a=failed", "a=waiting | running", []func(*model){over,
			func(m *model) {
				m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, First: day(0)})
				m.runs[1].Lane = 7
			}}},
		{"a_skip_does_not_wait", "b > a:past", "a=failed b=success", "b=skipped a=skipped | success", []func(*model){
			func(m *model) {
				m.runs[1].State = RunRunning
				m.runs[1].Instances = []Instance{{Task: "b", MapIndex: -1, State: Skipped}, {Task: "a", MapIndex: -1}}
			}}},
	} {
		t.Run(s.name, func(t *testing.T) {
			if _, end := twoDays(t, s.graph, s.before, s.do...); end != s.end {
				t.Errorf("%q after %q\n got %s\nwant %s", s.graph, s.before, end, s.end)
			}
		})
	}
}

// What a run looks back at, by who asked for it and for the one before, and by how long ago
// that was. Only the first run of a backfill does not look.
func TestTheRunBeforeCountsWhoeverAskedForIt(t *testing.T) {
	for _, catchup := range []timetable.CatchupMode{timetable.CatchupTrue, timetable.CatchupFalse} {
		for _, before := range []Kind{Scheduled, Backfilled, Manual} {
			for _, days := range []int{1, 2, 10} {
				for _, now := range []string{"scheduled", "manual", "backfill"} {
					want := "a=waiting | running" // in Airflow with catchup, a manual run before does not count
					if now == "backfill" {
						want = "a=queued* | running"
					}
					if got := afterAFailure(t, catchup, before, days, now); got != want {
						t.Errorf("catchup %v, %s, and a %s run %d days after: %s, want %s", catchup, before, now, days, got, want)
					}
				}
			}
		}
	}
}

// afterAFailure has a run whose only task failed, and some days later one that depends on it.
func afterAFailure(t *testing.T, catchup timetable.CatchupMode, before Kind, days int, now string) string {
	t.Helper()
	m := newModel(t, graph(t, "a:past"))
	m.pipes[0].def.Catchup = timetable.Catchup{Mode: catchup}
	first := m.insert("p", daily(0), before, 0, false)
	m.pipes[0].last = daily(days)
	m.settle()
	m.happens(first, "a!")
	m.settle()
	m.now = day(days + 1)
	switch now {
	case "scheduled":
		m.pipes[0].last = daily(days - 1)
	case "manual":
		p, err := Trigger(m.now, m.scope("p"), TriggerArgs{Interval: daily(days)})
		if err != nil {
			t.Fatal(err)
		}
		m.apply(p)
	case "backfill":
		m.apply(m.backfill(BackfillArgs{Selector: Selector{Start: day(days), End: day(days + 1)}, Reprocess: ReprocessFailed}))
	}
	m.settle()
	return m.ending(m.at("p", day(days)))
}

func TestOneStepIsEnoughForTheNextRun(t *testing.T) {
	m, _ := twoDays(t, "a:past", "a=running")
	m.happens(m.runs[0], "a.")
	m.step()
	if end := m.ending(m.runs[1]); end != "a=queued* | running" {
		t.Error(end)
	}
}

func TestWhyNamesTheRunBefore(t *testing.T) {
	for before, says := range map[string]string{
		"a=failed":  "waits: a of the run before, of 2026-03-01T00:00:00Z, is failed.",
		"a=running": "waits: a of the run before, of 2026-03-01T00:00:00Z, is running.",
		"b=success": "has no a",
	} {
		m, _ := twoDays(t, "a:past, b", before, func(m *model) { m.pipes[0].paused = true })
		q := m.ask("a", 1)
		q.Pipeline.Paused = false
		if says == "has no a" {
			q.Pipeline.Lanes[0].Queued[0].Previous.Instances = nil
		}
		q.Run = q.Pipeline.Lanes[0].Queued[0]
		q.Run.State, q.Run.Instances, q.Run.Fresh = RunRunning, []Instance{{Task: "a", MapIndex: -1}}, nil
		if doc := Why(m.now, q); !strings.Contains(doc.Sentence, says) {
			t.Errorf("%s: %s", before, doc.Sentence)
		}
	}
}

// A backfill may depend on its past whatever it does with runs that exist (Airflow wants them
// to be run again); only backwards it may not.
func TestABackfillThatGoesBackwardsCannotDependOnThePast(t *testing.T) {
	for _, s := range []struct{ graph, tasks string }{{"a:past, b", ""}, {"a:past, b", "a"}, {"a:past, b", "b"}, {"a, b", ""}, {"a:downstream > b", ""}} {
		for _, how := range []Reprocess{ReprocessNone, ReprocessFailed, ReprocessCompleted} {
			for _, backwards := range []bool{false, true} {
				args := BackfillArgs{Selector: Selector{Start: day(0), End: day(2), TaskRegex: s.tasks}, Reprocess: how, Backwards: backwards}
				_, err := Backfill(day(9), &PipelineScope{Name: "p", Def: graph(t, s.graph)}, args)
				refused := false
				if r, ok := err.(*Refusal); ok {
					refused = r.Code == "backwards-past"
				}
				if want := backwards && s.tasks != "b" && strings.Contains(s.graph, ":"); refused != want || !want && err != nil {
					t.Errorf("%s of %q, backwards %v, --reprocess %s: %v", s.tasks, s.graph, backwards, how, err)
				}
			}
		}
	}
}

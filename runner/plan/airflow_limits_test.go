package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
)

func TestHowManyTasksOfEachRunBegin(t *testing.T) {
	type load struct{ busy, ready int }
	for _, s := range []struct {
		name  string
		bound int
		runs  []load
		want  string
	}{
		{"each_run_has_the_bound_for_itself", 2, []load{{2, 1}, {1, 2}, {0, 3}}, "0 1 2"},
		{"a_long_queue_of_one_takes_nothing_from_another", 4, []load{{0, 13}, {0, 12}, {0, 11}, {0, 1}}, "4 4 4 1"},
		{"what_is_at_work_counts", 4, []load{{2, 10}}, "2"},
		{"no_bound", 0, []load{{2, 3}, {0, 3}}, "3 3"},
	} {
		t.Run(s.name, func(t *testing.T) {
			most := 0
			for _, l := range s.runs {
				most = max(most, l.busy+l.ready)
			}
			var ids []string
			for i := range most {
				ids = append(ids, fmt.Sprintf("t%02d", i))
			}
			m := newModel(t, graph(t, strings.Join(ids, ", ")))
			m.parallelism, m.pipes[0].def.Timetable, m.pipes[0].def.MaxActiveTasksPerRun = 100, nil, s.bound
			for n, l := range s.runs {
				run := m.add("p", n)
				run.State, run.StartedAt = RunRunning, m.now
				for i, id := range ids {
					in := Instance{Task: id, MapIndex: -1, State: Success, Try: 1, TryLimit: 1}
					switch {
					case i < l.busy:
						in.State, in.Open, in.StartedAt = Running, true, m.now
						m.attempts[in.key(run)] = AttemptRunning
					case i < l.busy+l.ready:
						in.State, in.Try = Waiting, 0
					}
					run.Instances = append(run.Instances, in)
				}
			}
			begun := m.begun()
			var got []string
			for n := range s.runs {
				got = append(got, fmt.Sprint(strings.Count(begun, fmt.Sprintf("p:%d/", n))))
			}
			if strings.Join(got, " ") != s.want {
				t.Errorf("begun %s, want %s: %s", got, s.want, begun)
			}
		})
	}
}

func TestOneLookIsEnoughForManyPipelines(t *testing.T) {
	sizes := []int{1300, 1200, 1100, 100, 90, 80}
	var defs []*pipelines.Pipeline
	for i, n := range sizes {
		var ids []string
		for j := range n {
			ids = append(ids, fmt.Sprintf("t%04d", j))
		}
		def := graph(t, strings.Join(ids, ", "))
		def.Name, def.Timetable, def.MaxActiveTasksPerRun = fmt.Sprintf("p%d", i), nil, 4
		defs = append(defs, def)
	}
	m := newModel(t, defs...)
	for _, def := range defs {
		m.add(def.Name, 0)
	}
	d := m.step()
	begun := map[string]int{}
	for _, s := range d.Start {
		begun[s.Def.Name]++
	}
	for i, def := range defs {
		if begun[def.Name] != 4 {
			t.Errorf("of %d tasks %d begin", sizes[i], begun[def.Name])
		}
	}
	if more := m.begun(); more != "" {
		t.Errorf("a second look begins %s", more)
	}
}

func TestHowManyRunsOfEachKindStart(t *testing.T) {
	for _, s := range []struct {
		name                               string
		scheduled, backfilled, other       int // queued
		maxRuns, maxBackfill               int
		wantLive, wantBackfilled, wantElse int
	}{
		{"a_backlog_does_not_starve_a_backfill_or_a_neighbour", 30, 6, 10, 1, 3, 1, 3, 10},
		{"nor_a_backfill_the_schedule", 5, 6, 3, 1, 3, 1, 3, 3},
		{"each_up_to_its_own_bound", 2, 2, 0, 16, 1, 2, 1, 0},
	} {
		t.Run(s.name, func(t *testing.T) {
			one, other := graph(t, "a"), graph(t, "a")
			other.Name = "q"
			m := newModel(t, one, other)
			one.Timetable, other.Timetable, one.MaxActiveRuns = nil, nil, s.maxRuns
			m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, MaxActive: s.maxBackfill})
			for n := range s.scheduled {
				m.insert("p", daily(n), Scheduled, 0, false)
			}
			for n := range s.backfilled {
				m.insert("p", daily(-1-n), Backfilled, 7, false)
			}
			for n := range s.other {
				m.insert("q", daily(n), Scheduled, 0, false)
			}
			m.settle()
			neighbours := 0
			for _, r := range m.runs {
				if r.Pipeline == "q" && r.State == RunRunning {
					neighbours++
				}
			}
			if live := m.running(0) - neighbours; live != s.wantLive || m.running(7) != s.wantBackfilled || neighbours != s.wantElse {
				t.Errorf("%d live, %d of the backfill, %d of the neighbour run; want %d, %d, %d",
					live, m.running(7), neighbours, s.wantLive, s.wantBackfilled, s.wantElse)
			}
		})
	}
}

func TestWhenARetryMayBegin(t *testing.T) {
	for name, s := range map[string][2]string{
		"not_a_moment_before_its_delay_is_over": {"a! +2m59s", "a=retrying | running"},
		"when_it_is_over":                       {"a! +3m", "a=queued* | running"},
		"the_last_try_ends_it":                  {"a! +3m a!", "a=failed | failed"},
	} {
		t.Run(name, func(t *testing.T) {
			const file = "tasks:\n  a: {run: echo, retries: 1, retry_delay: 3m}\n"
			if _, got := story(t, file, s[0]); got != s[1] {
				t.Errorf("got %s, want %s", got, s[1])
			}
		})
	}
}

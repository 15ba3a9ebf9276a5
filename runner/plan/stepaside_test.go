package plan

import (
	"strings"
	"testing"
	"time"
)

// fullLane is a pipeline in which two runs may be running: the first of its days is queued, as
// an order left it, and the days after it hold both places.
func fullLane(t *testing.T, edges string, do func(*model)) *model {
	t.Helper()
	m := newModel(t, graph(t, edges))
	m.pipes[0].def.Timetable, m.pipes[0].def.MaxActiveRuns = nil, 2
	for n := range 3 {
		r := m.add("p", n)
		for _, task := range m.pipes[0].def.Tasks {
			r.Instances = append(r.Instances, Instance{Task: task.ID, MapIndex: -1, TryLimit: 1})
		}
		if n > 0 {
			r.State, r.StartedAt = RunRunning, m.now
		}
	}
	if do != nil {
		do(m)
	}
	m.settle()
	return m
}

func (m *model) runStates() string {
	var words []string
	for _, r := range m.runs {
		words = append(words, r.State.String())
	}
	return strings.Join(words, " ")
}

func TestWhoWaitsForAnEarlierRunGivesItItsPlace(t *testing.T) {
	for _, s := range []struct {
		name, graph, states string
		do                  func(*model)
	}{
		{"the_newest_steps_aside", "a:past", "running running queued", nil},
		{"who_does_not_depend_stays", "a", "queued running running", nil},
		{"who_has_something_to_do_stays", "a:past, b", "queued running running", nil},
		{"who_has_a_retry_coming_stays", "a:past, b", "queued running running", func(m *model) {
			for _, r := range m.runs[1:] {
				r.Instances[1].State, r.Instances[1].NotBefore = Retrying, m.now.Add(time.Hour)
			}
		}},
		{"only_one_is_needed", "a:past, b", "running queued running", func(m *model) { m.runs[1].Instances[1].State = Success }},
		{"behind_a_failure_nobody_steps_aside", "a:past", "failed running running", func(m *model) {
			m.runs[0].State, m.runs[0].Instances[0].State = RunFailed, Failed
		}},
		{"nor_in_a_paused_pipeline", "a:past", "queued running running", func(m *model) { m.pipes[0].paused = true }},
		{"nor_where_there_is_room", "a:past", "running running running", func(m *model) { m.pipes[0].def.MaxActiveRuns = 3 }},
		{"nor_for_a_run_of_another_lane", "a:past", "queued running running", func(m *model) {
			m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, Paused: true})
			m.runs[0].Lane = 7
		}},
		{"where_the_newest_come_first_the_lane_turns_round", "a:past", "running running queued", func(m *model) {
			m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, Backwards: true})
			for _, r := range m.runs {
				r.Lane = 7
			}
		}},
	} {
		t.Run(s.name, func(t *testing.T) {
			if m := fullLane(t, s.graph, s.do); m.runStates() != s.states {
				t.Errorf("got %s, want %s", m.runStates(), s.states)
			}
		})
	}
}

// TestLanesThatWaitForEachOther: the run before each of the running ones is in the other
// lane, and the earliest of all waits for a place.
func TestLanesThatWaitForEachOther(t *testing.T) {
	m := fullLane(t, "a:past", func(m *model) {
		m.pipes[0].def.MaxActiveRuns = 1
		m.pipes[0].lanes = append(m.pipes[0].lanes, Lane{ID: 7, MaxActive: 1, First: day(-9)})
		m.runs[1].Lane = 7
	})
	if got := m.runStates(); got != "running running queued" {
		t.Errorf("at first: %s", got)
	}
	for _, r := range m.runs {
		m.happens(r, "a.")
		m.settle()
	}
	if got := m.runStates(); got != "success success success" {
		t.Errorf("at last: %s", got)
	}
}

// TestWhoSteppedAsideComesBackInItsTurn: two early days are put back while two later ones,
// which have begun, wait for them.
func TestWhoSteppedAsideComesBackInItsTurn(t *testing.T) {
	m := fullLane(t, "a:past", func(m *model) {
		r := m.add("p", 3)
		r.State, r.Instances = RunRunning, []Instance{{Task: "a", MapIndex: -1, TryLimit: 1}}
		m.runs[1].State = RunQueued
	})
	for i, want := range []string{"running running queued queued", "success running running queued",
		"success success running running", "success success success running", "success success success success"} {
		if got := m.runStates(); got != want {
			t.Errorf("after %d: %s, want %s", i, got, want)
		}
		if i < len(m.runs) {
			m.happens(m.runs[i], "a.")
			m.settle()
		}
	}
}

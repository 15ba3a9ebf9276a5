package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// What users of Airflow expect of orders, beside the selections of airflow_test.go
// and the backfills of airflow_backfill_test.go.

func TestWhatAClearMakesOfEachState(t *testing.T) {
	for state := Waiting; state <= Removed; state++ {
		m := standing(t, graph(t, "a, b"), "a="+state.String()+" b=running")
		run := m.runs[0]
		if state == Retrying {
			in := m.instance(run.ID, "a", -1)
			delete(m.attempts, in.key(run))
			in.Open, in.NotBefore = false, m.now.Add(time.Hour)
		}
		m.parallelism = 0 // nothing starts
		p := m.clear(ClearArgs{Selector: selects("^a$")})
		action := map[State]Action{Waiting: "", Queued: Restart, Running: Restart, Removed: ""}
		want, special := action[state]
		if !special {
			want = Rerun
		}
		var got Action
		if len(p.Instances) > 0 {
			got = p.Instances[0].Action
		}
		m.apply(p)
		after := m.instance(run.ID, "a", -1)
		if !run.StartedAt.IsZero() || len(p.Runs) > 0 && p.Runs[0].Action == Reopen {
			t.Errorf("clear of %s: a run that runs begins anew: %+v", state, p.Runs)
		}
		if got != want || (after.State != Waiting) != (state == Removed) || !after.NotBefore.IsZero() || run.State != RunRunning {
			t.Errorf("clear of %s: %q leads to %s, want %q", state, got, shortState(after), want)
		}
	}
}

// Whoever asked for a run and however it ended, it is queued again.
func TestAClearedRunIsQueuedWhateverItWas(t *testing.T) {
	for _, kind := range []Kind{Scheduled, Backfilled, Manual} {
		for _, event := range []string{"a.", "a!", "a~"} {
			m := newModel(t, graph(t, "a"))
			m.pipes[0].def.Timetable = nil
			run := m.insert("p", daily(0), kind, 0, false)
			m.settle()
			m.happens(run, event)
			m.settle()
			if !run.State.Final() {
				t.Fatal(m.ending(run))
			}
			m.apply(m.clear(ClearArgs{Selector: selects("--all 1..2")}))
			if got := m.ending(run); got != "a=waiting | queued" || run.Kind != kind {
				t.Errorf("%s run after %s: %s, now %s", kind, event, got, run.Kind)
			}
		}
	}
}

// What is cleared while it runs has all its tries again, whatever becomes of the attempt.
func TestATaskThatIsClearedWhileItRunsHasAllItsTriesAgain(t *testing.T) {
	for _, end := range []string{"a.", "a!", "a~", "a-", "a?", "a%"} {
		m, _ := story(t, "a:retries=2", "a! +1m a! +1m a^")
		m.apply(m.clear(ClearArgs{Selector: selects("--all")}))
		m.settle()
		m.happens(m.runs[0], end)
		m.settle()
		if in := m.runs[0].Instances[0]; m.ending(m.runs[0]) != "a=queued* | running" || in.Try != 4 || in.TryLimit != 6 {
			t.Errorf("after %s: %s, try %d of %d", end, m.ending(m.runs[0]), in.Try, in.TryLimit)
		}
	}
}

// Whether a task is left out is asked again: what was skipped may run, and what ran be skipped.
func TestAClearAsksWhenAgain(t *testing.T) {
	for _, choice := range []string{"b", "c"} {
		m, _ := story(t, "tasks:\n  a: echo\n  b: {needs: a, when: \"${{ tasks.a.results.x == 'b' }}\", run: echo}\n"+
			"  c: {needs: a, when: \"${{ tasks.a.results.x == 'c' }}\", run: echo}\n", "a.x=b b.")
		run := m.runs[0]
		if got := m.ending(run); got != "a=success b=success c=skipped | success" {
			t.Fatal(got)
		}
		m.again("^[bc]$")
		if got := m.ending(run); got != "a=success b=queued* c=skipped | running" {
			t.Error(got)
		}
		m.again("^[abc]$")
		m.happens(run, "b-")
		m.happens(run, "a.x="+choice)
		m.settle()
		want := map[string]string{"b": "a=success b=queued* c=skipped | running", "c": "a=success b=skipped c=queued* | running"}[choice]
		if got := m.ending(run); got != want {
			t.Errorf("with %s: %s", choice, got)
		}
	}
}

// A schedule that begins later makes nothing, whatever exists before it.
func TestAScheduleThatBeginsLaterMakesNothingYet(t *testing.T) {
	for _, kind := range []Kind{Backfilled, Manual} {
		m := newModel(t, graph(t, "a"))
		m.pipes[0].def.Timetable = nil
		run := m.insert("p", daily(-9), kind, 0, false)
		m.now = day(-3)
		m.settle()
		m.happens(run, "a.")
		m.settle()
		for _, catchup := range []timetable.CatchupMode{timetable.CatchupTrue, timetable.CatchupFalse, timetable.CatchupNone} {
			schedule(t, m.pipes[0].def, timetable.Catchup{Mode: catchup})
			m.settle()
			if len(m.runs) != 1 || m.runs[0].State != RunSuccess {
				t.Errorf("catchup %v makes %s", catchup, show(m.runs))
			}
		}
	}
}

// A person may ask for any interval; what is unusual about it is said.
func TestATriggerOutsideTheSchedule(t *testing.T) {
	for _, s := range []struct {
		day  int
		says string // in order, by their beginnings
	}{
		{-1, "the interval starts before start_date 2026-03-01T00:00:00Z"}, {0, ""}, {1, ""}, {2, "the interval starts after end_date 2026-03-02T00:00:00Z"},
		{5, "the interval is not over before 2026-03-07T00:00:00Z: its data may be incomplete\nthe interval starts after end_date 2026-03-02T00:00:00Z"},
	} {
		m := newModel(t, graph(t, "a"))
		m.pipes[0].def.Start, m.pipes[0].def.End = day(0), day(1)
		m.now = day(5)
		p, err := m.trigger(daily(s.day))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(p.Warnings, "\n"); got != s.says || runsOfPlan(p) != day(s.day).Format("0102")+" create does not exist" {
			t.Errorf("day %d: %s, %q", s.day, runsOfPlan(p), got)
		}
	}
}

// A pause holds runs that have begun and runs that have not: nothing new begins in either.
func TestAPauseHoldsRunsInWhateverStateTheyAre(t *testing.T) {
	for _, begun := range []bool{true, false} {
		for _, paused := range []bool{true, false} {
			m := newModel(t, graph(t, "a > b"))
			m.pipes[0].def.Timetable = nil
			run := m.add("p", 0)
			if begun {
				m.settle()
				m.happens(run, "a.")
			}
			m.pipes[0].paused = paused
			if got := m.begun(); (got == "") != paused {
				t.Errorf("begun %v, paused %v: %q begins", begun, paused, got)
			}
			m.pipes[0].paused = false
			if got := m.begun(); (got != "") != paused {
				t.Errorf("begun %v, then unpaused: %q begins", begun, got)
			}
		}
	}
}

// The first attempt of every task is its first try, however little the task does; what a
// clear runs again goes on counting.
func TestTriesAreCountedFromOneAndForEver(t *testing.T) {
	m, _ := story(t, "tasks:\n  real: {run: ./work.sh, retries: 1}\n  empty: {run: 'true'}\n", "")
	tries := func() string {
		return fmt.Sprint(m.instance(1, "real", -1).Try, m.instance(1, "empty", -1).Try)
	}
	for _, s := range []struct{ events, tries string }{
		{"", "1 1"}, {"empty.", "1 1"}, {"real! +5m", "2 1"}, {"real.", "2 1"}, {"clear", "3 2"}, {"real? empty.", "4 2"}, {"real.", "4 2"},
	} {
		for _, e := range strings.Fields(s.events) {
			if e == "clear" {
				m.again(".")
				continue
			}
			m.happens(m.runs[0], e)
			m.settle()
		}
		if got := tries(); got != s.tries {
			t.Errorf("after %q: %s, want %s", s.events, got, s.tries)
		}
	}
}

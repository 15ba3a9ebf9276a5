package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What users of Airflow expect of orders, beside the selections of airflow_test.go.

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
		if got != want || (after.State != Waiting) != (state == Removed) || !after.NotBefore.IsZero() || run.State != RunRunning {
			t.Errorf("clear of %s: %q leads to %s, want %q", state, got, shortState(after), want)
		}
	}
}

func TestABackfillRunsItsDaysInOrder(t *testing.T) {
	for _, s := range []struct {
		backwards bool
		most      int
	}{{false, 2}, {true, 2}, {false, 1}, {true, 1}, {false, 5}, {true, 5}} {
		m := newModel(t, graph(t, "a"))
		m.now, m.pipes[0].last = day(9), daily(8)
		args := fills("1..5")
		args.Backwards, args.MaxActiveRuns = s.backwards, s.most
		p := m.backfill(args)
		for _, r := range p.Runs {
			if r.Action != Create || *r.To != RunQueued {
				t.Errorf("%+v", r)
			}
		}
		m.apply(p)
		m.log = nil
		for range 9 {
			m.settle()
			if n := m.running(1); n > s.most {
				t.Errorf("%d run, %d may", n, s.most)
			}
			m.endOne()
		}
		want := []string{"0301", "0302", "0303", "0304", "0305"}
		if s.backwards {
			slices.Reverse(want)
		}
		var begun []string
		for _, line := range m.log {
			if day, ok := strings.CutSuffix(line, ">running"); ok {
				begun = append(begun, day)
			}
		}
		if !slices.Equal(begun, want) {
			t.Errorf("%+v: %v, want %v", s, begun, want)
		}
	}
}

// endOne lets one open attempt end well.
func (m *model) endOne() {
	for _, run := range m.runs {
		for i := range run.Instances {
			if in := &run.Instances[i]; in.Open {
				m.happens(run, in.Task+".")
				return
			}
		}
	}
}

func TestABackfillNeverReachesTheFutureWhicheverWayItGoes(t *testing.T) {
	for _, s := range []struct {
		backwards bool
		hours     int // after the start of the 4th
		runs      string
		later     string
	}{
		{false, 12, "0302 0303", "0304 0305"}, {true, 12, "0303 0302", "0304 0305"},
		{false, 24, "0302 0303 0304", "0305"}, {true, 24, "0304 0303 0302", "0305"},
		{true, 0, "0303 0302", "0304 0305"}, {true, 48, "0305 0304 0303 0302", ""}, {true, -72, "", "0302 0303 0304 0305"}, {true, -12, "0302", "0303 0304 0305"},
	} {
		m := newModel(t, graph(t, "a"))
		m.now = day(3).Add(time.Duration(s.hours) * time.Hour)
		args := fills("2..5")
		args.Backwards, args.MaxActiveRuns = s.backwards, 1
		p := m.backfill(args)
		var runs, later []string
		for _, r := range p.Runs {
			runs = append(runs, r.IntervalStart.Format("0102"))
		}
		for _, u := range p.Untouched {
			if u.State == "not due" {
				later = append(later, u.IntervalStart.Format("0102"))
			}
		}
		if strings.Join(runs, " ") != s.runs || strings.Join(later, " ") != s.later {
			t.Errorf("%+v: makes %v, and not %v", s, runs, later)
		}
	}
}

func TestABackfillOfOneDayThatDependsOnItsPast(t *testing.T) {
	for _, earlier := range []string{"", "a.", "a!"} {
		m := newModel(t, graph(t, "a:past"))
		m.now, m.pipes[0].last = day(9), daily(8)
		if earlier != "" {
			m.add("p", 2)
			m.settle()
			m.happens(m.runs[0], earlier)
			m.settle()
		}
		m.apply(m.backfill(fills("5..5")))
		m.settle()
		run := m.at("p", day(4))
		if got := m.ending(run); got != "a=queued* | running" {
			t.Fatalf("after %q: %s", earlier, got)
		}
		m.happens(run, "a.")
		m.settle()
		if got := m.ending(run); got != "a=success | success" {
			t.Errorf("after %q: %s", earlier, got)
		}
	}
}

func TestABackfillGoesLevelByLevelInAllItsRuns(t *testing.T) {
	m := newModel(t, graph(t, "x > l1, y > l1, l1 > l2, l2 > l3"))
	m.now, m.pipes[0].last = day(9), daily(8)
	m.apply(m.backfill(fills("1..3")))
	var levels []string
	for range 9 {
		count := map[string]int{}
		for _, name := range strings.Fields(m.begun()) {
			_, task, _ := strings.Cut(name, "/")
			count[task]++
		}
		if len(count) == 0 {
			break
		}
		levels = append(levels, fmt.Sprint(count))
		for _, run := range m.runs {
			for i := range run.Instances {
				if in := &run.Instances[i]; in.Open {
					m.happens(run, in.Task+".")
				}
			}
		}
	}
	if got := strings.Join(levels, " "); got != "map[x:3 y:3] map[l1:3] map[l2:3] map[l3:3]" {
		t.Error(got)
	}
	for _, run := range m.runs {
		if run.State != RunSuccess {
			t.Error(m.ending(run))
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

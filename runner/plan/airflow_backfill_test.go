package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// What users of Airflow expect of backfills.

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

package plan

import (
	"strings"
	"testing"
	"time"
)

func TestARunWhoseTimeIsOverFails(t *testing.T) {
	for _, s := range []struct{ name, graph, events, end, log string }{
		{"in_time", "a > b", "a^ +59m a. b.", "a=success b=success | success", ""},
		{"what_runs_is_cancelled_and_what_waits_is_skipped", "a > b", "a^ +1h", "a=failed* b=skipped | running", "b:skipped run_timeout"},
		{"and_the_run_ends_when_it_has_ended", "a > b", "a^ +1h a-", "a=failed b=skipped | failed", "a:failed run_timeout"},
		{"also_where_a_failure_is_allowed", "a:allowed > b", "a^ +1h a-", "a=failed b=skipped | failed", ""},
		{"what_has_ended_stays", "a > b", "a. b^ +2h b-", "a=success b=failed | failed", ""},
		{"a_retry_is_not_waited_for", "a:retries=2", "a! +59s +1h", "a=skipped | failed", "a:skipped run_timeout"},
		{"the_end_in_the_last_moment_counts", "a", "a^ +59m +59s a.", "a=success | success", ""},
	} {
		m := newModel(t, graph(t, s.graph))
		m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
		run := m.add("p", 0)
		m.settle()
		for _, event := range strings.Fields(s.events) {
			m.happens(run, event)
			m.settle()
		}
		if end := m.ending(run); end != s.end || !strings.Contains(strings.Join(m.log, "\n"), s.log) {
			t.Errorf("%s\n got %s\nwant %s\n%s", s.name, end, s.end, strings.Join(m.log, "\n"))
		}
	}
}

// A run whose time is over gives its place to the next one when what it runs has ended.
func TestTheNextRunBeginsWhenOneWhoseTimeWasOverHasEnded(t *testing.T) {
	for most, second := range map[int]string{1: "a=queued* | running", 2: "a=failed | failed"} {
		m := newModel(t, graph(t, "a"))
		m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout, m.pipes[0].def.MaxActiveRuns = nil, time.Second, most
		first, next := m.add("p", 0), m.add("p", 1)
		m.settle()
		for _, event := range []string{"a^", "+2s"} {
			m.happens(first, event)
			m.settle()
		}
		if got := m.ending(first); got != "a=failed* | running" || most == 1 && next.State != RunQueued {
			t.Errorf("%d at once: %s, and the next is %s", most, got, m.ending(next))
		}
		for _, run := range m.runs[:most] {
			m.happens(run, "a-")
		}
		m.settle()
		if got := m.ending(first); got != "a=failed | failed" || m.ending(next) != second {
			t.Errorf("%d at once: %s, and the next is %s", most, got, m.ending(next))
		}
	}
}

func TestTheLoopWakesWhenARunsTimeIsOver(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
	m.add("p", 0)
	m.settle()
	if d := m.step(); !d.Wake.Equal(m.now.Add(time.Hour)) {
		t.Errorf("it wakes at %s", d.Wake)
	}
}

func TestWhatTimedOutCanBeMarkedAsGood(t *testing.T) {
	m := newModel(t, graph(t, "a > b"))
	m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
	run := m.add("p", 0)
	m.settle()
	for _, event := range []string{"a^", "+2h", "a-"} {
		m.happens(run, event)
		m.settle()
	}
	if p := m.mark(marks("a -d", Success)); runsOfPlan(p) != "0301 mark nothing that failed counts" {
		t.Errorf("%s, of a run that is %s", runsOfPlan(p), m.ending(run))
	}
	if p := m.mark(marks("b", Failed)); !strings.Contains(runsOfPlan(p), "0301 none") {
		t.Errorf("%s, of a run that is %s", runsOfPlan(p), m.ending(run))
	}
}

func TestATaskThatIsAddedWhenTheTimeIsOverIsSkipped(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
	run := m.add("p", 0)
	m.settle()
	m.happens(run, "a^")
	m.settle()
	m.happens(run, "+1h")
	m.settle()
	m.pipes[0].def = graph(t, "a, b")
	m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
	m.settle()
	if end := m.ending(run); end != "a=failed* b=skipped | running" {
		t.Error(end)
	}
}

package plan

import (
	"strings"
	"testing"
	"time"
)

// change replaces the definition of p.
func (m *model) change(edges string) {
	def := graph(m.t, edges)
	def.Timetable = nil
	m.pipes[0].def = def
}

func TestATaskAddedToAnUnfinishedRunIsBornInIt(t *testing.T) {
	m, _ := story(t, "a > c", "a.")
	m.change("a > b > c")
	m.settle()
	if got := show(m.runs); got != "0301 running a=success b=queued* c=queued*\n" {
		t.Error(got)
	}
}

func TestATaskRemovedFromThePipelineIsSkipped(t *testing.T) {
	m, _ := story(t, "a > b > c", "a^")
	m.change("a > c")
	m.happens(m.runs[0], "a.")
	m.settle()
	if got := show(m.runs); got != "0301 running a=success c=queued* b=skipped\n" {
		t.Error(got)
	}
	if !strings.Contains(strings.Join(m.log, "\n"), "b:skipped task removed from the pipeline") {
		t.Error(m.log)
	}
}

func TestATaskRemovedWhileItRunsEndsAsItEnds(t *testing.T) {
	m, _ := story(t, "a, b", "b^ a.")
	m.change("a")
	m.settle()
	m.happens(m.runs[0], "b!")
	m.settle()
	if got := show(m.runs); got != "0301 failed a=success b=failed\n" {
		t.Error(got)
	}
}

func TestAPartialRunHoldsOnlyWhatWasAskedFor(t *testing.T) {
	m := newModel(t, graph(t, "a > b > c"))
	m.pipes[0].def.Timetable = nil
	run := m.insert("p", daily(0), Backfilled, 0, true)
	run.Instances = []Instance{{Task: "b", MapIndex: -1, TryLimit: 1}}
	m.settle()
	if got := m.ending(run); got != "b=queued* | running" {
		t.Error(got)
	}
	m.happens(run, "b.")
	m.settle()
	if got := m.ending(run); got != "b=success | success" {
		t.Error(got)
	}
}

func TestWhenDecides(t *testing.T) {
	def := file(t, `
tasks:
  a: {run: "true", when: "${{ ds == '2026-03-01' }}"}
  b: {run: "true", needs: a, when: "${{ ds != '2026-03-01' }}"}
  c: {run: "true", needs: b}
  d: {run: "true", when: "${{ int(ds) == 1 }}"}
`)
	m := newModel(t, def)
	run := m.add("p", 0)
	m.settle()
	m.happens(run, "a.")
	m.settle()
	log := strings.Join(m.log, "\n")
	for _, want := range []string{"a:success", "b:skipped when: false", "c:skipped upstream b was skipped", "d:failed when: "} {
		if !strings.Contains(log, want) {
			t.Errorf("no %q in\n%s", want, log)
		}
	}
	if run.State != RunFailed {
		t.Error(run.State)
	}
}

func TestAMarkedInstanceEndsItsAttempt(t *testing.T) {
	m, _ := story(t, "a > b", "a^")
	in := m.instance(m.runs[0].ID, "a", -1)
	in.State = Success
	d := m.step()
	if len(d.Cancel) != 1 || d.Cancel[0].Task != "a" || len(d.Start) != 1 {
		t.Errorf("%+v", d)
	}
	if d := m.step(); len(d.Cancel) > 0 {
		t.Error("cancelled twice")
	}
	m.happens(m.runs[0], "b.")
	m.settle()
	if m.runs[0].State != RunRunning {
		t.Error("a run ended that has an open attempt")
	}
	m.happens(m.runs[0], "a!")
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success b=success | success" || m.attempts[in.key(m.runs[0])] != AttemptCancelled {
		t.Error(got)
	}
}

func TestAClearedAttemptEndsBeforeTheNextBegins(t *testing.T) {
	m, _ := story(t, "a", "a^")
	m.apply(m.clear(ClearArgs{Selector: Selector{TaskRegex: "a"}}))
	if d := m.settle(); len(d.Start) > 0 || m.ending(m.runs[0]) != "a=waiting* | running" {
		t.Error(m.ending(m.runs[0]))
	}
	first := AttemptKey{Run: 1, Task: "a", MapIndex: -1, Try: 1}
	m.reports = append(m.reports,
		Report{AttemptKey: first, Event: Started, Time: m.now},
		Report{AttemptKey: first, Event: Ended, Time: m.now, StartedAt: m.now.Add(-time.Second)},
		Report{AttemptKey: first, Event: Ended, Time: m.now})
	d := m.step()
	if len(d.Start) != 1 || d.Start[0].Try != 2 || m.attempts[first] != AttemptCancelled {
		t.Errorf("%+v", d)
	}
}

func TestReportsOfOthersMeanNothing(t *testing.T) {
	m, _ := story(t, "a:retries=1", "a! +1m a^")
	for _, k := range []AttemptKey{
		{Run: 1, Task: "a", MapIndex: -1, Try: 1}, {Run: 1, Task: "a", MapIndex: -1, Try: 3},
		{Run: 1, Task: "b", MapIndex: -1, Try: 2}, {Run: 2, Task: "a", MapIndex: -1, Try: 2}, {Run: 1, Task: "a", MapIndex: 0, Try: 2},
	} {
		m.reports = append(m.reports, Report{AttemptKey: k, Event: Ended, Time: m.now})
	}
	if d := m.step(); !d.Empty() {
		t.Errorf("%+v", d)
	}
}

func TestAnEndTellsHowLongItTook(t *testing.T) {
	m, _ := story(t, "a, b, c", "a^ +90s")
	run := m.runs[0]
	m.happens(run, "a.")
	m.happens(run, "b.")
	m.reports = append(m.reports, Report{AttemptKey: m.instance(1, "c", -1).key(run), Event: Ended, Time: m.now, StartedAt: m.now.Add(-time.Minute)})
	want := map[string]time.Duration{"a": 90 * time.Second, "b": 0, "c": time.Minute}
	for _, c := range m.step().Tasks {
		if c.Duration != want[c.Task] {
			t.Errorf("%s took %s", c.Task, c.Duration)
		}
	}
}

func TestAFailureMarkedAwayLeavesNoGreenRun(t *testing.T) {
	m, _ := story(t, "a > b, c", "a!")
	m.instance(1, "a", -1).State = Success
	m.happens(m.runs[0], "c.")
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success b=upstream_failed c=success | failed" {
		t.Error(got)
	}
}

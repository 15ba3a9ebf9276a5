package plan

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// made lists the intervals of a decision by date: what is made, and in brackets what is
// passed over.
func made(d *Decision) string {
	var words []string
	for _, s := range d.Skip {
		words = append(words, fmt.Sprintf("[%s-%s %d %s]", s.First.Start.Format("0102"), s.Last.Start.Format("0102"), s.Count, s.Reason))
	}
	for _, c := range d.Create {
		words = append(words, c.Interval.Start.Format("0102"))
	}
	return strings.Join(words, " ")
}

func TestTheScheduleMakesWhatIsDue(t *testing.T) {
	noon := func(n int) time.Time { return day(n).Add(12 * time.Hour) }
	for _, s := range []struct {
		name    string
		catchup string
		now     time.Time
		made    string
		cursor  int // the interval at which the schedule stands
		next    int // the interval whose end is the next instant that matters
	}{
		{"true_makes_all", "true", noon(3), "0301 0302 0303", 2, 3},
		{"at_the_very_end_it_is_due", "true", day(1), "0301", 0, 1},
		{"false_makes_the_latest_at_once", "false", noon(3), "[0301-0302 2 catchup: false] 0303", 2, 3},
		{"none_makes_nothing_that_was_due", "none", noon(3), "[0301-0303 3 catchup: none]", 2, 3},
		{"none_remembers_its_first_sight", "none", noon(0), "", -1, 0},
		{"last_makes_the_newest", "last:2", noon(3), "[0301-0301 1 catchup: last 2] 0302 0303", 2, 3},
		{"max_age_makes_the_young", "max_age:36h", noon(3), "[0301-0301 1 older than 1d12h] 0302 0303", 2, 3},
	} {
		t.Run(s.name, func(t *testing.T) {
			m := newModel(t, graph(t, "a"))
			m.pipes[0].def.Catchup, _ = timetable.ParseCatchup(s.catchup)
			m.now = s.now
			d := m.step()
			if got := made(&d); got != s.made {
				t.Errorf("made %s, want %s", got, s.made)
			}
			if m.pipes[0].last != daily(s.cursor) {
				t.Errorf("stands at %v, want %v", m.pipes[0].last, daily(s.cursor))
			}
			if !d.Wake.Equal(day(s.next + 1)) {
				t.Errorf("wakes at %v", d.Wake)
			}
			if again := m.settle(); len(again.Create)+len(again.Skip)+len(again.Cursors) > 0 {
				t.Errorf("a second look does more: %s", made(&again))
			}
		})
	}
}

func TestCatchupNoneRunsTheIntervalThatWasInProgress(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Catchup = timetable.Catchup{Mode: timetable.CatchupNone}
	m.now = day(2).Add(time.Hour)
	m.settle()
	m.now = day(3)
	if d := m.step(); made(&d) != "0303" {
		t.Errorf("made %s", made(&d))
	}
}

func TestALongCatchupComesInChunks(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now, m.maxCreate = day(10), 4
	for _, want := range []string{"0301 0302 0303 0304", "0305 0306 0307 0308", "0309 0310"} {
		d := m.step()
		if made(&d) != want || !d.Again {
			t.Errorf("made %s, again %v, want %s", made(&d), d.Again, want)
		}
	}
}

func TestOtherPoliciesAreNotCutIntoChunks(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Catchup = timetable.Catchup{Mode: timetable.CatchupLastN, N: 6}
	m.now, m.maxCreate = day(10), 4
	if d := m.step(); made(&d) != "[0301-0304 4 catchup: last 6] 0305 0306 0307 0308 0309 0310" {
		t.Errorf("made %s", made(&d))
	}
}

func TestAPausedPipelineMakesAndStartsNothing(t *testing.T) {
	m := newModel(t, graph(t, "a > b"))
	m.now = day(1)
	m.settle()
	m.pipes[0].paused = true
	m.now = day(3)
	m.happens(m.at("p", day(0)), "a.")
	d := m.step()
	if len(d.Create)+len(d.Start) > 0 || !d.Wake.IsZero() {
		t.Errorf("%+v", d)
	}
	if end := m.ending(m.at("p", day(0))); end != "a=success b=waiting | running" {
		t.Error(end)
	}
	m.pipes[0].paused = false
	m.settle()
	if len(m.runs) != 3 || m.ending(m.runs[0]) != "a=success b=queued* | running" {
		t.Errorf("%s", show(m.runs))
	}
}

func TestAPipelineWithoutADefinitionIsOnlyListenedTo(t *testing.T) {
	m := newModel(t, graph(t, "a:retries=1 > b"))
	run := m.add("p", 0)
	m.settle()
	m.pipes[0].def = nil
	m.happens(run, "a!")
	d := m.step()
	if end := m.ending(run); end != "a=retrying b=waiting | running" || len(d.Start) > 0 {
		t.Error(end)
	}
	m.now = m.now.Add(time.Hour)
	if d := m.step(); !d.Empty() || !d.Wake.IsZero() {
		t.Errorf("%+v", d)
	}
}

func TestAPipelineWithoutAScheduleMakesNothing(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Timetable = nil
	m.now = day(9)
	if d := m.step(); !d.Empty() {
		t.Errorf("%+v", d)
	}
}

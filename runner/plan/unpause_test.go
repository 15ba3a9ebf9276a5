package plan

import (
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// paused is a scope whose schedule has reached the first day, looked at after the fifth.
func paused(t *testing.T, c timetable.Catchup) *PipelineScope {
	m := newModel(t, graph(t, "a > b"))
	schedule(t, m.pipes[0].def, c)
	m.pipes[0].last, m.pipes[0].paused = daily(0), true
	m.add("p", 2)
	s := m.scope("p")
	return s
}

func TestUnpauseSaysWhatBecomesOfWhatWasMissed(t *testing.T) {
	for _, c := range []struct {
		missed                Missed
		runs, untouched, last string
		skip                  int
	}{
		{MissedPolicy, "", "", "2026-03-01T00:00:00Z", 0},
		{MissedCatchup, "0302 create missed while paused, 0304 create missed while paused, 0305 create missed while paused",
			"0303 queued: already exists: queued", "2026-03-05T00:00:00Z", 0},
		{MissedSkip, "", "", "2026-03-05T00:00:00Z", 4},
	} {
		p, err := Unpause(day(5), paused(t, timetable.Catchup{}), UnpauseArgs{Missed: c.missed})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, s := range p.Live.Skip {
			n += s.Count
		}
		if runsOfPlan(p) != c.runs || untouchedOf(p) != c.untouched || stamp(p.Live.Last.Start) != c.last || n != c.skip || p.Live.Paused || p.Empty() {
			t.Errorf("%q: %s; %s; %+v", c.missed, runsOfPlan(p), untouchedOf(p), p.Live)
		}
		keepsItsWord(t, p)
	}
	two, err := Unpause(day(5), paused(t, timetable.Catchup{Mode: timetable.CatchupLastN, N: 2}), UnpauseArgs{})
	if err != nil || len(two.Warnings) != 1 || !strings.Contains(two.Warnings[0], "the schedule makes 2 (catchup: last 2)") {
		t.Errorf("%v, %q", err, two.Warnings)
	}
	s := paused(t, timetable.Catchup{})
	s.Paused = false
	if p, err := Unpause(day(5), s, UnpauseArgs{Missed: MissedCatchup}); err != nil || !p.Empty() {
		t.Errorf("what is not paused is not unpaused: %v", err)
	}
}

// A run that was made with some tasks is no reason to leave the others of its interval out.
func TestUnpauseCompletesARunThatWasMadeWithSomeTasks(t *testing.T) {
	for _, state := range []State{Waiting, Success} {
		s := paused(t, timetable.Catchup{})
		run := s.Runs[0]
		run.Partial = true
		run.Instances = []Instance{{Task: "b", MapIndex: -1, State: state, TryLimit: 1}}
		if state.Final() {
			run.State = RunSuccess
		}
		p, err := Unpause(day(5), s, UnpauseArgs{Missed: MissedCatchup})
		if err != nil {
			t.Fatal(err)
		}
		want := map[State]string{Waiting: "0303 none is queued", Success: "0303 reopen was success"}[state]
		if got := runsOfPlan(p); !strings.Contains(got, want) || untouchedOf(p) != "" {
			t.Errorf("%s: %s; %s", state, got, untouchedOf(p))
		}
		n := 0
		for _, r := range p.Instances {
			if r.Run == run.ID {
				n++
				if r.Task != "a" || r.Action != Create {
					t.Errorf("%s: %+v", state, r)
				}
			}
		}
		if n != 1 {
			t.Errorf("%s: %d rows of the run of some tasks", state, n)
		}
		keepsItsWord(t, p)
	}
}

// An undo of an unpause puts the schedule back where it stood, unless it has moved on: then
// what the order made is the schedule's own.
func TestAnUndoneUnpauseStaysWhereTheScheduleHasMovedOn(t *testing.T) {
	live := &Live{Pipeline: "p", WasPaused: true, Last: placeOf(daily(4)), WasLast: placeOf(daily(0)), Skip: []Passed{{Count: 1}}}
	made := RunImage{Pipeline: "p", Run: 7, Interval: daily(3), Action: Create, Now: ptr(RunQueued)}
	back, err := Undo(day0, &UndoScope{Operation: 3, Live: live, Last: daily(4), Runs: []RunImage{made}}, UndoArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if l := back.Live; !l.Paused || !l.Last.equal(live.WasLast) || len(l.Unskip) != 1 || runsOfPlan(back) != "0304 remove was made by it and never began" {
		t.Errorf("%+v, %s", l, runsOfPlan(back))
	}
	later, err := Undo(day0, &UndoScope{Operation: 3, Live: live, Last: daily(5), Runs: []RunImage{made}}, UndoArgs{})
	if err != nil {
		t.Fatal(err)
	}
	if l := later.Live; !l.Paused || !l.Last.equal(placeOf(daily(5))) || len(l.Unskip) != 0 || runsOfPlan(later) != "0304 none "+claimed {
		t.Errorf("%+v, %s", l, runsOfPlan(later))
	}
	none, err := Undo(day0, &UndoScope{Operation: 3, Live: live, Last: daily(4), Paused: true}, UndoArgs{})
	if err != nil || none.Live != nil {
		t.Errorf("it is paused again already: %+v", none.Live)
	}
}

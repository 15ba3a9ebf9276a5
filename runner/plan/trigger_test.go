package plan

import (
	"errors"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

func (m *model) trigger(v timetable.Interval) (*Plan, error) {
	return Trigger(m.now, m.scope("p"), TriggerArgs{Interval: v})
}

func TestATriggerNeitherConsumesNorDoublesATick(t *testing.T) {
	m := past(t, "a > b", 2)
	v := timetable.Interval{Start: day(2), End: day(3)} // the interval in progress
	p, err := m.trigger(v)
	if err != nil || runsOfPlan(p) != "0303 create does not exist" || rowsOfPlan(p) != "0303 a create of the run, 0303 b create of the run" || len(p.Warnings) != 1 {
		t.Fatal(err, p)
	}
	m.apply(p)
	m.settle()
	m.now = day(4)
	m.settle()
	if got := len(m.runs); got != 4 || m.at("p", day(2)) == nil || m.at("p", day(3)) == nil {
		t.Errorf("%d runs\n%s", got, show(m.runs))
	}
	if m.pipes[0].last.Start != day(3) {
		t.Errorf("the schedule stands at %v", m.pipes[0].last)
	}
}

func TestOneIntervalHasOneRun(t *testing.T) {
	m := past(t, "a", 2)
	var r *Refusal
	if _, err := m.trigger(timetable.Interval{Start: day(1), End: day(2)}); !errors.As(err, &r) || r.Code != "exists" ||
		r.Help != "to run it again: tidemark clear p --interval 2026-03-02T00:00:00Z" {
		t.Errorf("%+v", r)
	}
	if _, err := m.trigger(timetable.Interval{Start: day(1).Add(time.Hour), End: day(1).Add(2 * time.Hour)}); !errors.As(err, &r) || r.Code != "overlaps" {
		t.Errorf("%+v", r)
	}
	if _, err := Trigger(m.now, &PipelineScope{Name: "q"}, TriggerArgs{}); !errors.As(err, &r) || r.Code != "no-definition" {
		t.Errorf("%+v", r)
	}
}

func TestATriggerChoosesWhatIsComplete(t *testing.T) {
	tt, err := timetable.New(timetable.Spec{Cron: "@daily", Start: day(0)})
	if err != nil {
		t.Fatal(err)
	}
	if v, ok := ManualInterval(tt, day(2).Add(time.Hour)); !ok || v.Start != day(1) || v.End != day(2) {
		t.Errorf("%v", v)
	}
	if v, ok := ManualInterval(nil, day(2)); !ok || v.Start != day(2) || v.End != day(2) {
		t.Errorf("%v", v)
	}
}

func TestATriggerIsTakenBackUntilItBegins(t *testing.T) {
	m := past(t, "a", 1)
	before := show(m.runs)
	p, err := m.trigger(timetable.Interval{Start: day(5), End: day(6)})
	if err != nil {
		t.Fatal(err)
	}
	m.apply(m.undo(m.apply(p)))
	if got := show(m.runs); got != before {
		t.Errorf("%s", got)
	}
}

package plan

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// fills is a backfill of the days from..to with a selector's words.
func fills(words string) BackfillArgs {
	return BackfillArgs{Selector: selects(words)}
}

func TestBackfillMakesEveryIntervalOfTheRange(t *testing.T) {
	m := newModel(t, graph(t, "a > b"))
	m.now = day(2)
	p := m.backfill(fills("-1..1"))
	if got := runsOfPlan(p); got != "0227 create does not exist, 0228 create does not exist, 0301 create does not exist" {
		t.Error(got)
	}
	if len(p.Instances) != 6 || p.Counts.RunsCreated != 3 || p.Counts.ByState["absent"] != 6 || p.Bounds.Count != 3 {
		t.Errorf("%+v", p.Counts)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "2 intervals start before start_date") {
		t.Error(p.Warnings)
	}
	if r := p.Runs[0]; r.State != nil || *r.To != RunQueued || r.Partial || !r.Due.Equal(day(-1)) || r.Ordinal != 1 {
		t.Errorf("%+v", r)
	}
}

func TestBackfillNeverMakesWhatIsNotDue(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now = day(2)
	p := m.backfill(fills("2..4"))
	if runsOfPlan(p) != "0302 create does not exist" {
		t.Error(runsOfPlan(p))
	}
	if got := untouchedOf(p); got != "0303 not due: due at 2026-03-04T00:00:00Z, 0304 not due: due at 2026-03-05T00:00:00Z" {
		t.Error(got)
	}
	if p = m.backfill(fills("5..900")); len(p.Untouched) != maxListed || len(p.Warnings) != 2 || len(p.Runs) != 0 ||
		p.Warnings[0] != "none of these intervals is over yet: the first is due at 2026-03-06T00:00:00Z" {
		t.Errorf("%d listed, %v", len(p.Untouched), p.Warnings)
	}
}

func TestBackwardsRunsTheNewestFirst(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now = day(3)
	args := fills("1..3")
	args.Backwards, args.MaxActiveRuns = true, 2
	p := m.backfill(args)
	if runsOfPlan(p) != "0303 create does not exist, 0302 create does not exist, 0301 create does not exist" {
		t.Error(runsOfPlan(p))
	}
	if p.Lane.MaxActive != 2 || !p.Lane.Backwards || p.Runs[2].Ordinal != 3 || !p.Instances[0].IntervalStart.Equal(day(0)) {
		t.Errorf("%+v", p.Lane)
	}
}

// mixed is a model with a success, a failure and a run in flight on days 1 to 3.
func mixed(t *testing.T) *model {
	m := newModel(t, graph(t, "a > b"))
	m.pipes[0].def.Timetable = nil
	for n, events := range []string{"a. b.", "a!", "a^"} {
		run := m.add("p", n)
		m.settle()
		for _, e := range strings.Fields(events) {
			m.happens(run, e)
			m.settle()
		}
	}
	schedule(t, m.pipes[0].def, timetable.Catchup{})
	m.now = day(5)
	return m
}

func TestReprocessSaysWhatHappensToRunsThatExist(t *testing.T) {
	for _, s := range []struct {
		how                   Reprocess
		rows, runs, untouched string
	}{
		{ReprocessNone, "0304 a create matched, 0304 b create matched", "0304 create does not exist",
			"0301 success: already exists: success, 0302 failed: already exists: failed, 0303 running: in flight"},
		{ReprocessFailed, "0302 a rerun matched, 0302 b rerun matched, 0304 a create matched, 0304 b create matched",
			"0302 reopen was failed, 0304 create does not exist",
			"0301 success: already exists: success, 0303 running: in flight"},
		{ReprocessCompleted, "0301 a rerun matched, 0301 b rerun matched, 0302 a rerun matched, 0302 b rerun matched, 0304 a create matched, 0304 b create matched",
			"0301 reopen was success, 0302 reopen was failed, 0304 create does not exist", "0303 running: in flight"},
	} {
		args := fills("1..4")
		args.Reprocess = s.how
		p := mixed(t).backfill(args)
		if rowsOfPlan(p) != s.rows || runsOfPlan(p) != s.runs || untouchedOf(p) != s.untouched {
			t.Errorf("%s:\n%s\n%s\n%s", s.how, rowsOfPlan(p), runsOfPlan(p), untouchedOf(p))
		}
	}
}

func TestBackfillOfSomeTasksLeavesTheOthersAbsent(t *testing.T) {
	m := newModel(t, graph(t, "a > b > c, b > d"))
	m.now = day(2)
	m.pipes[0].def.Catchup = timetable.Catchup{Mode: timetable.CatchupNone}
	p := m.backfill(fills("^c$ 1..1 -u"))
	if got := rowsOfPlan(p); got != "0301 a create before b, 0301 b create before c, 0301 c create matched" || !p.Runs[0].Partial {
		t.Error(got)
	}
	m.apply(p)
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=queued* b=waiting c=waiting | running" {
		t.Error(got)
	}
	p = m.backfill(fills("^[cd]$ 1..1"))
	if got := rowsOfPlan(p); got != "0301 d create matched" || runsOfPlan(p) != "0301 none is running" {
		t.Error(got, runsOfPlan(p))
	}
	for _, e := range []string{"a.", "b.", "c."} {
		m.happens(m.runs[0], e)
		m.settle()
	}
	p = m.backfill(fills("1..1"))
	if got := rowsOfPlan(p); got != "0301 d create matched" || runsOfPlan(p) != "0301 reopen was success" {
		t.Error(got, runsOfPlan(p))
	}
	m.apply(p)
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success b=success c=success d=queued* | running" {
		t.Error(got)
	}
}

func TestBackfillNeverOverlapsARun(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.insert("p", timetable.Interval{Start: day(1).Add(-6e11), End: day(1).Add(6e11)}, Scheduled, 0, false)
	m.now = day(4)
	p := m.backfill(fills("1..3"))
	if runsOfPlan(p) != "0303 create does not exist" || !strings.HasPrefix(untouchedOf(p), "0301 overlaps: the run of 2026-03-01T23:50:00Z") {
		t.Error(runsOfPlan(p), untouchedOf(p))
	}
}

func TestABackfilledPipelineMayBePaused(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now, m.pipes[0].paused = day(4), true
	if p := m.backfill(fills("1..1")); len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "unpause") {
		t.Error(p.Warnings)
	}
}

func TestBackfillOfSingleIntervals(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now = day(9)
	args := fills("1..9")
	args.Intervals = append(args.Intervals, day(3), day(5))
	if p := m.backfill(args); runsOfPlan(p) != "0304 create does not exist, 0306 create does not exist" {
		t.Error(runsOfPlan(p))
	}
}

func TestBackfillRefuses(t *testing.T) {
	for _, s := range []struct{ args, code string }{
		{"a", "empty-selection"}, {"zzz 1..2", "no-match"}, {"3..2", "end-before-start"}, {"( 1..2", "bad-regex"},
	} {
		m := newModel(t, graph(t, "a"))
		_, err := Backfill(m.now, m.scope("p"), fills(s.args))
		var r *Refusal
		if !errors.As(err, &r) || r.Code != s.code {
			t.Errorf("%s: %+v", s.args, r)
		}
	}
	m := newModel(t, graph(t, "a"))
	args := fills("1..1")
	args.Start, args.End = args.Start.Add(1), args.End.Add(2)
	for code, scope := range map[string]*PipelineScope{"no-match": m.scope("p"), "no-definition": {Name: "p"}} {
		_, err := Backfill(m.now, scope, args)
		var r *Refusal
		if !errors.As(err, &r) || r.Code != code {
			t.Errorf("%s: %+v", code, r)
		}
	}
	m.pipes[0].def.Timetable = nil
	var r *Refusal
	if _, err := Backfill(m.now, m.scope("p"), args); !errors.As(err, &r) || r.Code != "no-schedule" {
		t.Errorf("%+v", r)
	}
}

func TestBackfillHasALimit(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.pipes[0].def.Timetable, _ = timetable.New(timetable.Spec{Every: 1e9, Start: day0})
	m.now = day(400)
	_, err := Backfill(m.now, m.scope("p"), fills("1..100"))
	var r *Refusal
	if !errors.As(err, &r) || r.Code != "too-many" {
		t.Errorf("%v", err)
	}
}

func TestABackfillOfDatesMakesThoseOnly(t *testing.T) {
	m := newModel(t, graph(t, "a"))
	m.now = day(9)
	args := BackfillArgs{Selector: Selector{Ranges: []Range{{day(4), day(5).Add(-1)}, {day(-2), day(-1).Add(-1)}}}}
	args.Start, args.End = args.Extent()
	if got := runsOfPlan(m.backfill(args)); got != "0227 create does not exist, 0305 create does not exist" {
		t.Error(got)
	}
	args.Ranges = append(args.Ranges, Range{day(1).Add(time.Hour), day(1).Add(2 * time.Hour)})
	_, err := Backfill(m.now, m.scope("p"), args)
	var r *Refusal
	if !errors.As(err, &r) || r.Code != "no-match" || r.Message != "no interval of p starts between 2026-03-02T01:00:00Z and 2026-03-02T02:00:00Z" {
		t.Errorf("%+v", r)
	}
}

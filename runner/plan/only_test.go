package plan

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

func TestOnlyNarrowsABackfillToWhatIsAskedFor(t *testing.T) {
	passed := timetable.Stretch{First: daily(4), Last: daily(5), Count: 2, Reason: "catchup: false"}
	for _, s := range []struct {
		only                  []Only
		how                   Reprocess
		rows, runs, untouched string
	}{
		{[]Only{OnlyMissing}, ReprocessFailed, "0304 a create matched, 0304 b create matched, 0305 a create matched, 0305 b create matched, 0306 a create matched, 0306 b create matched",
			"0304 create does not exist, 0305 create was passed over: catchup: false, 0306 create was passed over: catchup: false",
			"0301 success: already exists: success, 0302 failed: already exists: failed, 0303 running: in flight"},
		{[]Only{OnlyFailed}, ReprocessNone, "0302 a rerun matched, 0302 b rerun matched", "0302 reopen was failed", ""},
		{[]Only{OnlySkipped}, ReprocessNone, "0305 a create matched, 0305 b create matched, 0306 a create matched, 0306 b create matched",
			"0305 create was passed over: catchup: false, 0306 create was passed over: catchup: false", ""},
		{[]Only{OnlyFailed, OnlySkipped}, ReprocessNone,
			"0302 a rerun matched, 0302 b rerun matched, 0305 a create matched, 0305 b create matched, 0306 a create matched, 0306 b create matched",
			"0302 reopen was failed, 0305 create was passed over: catchup: false, 0306 create was passed over: catchup: false", ""},
	} {
		m := mixed(t)
		m.now = day(7)
		m.pipes[0].skipped = []timetable.Stretch{passed}
		args := fills("1..6")
		args.Only, args.Reprocess = s.only, s.how
		p := m.backfill(args)
		if rowsOfPlan(p) != s.rows || runsOfPlan(p) != s.runs || untouchedOf(p) != s.untouched {
			t.Errorf("%s:\n%s\n%s\n%s", s.only, rowsOfPlan(p), runsOfPlan(p), untouchedOf(p))
		}
	}
	m := mixed(t)
	args := fills("1..4")
	args.Only = []Only{OnlySkipped}
	if _, err := Backfill(m.now, m.scope("p"), args); err == nil || err.(*Refusal).Code != "no-match" {
		t.Errorf("nothing was passed over: %v", err)
	}
}

// What is on record as passed over, `runs --skipped`, and what `backfill --only skipped` is
// about are the same intervals: through policies, pauses and backfills that come between.
func TestTheRecordOfWhatWasSkippedAndABackfillOfItAgree(t *testing.T) {
	policies := []timetable.Catchup{{}, {Mode: timetable.CatchupNone}, {Mode: timetable.CatchupTrue},
		{Mode: timetable.CatchupLastN, N: 2}, {Mode: timetable.CatchupMaxAge, Age: 60 * time.Hour}}
	filled := 0
	for seed := range uint64(300) {
		r := rand.New(rand.NewPCG(seed, 7))
		m := newModel(t, graph(t, "a"))
		pipe := m.pipes[0]
		for range 12 {
			schedule(t, pipe.def, policies[r.IntN(len(policies))])
			pipe.paused = r.IntN(3) == 0
			m.now = m.now.Add(time.Duration(r.IntN(100)) * time.Hour)
			m.step()
			if r.IntN(4) == 0 {
				args := BackfillArgs{Selector: Selector{Start: day(r.IntN(20)), End: day(20 + r.IntN(20))}}
				if p, err := Backfill(m.now, m.scope("p"), args); err == nil && !p.Empty() {
					m.apply(p)
				}
			}
		}
		var want []time.Time
		for _, s := range pipe.skipped {
			for v := s.First.Start; !v.After(s.Last.Start); v = v.AddDate(0, 0, 1) {
				want = append(want, v)
			}
		}
		p, err := Backfill(m.now, m.scope("p"), BackfillArgs{Selector: Selector{Start: day0, End: m.now}, Only: []Only{OnlySkipped}})
		if len(want) == 0 {
			if err == nil {
				t.Errorf("seed %d: nothing is on record, and the backfill is %s", seed, runsOfPlan(p))
			}
			continue
		}
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		var got []time.Time
		for _, run := range p.Runs {
			got = append(got, run.IntervalStart)
		}
		filled += len(got)
		for _, u := range p.Untouched {
			got = append(got, u.IntervalStart)
		}
		slices.SortFunc(got, time.Time.Compare)
		if !slices.EqualFunc(got, want, time.Time.Equal) {
			t.Errorf("seed %d: on record are\n%v\nthe backfill is about\n%v", seed, want, got)
		}
	}
	if filled < 1000 {
		t.Errorf("only %d intervals were there to fill", filled)
	}
}

package plan

import (
	"slices"
	"testing"
)

// Who only looks sees what is chosen by itself: nothing is widened along the edges.
func TestALensShowsWhatIsChosenByItself(t *testing.T) {
	def := graph(t, "load > clean > report")
	for _, s := range []struct {
		name      string
		choice    Selector
		tasks     []string // nil: all
		instances bool     // it is about what a run holds
		kinds     bool
		wants     bool // a failed instance of clean
		covers    bool // a scheduled run of March 1
	}{
		{"everything", Selector{All: true}, nil, false, false, true, true},
		{"a_task_and_what_follows_it", Selector{TaskRegex: "load", Downstream: true}, []string{"load"}, true, false, false, true},
		{"what_failed", Selector{States: []State{Failed}}, nil, true, false, true, true},
		{"what_succeeded", Selector{States: []State{Success}}, nil, true, false, false, true},
		{"backfilled_runs", Selector{Kinds: []Kind{Backfilled}}, nil, false, true, true, false},
		{"later_intervals", Selector{Start: day(1)}, nil, false, false, true, false},
	} {
		t.Run(s.name, func(t *testing.T) {
			lens, err := Look(s.choice, def)
			if err != nil {
				t.Fatal(err)
			}
			run := &Run{Interval: daily(0), Kind: Scheduled}
			if !lens.Picks() || !slices.Equal(lens.Tasks(), s.tasks) || lens.AboutInstances() != s.instances || lens.AboutKinds() != s.kinds {
				t.Errorf("picks %t, tasks %q, about instances %t, kinds %t", lens.Picks(), lens.Tasks(), lens.AboutInstances(), lens.AboutKinds())
			}
			if in := (&Instance{Task: "clean", MapIndex: -1, State: Failed}); lens.Wants(in) != s.wants || lens.Covers(run) != s.covers {
				t.Errorf("wants %t, covers %t", lens.Wants(in), lens.Covers(run))
			}
		})
	}
	if _, err := Look(Selector{TaskRegex: "("}, def); err == nil {
		t.Error("a broken regular expression is no choice")
	}
}

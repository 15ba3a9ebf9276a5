package plan

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// rail makes one that stands in line n of p.yaml.
func rail(n int, r pipelines.Rail) pipelines.Rail {
	r.Pos = pipelines.Pos{File: "p.yaml", Line: n, Col: 1}
	return r
}

// orderedKinds gives each kind of order to a model with two runs of a and b, with words.
var orderedKinds = map[string]func(m *model, reason, override string) (*Plan, error){
	"clear": func(m *model, reason, override string) (*Plan, error) {
		return Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: Selector{All: true}, Reason: reason, Override: override})
	},
	"mark": func(m *model, reason, override string) (*Plan, error) {
		return Mark(m.now, []*PipelineScope{m.scope("p")}, MarkArgs{Selector: Selector{All: true}, As: Failed, Reason: reason, Override: override})
	},
	"backfill": func(m *model, reason, override string) (*Plan, error) {
		return Backfill(m.now, m.scope("p"), BackfillArgs{Selector: Selector{Start: day(-2), End: day(-1)}, Reason: reason, Override: override})
	},
	"trigger": func(m *model, reason, override string) (*Plan, error) {
		return Trigger(m.now, m.scope("p"), TriggerArgs{Interval: daily(-1), Reason: reason, Override: override})
	},
	"undo": func(m *model, reason, override string) (*Plan, error) {
		rails := m.pipe("p").def.Protect
		m.pipe("p").def.Protect = nil
		op := m.apply(m.clear(ClearArgs{Selector: Selector{All: true}}))
		m.pipe("p").def.Protect = rails
		return Undo(m.now, m.undoScope(op), UndoArgs{Rails: Rails{"p": rails}, Reason: reason, Override: override})
	},
}

func TestEveryOrderMeetsTheGuardRails(t *testing.T) {
	for kind, give := range orderedKinds {
		for _, c := range []struct {
			rail             pipelines.Rail
			reason, override string
			refused          string // part of the message; empty: not
			past             string // rails on record
		}{
			{rail: pipelines.Rail{Rule: pipelines.Forbid, Orders: []string{kind}}, refused: kind + " is forbidden for p (forbid at p.yaml:7)"},
			{rail: pipelines.Rail{Rule: pipelines.Forbid, Orders: []string{kind}}, override: "fire", past: "forbid at p.yaml:7"},
			{rail: pipelines.Rail{Rule: pipelines.Forbid, Orders: []string{kind}, Final: true}, override: "fire", refused: "is forbidden"},
			{rail: pipelines.Rail{Rule: pipelines.Forbid, Orders: []string{"bless"}}},
			{rail: pipelines.Rail{Rule: pipelines.RequireReason}, refused: kind + " of p wants a reason"},
			{rail: pipelines.Rail{Rule: pipelines.RequireReason}, reason: " ", refused: "wants a reason"},
			{rail: pipelines.Rail{Rule: pipelines.RequireReason}, reason: "so"},
			{rail: pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(5)}, refused: "in intervals before 2026-03-06T00:00:00Z, which are frozen"},
			{rail: pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(5)}, override: "fire", past: "freeze_before at p.yaml:7"},
			{rail: pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(-2)}},
			{rail: pipelines.Rail{Rule: pipelines.MaxInstances, Most: 1}, refused: "at most 1 may change at once"},
			{rail: pipelines.Rail{Rule: pipelines.MaxInstances, Most: 1, Final: true}, override: "fire", refused: "at most 1"},
			{rail: pipelines.Rail{Rule: pipelines.MaxInstances, Most: 4}},
		} {
			t.Run(fmt.Sprint(kind, c.rail.Rule, c.override, c.refused), func(t *testing.T) {
				m := past(t, "a > b", 2)
				m.pipe("p").def.Protect = []pipelines.Rail{rail(7, c.rail)}
				p, err := give(m, c.reason, c.override)
				var r *Refusal
				switch {
				case c.refused != "" && (!errors.As(err, &r) || r.Code != "guard-rail" || !strings.Contains(r.Message, c.refused) || r.Help == ""):
					t.Fatalf("the error is %v, not %q", err, c.refused)
				case c.refused == "" && err != nil:
					t.Fatal(err)
				case c.refused == "" && c.past == "" && p.Override != nil, c.past != "" && (p.Override == nil || p.Override.Why != "fire" || strings.Join(p.Override.Rails, " ") != c.past):
					t.Errorf("on record is %+v", p.Override)
				}
			})
		}
	}
}

func TestOneRefusalNamesAllRailsAndTheStricterOneWins(t *testing.T) {
	m := past(t, "a > b", 3)
	m.pipe("p").def.Protect = []pipelines.Rail{
		rail(1, pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(1)}),
		rail(2, pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(2), Final: true}),
		rail(3, pipelines.Rail{Rule: pipelines.RequireReason}),
	}
	clear := func(from int, reason, override string) error {
		_, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: Selector{Start: day(from)}, Reason: reason, Override: override})
		return err
	}
	var r *Refusal
	if err := clear(0, "", ""); !errors.As(err, &r) || len(r.Problems) != 3 {
		t.Errorf("the problems are %q", r.Problems)
	}
	if err := clear(1, "so", "fire"); !errors.As(err, &r) || !strings.HasSuffix(r.Message, "(freeze_before at p.yaml:2)") {
		t.Errorf("the message is %q", r.Message)
	}
	if err := clear(0, "so", "fire"); !errors.As(err, &r) || !strings.HasSuffix(r.Message, "(freeze_before at p.yaml:2)") {
		t.Errorf("the rail that stays is not the first one named: %q", r.Message)
	}
	if err := clear(2, "so", ""); err != nil {
		t.Error(err)
	}
}

func TestARailOfTheProjectCountsAnOrderOverAllPipelines(t *testing.T) {
	shared := pipelines.Rail{Rule: pipelines.MaxInstances, Most: 3, Pos: pipelines.Pos{File: "tidemark.yaml", Line: 2}}
	var scopes []*PipelineScope
	for _, name := range []string{"p", "q"} {
		m := past(t, "a", 2)
		s := m.scope("p")
		s.Name, s.Def.Name, s.Def.Protect = name, name, []pipelines.Rail{shared}
		scopes = append(scopes, s)
	}
	var r *Refusal
	_, err := Clear(day(3), scopes, ClearArgs{Selector: Selector{All: true}})
	if want := "clear would change 4 task instances of p, q, and at most 3 may change at once (max_instances at tidemark.yaml:2)"; !errors.As(err, &r) || r.Message != want {
		t.Errorf("the error is %v", err)
	}
	if _, err := Clear(day(3), scopes[:1], ClearArgs{Selector: Selector{All: true}}); err != nil {
		t.Error(err)
	}
}

func TestAPlanThatChangesNothingHitsNoRail(t *testing.T) {
	m := past(t, "a", 1)
	m.pipe("p").def.Protect = []pipelines.Rail{rail(1, pipelines.Rail{Rule: pipelines.Forbid, Orders: []string{"mark"}})}
	p, err := Mark(m.now, []*PipelineScope{m.scope("p")}, MarkArgs{Selector: Selector{All: true}, As: Success})
	if err != nil || !p.Empty() {
		t.Errorf("%+v %v", p, err)
	}
}

func TestASavedPlanMeetsTheRailsOfTheDayAndKeepsItsOverride(t *testing.T) {
	m := past(t, "a", 2)
	frozen := []pipelines.Rail{rail(1, pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(9)})}
	free := saved(t, m.clear(ClearArgs{Selector: Selector{All: true}}))
	m.pipe("p").def.Protect = frozen
	var r *Refusal
	if _, err := Resume([]*PipelineScope{m.scope("p")}, free, ""); !errors.As(err, &r) || r.Code != "guard-rail" {
		t.Errorf("the error is %v", err)
	}
	with := saved(t, m.clear(ClearArgs{Selector: Selector{All: true}, Override: "fire"}))
	p, err := Resume([]*PipelineScope{m.scope("p")}, with, "")
	if err != nil || p.Override == nil || p.Override.Why != "fire" {
		t.Errorf("%+v %v", p, err)
	}
	if p, err = Resume([]*PipelineScope{m.scope("p")}, free, "now"); err != nil || p.Override.Why != "now" {
		t.Errorf("%+v %v", p, err)
	}
}

func TestAnOverrideThatIsNotNeededIsSaidAndNotRecorded(t *testing.T) {
	m := past(t, "a", 1)
	p := m.clear(ClearArgs{Selector: Selector{All: true}, Override: "in case"})
	if p.Override != nil || len(p.Warnings) != 1 {
		t.Errorf("%+v %q", p.Override, p.Warnings)
	}
}

// A pause changes no row, so that only a rail that wants words can be in its way; what an
// unpause makes is counted as that of any order.
func TestPausesMeetTheGuardRailsToo(t *testing.T) {
	wordy := rail(1, pipelines.Rail{Rule: pipelines.RequireReason})
	few := rail(2, pipelines.Rail{Rule: pipelines.MaxInstances, Most: 5})
	frozen := rail(3, pipelines.Rail{Rule: pipelines.FreezeBefore, Before: day(3)})
	pause := func(live Live) func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
		return func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
			return PauseSchedule(live, PauseArgs{Rails: Rails{"p": rails}, Reason: reason, Override: override})
		}
	}
	hold := func(over bool) func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
		return func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
			return PauseBackfill("p", Hold{Backfill: 7, Paused: true}, over, PauseArgs{Rails: Rails{"p": rails}, Reason: reason, Override: override})
		}
	}
	unpause := func(missed Missed) func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
		return func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
			s := paused(t, timetable.Catchup{})
			s.Def.Protect = rails
			return Unpause(day(5), s, UnpauseArgs{Missed: missed, Reason: reason, Override: override})
		}
	}
	undo := func(rails []pipelines.Rail, reason, override string) (*Plan, error) {
		return Undo(day0, &UndoScope{Operation: 3, Held: &Hold{Backfill: 7, Paused: true}, Holds: true, HeldFor: "p"},
			UndoArgs{Rails: Rails{"p": rails}, Reason: reason, Override: override})
	}
	for _, c := range []struct {
		name             string
		give             func(rails []pipelines.Rail, reason, override string) (*Plan, error)
		rail             pipelines.Rail
		reason, override string
		refused, past    string
	}{
		{"pause", pause(Live{Pipeline: "p", Paused: true}), wordy, "", "", "pause of p wants a reason", ""},
		{"pause with a reason", pause(Live{Pipeline: "p", Paused: true}), wordy, "so", "", "", ""},
		{"pause of what is paused", pause(Live{Pipeline: "p", Paused: true, WasPaused: true}), wordy, "", "", "", ""},
		{"pause of a backfill", hold(false), wordy, "", "", "pause of p wants a reason", ""},
		{"pause of a backfill that is over", hold(true), wordy, "", "", "", ""},
		{"pause within few rows", hold(false), few, "", "", "", ""},
		{"undo of a pause", undo, wordy, "", "", "undo of p wants a reason", ""},
		{"unpause", unpause(MissedPolicy), wordy, "", "", "unpause of p wants a reason", ""},
		{"unpause, all of it", unpause(MissedCatchup), few, "", "", "unpause would change 6 task instances of p, and at most 5", ""},
		{"unpause, all of it, past the rail", unpause(MissedCatchup), few, "", "fire", "", "max_instances at p.yaml:2"},
		{"unpause, nothing of it", unpause(MissedSkip), few, "", "", "", ""},
		{"unpause into frozen days", unpause(MissedCatchup), frozen, "", "", "in intervals before 2026-03-04T00:00:00Z, which are frozen", ""},
		{"unpause past frozen days", unpause(MissedCatchup), frozen, "", "fire", "", "freeze_before at p.yaml:3"},
	} {
		p, err := c.give([]pipelines.Rail{c.rail}, c.reason, c.override)
		var r *Refusal
		switch {
		case c.refused != "" && (!errors.As(err, &r) || r.Code != "guard-rail" || !strings.Contains(r.Message, c.refused)):
			t.Errorf("%s: the error is %v", c.name, err)
		case c.refused == "" && err != nil:
			t.Errorf("%s: %v", c.name, err)
		case c.past != "" && (p.Override == nil || p.Override.Why != "fire" || strings.Join(p.Override.Rails, " ") != c.past):
			t.Errorf("%s: on record is %+v", c.name, p.Override)
		}
	}
}

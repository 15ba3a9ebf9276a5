package plan

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
)

// daysIn is the days of March in which a plan changes a row.
func daysIn(p *Plan) string {
	var days []string
	for _, r := range p.Instances {
		if d := r.IntervalStart.Format("2"); len(days) == 0 || days[len(days)-1] != d {
			days = append(days, d)
		}
	}
	return strings.Join(days, " ")
}

func TestIntervalsAreChosenByAllFiltersTogether(t *testing.T) {
	for _, s := range []struct{ args, days string }{
		{"last:2", "5 6"},
		{"last:99", "1 2 3 4 5 6"},
		{"2..4 last:2", "3 4"},
		{"last:3 but:5", "4 6"},
		{"2..4 but:3", "2 4"},
		{"at:2 at:5", "2 5"},
		{"at:2 at:5 but:5", "2"},
		{"at:3 past", "1 2 3"},
		{"at:3 future", "3 4 5 6"},
		{"at:2 at:4 past", "1 2 3 4"},
		{"at:2 at:4 future", "2 3 4 5 6"},
		{"a at:3 past future", "1 2 3 4 5 6"},
		{"3..4 past", "1 2 3 4"},
		{"3..4 future", "3 4 5 6"},
		{"at:4 past but:2", "1 3 4"},
		{"4..6 past last:2", "5 6"},
		{"kind:0", "1 2 3 4 5 6"},
		{"tag:daily last:1", "6"},
	} {
		m := past(t, "a > b", 6)
		m.pipes[0].def.Tags = []string{"daily"}
		if got := daysIn(m.clear(ClearArgs{Selector: selects(s.args)})); got != s.days {
			t.Errorf("clear %s: days %s, want %s", s.args, got, s.days)
		}
	}
}

func TestASelectionThatIsTooWideOrContradictsItselfIsRefused(t *testing.T) {
	for _, s := range []struct{ args, code, says string }{
		{"past", "past-of-nothing", "--interval"},
		{"a future", "past-of-nothing", "none is named"},
		{"at:3 past future", "empty-selection", "--all"},
		{"but:3", "empty-selection", "--all"},
		{"!a", "empty-selection", "--all"},
		{"at:2 last:1", "conflicting-flags", "--last N counts"},
		{"a last:-1", "bad-value", "at least 1"},
		{"tag:weekly a", "no-match", `p has the tags ["daily"]`},
		{"kind:2", "no-match", "no task instance"},
	} {
		m := past(t, "a > b", 3)
		m.pipes[0].def.Tags = []string{"daily"}
		_, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: selects(s.args)})
		var r *Refusal
		if !errors.As(err, &r) || r.Code != s.code || !strings.Contains(r.Error()+r.Help, s.says) {
			t.Errorf("clear %s: %+v", s.args, err)
		}
	}
}

func TestTasksAreLeftOutAfterTheyMatch(t *testing.T) {
	m := past(t, "aa > ab > b", 1)
	if got := rowsOfPlan(m.clear(ClearArgs{Selector: selects("a !b$")})); got != "0301 aa rerun matched" {
		t.Error(got)
	}
	// What is left out as a root still follows from one.
	if got := rowsOfPlan(m.clear(ClearArgs{Selector: selects("a !ab -d")})); got != "0301 aa rerun matched, 0301 ab rerun after aa, 0301 b rerun after ab" {
		t.Error(got)
	}
}

func TestAWideningMayBeBounded(t *testing.T) {
	for _, s := range []struct {
		tasks []TaskPattern
		rows  string
	}{
		{[]TaskPattern{{"^c$", 0, 0}}, "c"},
		{[]TaskPattern{{"^c$", 0, 1}}, "c d"},
		{[]TaskPattern{{"^c$", 1, 0}}, "b c"},
		{[]TaskPattern{{"^c$", 2, 1}}, "a b c d"},
		{[]TaskPattern{{"^a$", 0, 1}, {"^e$", 1, 0}}, "a b d e"},
		{[]TaskPattern{{"^a$", 0, Far}}, "a b c d e"},
		{[]TaskPattern{{"^a$", 0, 1}, {"^b$", 0, 2}}, "a b c d"},
	} {
		m := past(t, "a > b > c > d > e", 1)
		var got []string
		for _, r := range m.clear(ClearArgs{Selector: Selector{Tasks: s.tasks}}).Instances {
			got = append(got, r.Task)
		}
		if strings.Join(got, " ") != s.rows {
			t.Errorf("%+v: %v, want %s", s.tasks, got, s.rows)
		}
	}
}

func TestEachPipelineReadsBoundsInItsTimezone(t *testing.T) {
	one, two := past(t, "a", 4), past(t, "a", 4)
	q := two.scope("p")
	q.Name = "q"
	args := ClearArgs{Selector: selects("2..3"), In: map[string]Selector{"q": selects("1..2")}}
	p, err := Clear(day(4), []*PipelineScope{one.scope("p"), q}, args)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, r := range p.Instances {
		got = append(got, r.Pipeline+r.IntervalStart.Format("2"))
	}
	if fmt.Sprint(got) != "[q1 p2 q2 p3]" || !p.Bounds.Start.Equal(day(0)) || !p.Bounds.End.Equal(day(2)) {
		t.Errorf("%v %+v", got, p.Bounds)
	}
}

func TestARangeCoversWhatItsEndsName(t *testing.T) {
	ams, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct{ text, from, to string }{
		{"2026", "2025-12-31T23:00:00Z", "2026-12-31T22:59:59Z"},
		{"2026-03", "2026-02-28T23:00:00Z", "2026-03-31T21:59:59Z"},
		{"2026-03-01", "2026-02-28T23:00:00Z", "2026-03-01T22:59:59Z"},
		{"2024-02..2024-02", "2024-01-31T23:00:00Z", "2024-02-29T22:59:59Z"},
		{"2026-03-01..2026-03-02T06:00", "2026-02-28T23:00:00Z", "2026-03-02T05:00:00Z"},
		{"2026-03-01T06Z", "", ""},
		{"2026-03-01T06:00:00Z", "2026-03-01T06:00:00Z", "2026-03-01T06:00:00Z"},
		{"..", "", ""},
		{"", "", ""},
		{"2026-13", "", ""},
		{"2026-03-01..soon", "", ""},
	} {
		r, err := ParseRange(s.text, ams)
		if (err != nil) != (s.from == "") || err == nil && (stamp(r.From) != s.from || stamp(r.To) != s.to) {
			t.Errorf("%q is %s … %s, %v", s.text, stamp(r.From), stamp(r.To), err)
		}
	}
	if r, err := ParseRange("2026-03..", ams); err != nil || !r.To.IsZero() || r.From.IsZero() {
		t.Errorf("%+v %v", r, err)
	}
	if r, err := ParseRange("..2026-03", ams); err != nil || !r.From.IsZero() || r.To.IsZero() {
		t.Errorf("%+v %v", r, err)
	}
}

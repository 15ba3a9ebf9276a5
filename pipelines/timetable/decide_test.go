package timetable

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

const day = 24 * time.Hour

// story tells a decision in a line: what runs, what is passed over and why, what comes next.
func story(d Decision) string {
	var parts []string
	n := 0
	var first, last Interval
	for p := range d.Run {
		if n++; n == 1 {
			first = p.Interval
		}
		last = p.Interval
	}
	if n != d.Count {
		parts = append(parts, fmt.Sprintf("COUNT %d BUT %d", d.Count, n))
	}
	switch n {
	case 0:
	case 1:
		parts = append(parts, "run "+show(first))
	default:
		parts = append(parts, fmt.Sprintf("run %d: %s .. %s", n, show(first), show(last)))
	}
	for _, s := range d.Skipped {
		parts = append(parts, fmt.Sprintf("skip %d: %s .. %s (%s)", s.Count, show(s.First), show(s.Last), s.Reason))
	}
	if d.Next == nil {
		return strings.Join(append(parts, "end"), "; ")
	}
	return strings.Join(append(parts, "next "+show(d.Next.Interval)), "; ")
}

func TestDecideMaterialisesWhatThePolicySays(t *testing.T) {
	daily := Spec{Cron: "@daily", Start: at("2024-01-01")}
	from := func(start string) Spec { return Spec{Cron: "@daily", Start: at(start)} }
	to := func(end string) Spec { return Spec{Cron: "@daily", Start: at("2024-05-01"), End: at(end)} }
	delta := func(start string) Spec { return Spec{Every: day, Start: at(start)} }
	for _, c := range []struct {
		name      string
		spec      Spec
		now, last string
		catchup   string
		want      string
	}{
		{"the latest complete one at once", daily, "2024-05-10T12:00", "", "false",
			"run 2024-05-09 2024-05-10; skip 129: 2024-01-01 2024-01-02 .. 2024-05-08 2024-05-09 (catchup: false); next 2024-05-10 2024-05-11"},
		{"due at the very tick", from("2024-05-09"), "2024-05-10", "", "false", "run 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"not due a second before", from("2024-05-08"), "2024-05-09T23:59:59", "", "false", "run 2024-05-08 2024-05-09; next 2024-05-09 2024-05-10"},
		{"a start between ticks waits for the next", from("2024-05-10T06:00"), "2024-05-10T12:00", "", "false", "next 2024-05-11 2024-05-12"},
		{"a start between ticks, with catchup", from("2024-05-10T06:00"), "2024-05-10T12:00", "", "true", "next 2024-05-11 2024-05-12"},
		{"a start yesterday between ticks", from("2024-05-09T06:00"), "2024-05-10T12:00", "", "true", "next 2024-05-10 2024-05-11"},
		{"a start at today's midnight", from("2024-05-10"), "2024-05-10T12:00", "", "true", "next 2024-05-10 2024-05-11"},
		{"a start tomorrow", from("2024-05-11"), "2024-05-10T12:00", "", "true", "next 2024-05-11 2024-05-12"},
		{"a start between ticks far ahead", from("2024-05-20T06:00"), "2024-05-10T12:00", "", "true", "next 2024-05-21 2024-05-22"},
		{"all since the start", daily, "2024-05-10T12:00", "", "true",
			"run 130: 2024-01-01 2024-01-02 .. 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"nothing at first sight", daily, "2024-05-10T12:00", "", "none",
			"skip 130: 2024-01-01 2024-01-02 .. 2024-05-09 2024-05-10 (catchup: none); next 2024-05-10 2024-05-11"},
		{"the one that was in progress at first sight", daily, "2024-05-11T12:00", "2024-05-09 2024-05-10", "none", "run 2024-05-10 2024-05-11; next 2024-05-11 2024-05-12"},
		{"the newest three", daily, "2024-05-10T12:00", "", "last:3",
			"run 3: 2024-05-07 2024-05-08 .. 2024-05-09 2024-05-10; skip 127: 2024-01-01 2024-01-02 .. 2024-05-06 2024-05-07 (catchup: last 3); next 2024-05-10 2024-05-11"},
		{"fewer than the newest three", from("2024-05-09"), "2024-05-10T12:00", "", "last:3", "run 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"no older than a week", daily, "2024-05-10T12:00", "", "max_age:7d",
			"run 7: 2024-05-03 2024-05-04 .. 2024-05-09 2024-05-10; skip 123: 2024-01-01 2024-01-02 .. 2024-05-02 2024-05-03 (older than 7d); next 2024-05-10 2024-05-11"},
		{"due exactly a week ago still counts", from("2024-05-01"), "2024-05-10", "", "max_age:7d",
			"run 8: 2024-05-02 2024-05-03 .. 2024-05-09 2024-05-10; skip 1: 2024-05-01 2024-05-02 .. 2024-05-01 2024-05-02 (older than 7d); next 2024-05-10 2024-05-11"},
		{"a nanosecond more than a week does not", from("2024-05-02"), "2024-05-10T00:00:00.000000001Z", "", "max_age:7d",
			"run 7: 2024-05-03 2024-05-04 .. 2024-05-09 2024-05-10; skip 1: 2024-05-02 2024-05-03 .. 2024-05-02 2024-05-03 (older than 7d); next 2024-05-10 2024-05-11"},
		{"older than all of history", from("2024-05-09"), "2024-05-10", "", "max_age:36500d", "run 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"all are too old", daily, "2024-05-10T12:00", "2024-05-07 2024-05-08", "max_age:1h",
			"skip 2: 2024-05-08 2024-05-09 .. 2024-05-09 2024-05-10 (older than 1h); next 2024-05-10 2024-05-11"},

		{"after a pause, one", daily, "2024-05-10T12:00", "2024-04-29 2024-04-30", "false",
			"run 2024-05-09 2024-05-10; skip 9: 2024-04-30 2024-05-01 .. 2024-05-08 2024-05-09 (catchup: false); next 2024-05-10 2024-05-11"},
		{"after a pause, all", daily, "2024-05-10T12:00", "2024-04-29 2024-04-30", "true",
			"run 10: 2024-04-30 2024-05-01 .. 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"after a pause, none is one", daily, "2024-05-10T12:00", "2024-05-07 2024-05-08", "none",
			"run 2024-05-09 2024-05-10; skip 1: 2024-05-08 2024-05-09 .. 2024-05-08 2024-05-09 (catchup: none); next 2024-05-10 2024-05-11"},
		{"nothing new, with catchup", daily, "2024-05-10T12:00", "2024-05-09 2024-05-10", "true", "next 2024-05-10 2024-05-11"},
		{"nothing new, without", daily, "2024-05-10T12:00", "2024-05-09 2024-05-10", "false", "next 2024-05-10 2024-05-11"},
		{"history ahead of the clock, with catchup", daily, "2024-05-10T12:00", "2024-05-11 2024-05-12", "true", "next 2024-05-12 2024-05-13"},
		{"history ahead of the clock, without", daily, "2024-05-10T12:00", "2024-05-11 2024-05-12", "false", "next 2024-05-12 2024-05-13"},
		{"history ahead of the clock, newest two", daily, "2024-05-10T12:00", "2024-05-11 2024-05-12", "last:2", "next 2024-05-12 2024-05-13"},

		{"every, from where it is anchored", delta("2024-05-10T06:00"), "2024-05-10T12:00", "", "false", "next 2024-05-10T06:00 2024-05-11T06:00"},
		{"every, after a pause", delta("2024-01-01"), "2024-05-02T12:00", "2024-04-29 2024-04-30", "true",
			"run 2: 2024-04-30 2024-05-01 .. 2024-05-01 2024-05-02; next 2024-05-02 2024-05-03"},
		{"every keeps to its anchor", delta("2024-01-01T06:00"), "2024-05-10", "2024-05-07T06:00 2024-05-08T06:00", "false",
			"run 2024-05-08T06:00 2024-05-09T06:00; next 2024-05-09T06:00 2024-05-10T06:00"},

		{"the last start is the end date", to("2024-05-03"), "2024-05-20", "", "true", "run 3: 2024-05-01 2024-05-02 .. 2024-05-03 2024-05-04; end"},
		{"an end within an interval does not shorten it", to("2024-05-03T08:00"), "2024-05-20", "2024-05-02 2024-05-03", "true", "run 2024-05-03 2024-05-04; end"},
		{"an end just before a start", to("2024-05-02T23:59:59"), "2024-05-20", "2024-05-02 2024-05-03", "true", "end"},
		{"the next one is the last", to("2024-05-03"), "2024-05-03T12:00", "2024-05-02 2024-05-03", "true", "next 2024-05-03 2024-05-04"},
		{"the latest complete one is the last", to("2024-05-03"), "2024-05-04", "", "false",
			"run 2024-05-03 2024-05-04; skip 2: 2024-05-01 2024-05-02 .. 2024-05-02 2024-05-03 (catchup: false); end"},
		{"the latest complete one lies past the end", to("2024-05-03"), "2024-05-05", "", "false",
			"skip 3: 2024-05-01 2024-05-02 .. 2024-05-03 2024-05-04 (catchup: false); end"},
		{"none, past the end", to("2024-05-03"), "2024-05-05", "2024-05-01 2024-05-02", "none",
			"skip 2: 2024-05-02 2024-05-03 .. 2024-05-03 2024-05-04 (catchup: none); end"},
		{"the newest two that exist", to("2024-05-03"), "2024-05-09", "", "last:2",
			"run 2: 2024-05-02 2024-05-03 .. 2024-05-03 2024-05-04; skip 1: 2024-05-01 2024-05-02 .. 2024-05-01 2024-05-02 (catchup: last 2); end"},
		{"old ones that exist", to("2024-05-03"), "2024-05-06", "", "max_age:2d",
			"run 2024-05-03 2024-05-04; skip 2: 2024-05-01 2024-05-02 .. 2024-05-02 2024-05-03 (older than 2d); end"},

		{"a bridge leads to the new grid", Spec{Cron: "30 16 * * *", Start: at("2021-09-04")}, "2021-09-07", "2021-09-06 2021-09-07", "false",
			"next 2021-09-07 2021-09-07T16:30"},
		{"a bridge that is due", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-10T01:00", "2022-08-07T01:00 2022-08-08T01:00", "true",
			"run 2: 2022-08-08T01:00 2022-08-09 .. 2022-08-09 2022-08-10; next 2022-08-10 2022-08-11"},
		{"a bridge is passed over like any other", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-10T01:00", "2022-08-07T01:00 2022-08-08T01:00", "false",
			"run 2022-08-09 2022-08-10; skip 1: 2022-08-08T01:00 2022-08-09 .. 2022-08-08T01:00 2022-08-09 (catchup: false); next 2022-08-10 2022-08-11"},
		{"a bridge and more are passed over", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-11T01:00", "2022-08-07T01:00 2022-08-08T01:00", "last:1",
			"run 2022-08-10 2022-08-11; skip 2: 2022-08-08T01:00 2022-08-09 .. 2022-08-09 2022-08-10 (catchup: last 1); next 2022-08-11 2022-08-12"},
		{"a bridge is the latest complete one", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-09T01:00", "2022-08-07T01:00 2022-08-08T01:00", "false",
			"run 2022-08-08T01:00 2022-08-09; next 2022-08-09 2022-08-10"},
		{"a bridge is one of the newest two", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-10T01:00", "2022-08-07T01:00 2022-08-08T01:00", "last:2",
			"run 2: 2022-08-08T01:00 2022-08-09 .. 2022-08-09 2022-08-10; next 2022-08-10 2022-08-11"},
		{"a bridge is too old", Spec{Cron: "@daily", Start: at("2022-08-01")}, "2022-08-10T01:00", "2022-08-07T01:00 2022-08-08T01:00", "max_age:1d",
			"run 2022-08-09 2022-08-10; skip 1: 2022-08-08T01:00 2022-08-09 .. 2022-08-08T01:00 2022-08-09 (older than 1d); next 2022-08-10 2022-08-11"},
		{"no bridge past the end", Spec{Cron: "@daily", Start: at("2022-08-01"), End: at("2022-08-08")}, "2022-08-10", "2022-08-07T01:00 2022-08-08T01:00", "true", "end"},
		{"a bridge is the last", Spec{Cron: "@daily", Start: at("2022-08-01"), End: at("2022-08-08T01:00")}, "2022-08-09", "2022-08-07T01:00 2022-08-08T01:00", "true",
			"run 2022-08-08T01:00 2022-08-09; end"},
		{"a bridge is the last, and later ones would be complete", Spec{Cron: "@daily", Start: at("2022-08-01"), End: at("2022-08-08T01:00")}, "2022-08-11", "2022-08-07T01:00 2022-08-08T01:00", "false",
			"skip 1: 2022-08-08T01:00 2022-08-09 .. 2022-08-08T01:00 2022-08-09 (catchup: false); end"},
		{"a coarser grid begins with a bridge", Spec{Cron: "@monthly", Start: at("2022-01-01")}, "2022-09-02", "2022-08-07 2022-08-08", "true",
			"run 2022-08-08 2022-09-01; next 2022-09-01 2022-10-01"},
		{"a finer grid goes on where the old one ended", Spec{Cron: "0 */12 * * *", Start: at("2022-01-01")}, "2022-08-09", "2022-08-07 2022-08-08", "true",
			"run 2: 2022-08-08 2022-08-08T12:00 .. 2022-08-08T12:00 2022-08-09; next 2022-08-09 2022-08-09T12:00"},
		{"a start moved past history leaves a hole on purpose", from("2024-05-08T06:00"), "2024-05-10T12:00", "2024-04-29 2024-04-30", "true",
			"run 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"a start moved within history does not go back", from("2024-05-01"), "2024-05-10T12:00", "2024-05-08 2024-05-09", "true",
			"run 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"a bridge from the start itself", from("2024-05-08T06:00"), "2024-05-09", "2024-05-07T06:00 2024-05-08T06:00", "true",
			"run 2024-05-08T06:00 2024-05-09; next 2024-05-09 2024-05-10"},

		{"a delay holds it back", Spec{Cron: "@daily", Delay: 2 * time.Hour, Start: at("2024-05-08")}, "2024-05-10T01:59:59", "", "true", "run 2024-05-08 2024-05-09; next 2024-05-09 2024-05-10"},
		{"until the delay is over", Spec{Cron: "@daily", Delay: 2 * time.Hour, Start: at("2024-05-08")}, "2024-05-10T02:00", "", "false",
			"run 2024-05-09 2024-05-10; skip 1: 2024-05-08 2024-05-09 .. 2024-05-08 2024-05-09 (catchup: false); next 2024-05-10 2024-05-11"},
		{"aligned, it waits for the tick", Spec{Cron: "0 5 * * *", Align: AlignDay, Start: at("2024-05-08")}, "2024-05-10T04:59", "", "true", "run 2024-05-08 2024-05-09; next 2024-05-09 2024-05-10"},
		{"aligned, it runs at the tick", Spec{Cron: "0 5 * * *", Align: AlignDay, Start: at("2024-05-08")}, "2024-05-10T05:00", "", "last:1",
			"run 2024-05-09 2024-05-10; skip 1: 2024-05-08 2024-05-09 .. 2024-05-08 2024-05-09 (catchup: last 1); next 2024-05-10 2024-05-11"},
		{"aligned, age counts from the tick", Spec{Cron: "0 5 * * *", Align: AlignDay, Start: at("2024-05-08")}, "2024-05-10T05:00", "", "max_age:1d",
			"run 2: 2024-05-08 2024-05-09 .. 2024-05-09 2024-05-10; next 2024-05-10 2024-05-11"},
		{"before the calendar", from("9999-01-01"), "0001-01-01", "", "true", "next 9999-01-01 9999-01-02"},
		{"after the calendar", from("9999-12-30"), "9999-12-31", "9999-12-30 9999-12-31", "true", "end"},
		{"a bridge beyond the calendar", from("9999-12-30"), "9999-12-31", "9999-12-30 9999-12-31T01:00", "true", "end"},
	} {
		cu, err := ParseCatchup(c.catchup)
		if err != nil {
			t.Fatal(err)
		}
		if got := story(must(t, c.spec).Decide(at(c.now), span(c.last), cu)); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

func TestDecisionCanBeLeftHalfWay(t *testing.T) {
	tt := must(t, Spec{Cron: "@daily"})
	last := span("2000-01-01 2000-01-02T01:00")
	d := tt.Decide(at("2024-01-01"), last, Catchup{Mode: CatchupTrue})
	for n := range 3 {
		if got := len(take(d.Run, n)); got != n {
			t.Errorf("%d taken, want %d", got, n)
		}
	}
}

func TestSkippedThenRunTileTimeWhateverThePolicy(t *testing.T) {
	r, all := dice(t), jumps(t)
	for range 2000 {
		j := all[r.IntN(len(all))]
		s := Spec{Cron: randomNaive(r).expr, Location: j.loc, Start: instant(j.at), Delay: time.Duration(r.IntN(3)) * time.Hour}
		if s.Align = Align(r.IntN(3)); r.IntN(4) == 0 {
			s.Cron, s.Every = "", time.Duration(600+r.IntN(2e5))*time.Second
		}
		if r.IntN(2) == 0 {
			s.End = s.Start.Add(time.Duration(r.IntN(60)) * day)
		}
		if _, err := New(s); err != nil {
			s.Align = AlignNone
		}
		now := s.Start.Add(time.Duration(r.IntN(60*86400))*time.Second + time.Duration(r.IntN(2)))
		var last Interval
		if r.IntN(2) == 0 {
			last.Start = s.Start.Add(time.Duration(r.IntN(20*86400)-86400) * time.Second)
			last.End = last.Start.Add(time.Hour)
		}
		c := Catchup{Mode: CatchupMode(r.IntN(5)), N: 1 + r.IntN(9), Age: time.Duration(r.IntN(30)) * day}
		compare(t, must(t, s), s, now, last, c)
	}
}

// compare decides anew by listing every candidate, one after the other.
func compare(t *testing.T, tt *Timetable, s Spec, now time.Time, last Interval, c Catchup) {
	t.Helper()
	var due []Period
	var next *Period
	var beyond bool // whether one past the end is complete
	begin := s.Start
	if !last.IsZero() && !last.End.Before(s.Start) {
		begin = last.End
	}
	around, _ := tt.Containing(begin)
	for p := range tt.Between(around.Start, at("9999-12-31")) {
		switch {
		case !p.End.After(begin) || begin.Equal(s.Start) && last.End.Before(begin) && p.Start.Before(begin):
			continue
		case p.Start.Before(begin):
			p.Start = begin
		}
		switch isDue, exists := !p.Due.After(now), s.End.IsZero() || !p.Start.After(s.End); {
		case isDue && exists:
			due = append(due, p)
		case isDue:
			beyond = true
		case exists:
			next = &p
		}
		if p.Due.After(now) {
			break
		}
	}
	run := due
	switch newest := due[max(0, len(due)-1):]; {
	case c.Mode == CatchupNone && last.IsZero(), (c.Mode == CatchupNone || c.Mode == CatchupFalse) && beyond:
		run = nil
	case c.Mode == CatchupNone || c.Mode == CatchupFalse:
		run = newest
	case c.Mode == CatchupLastN:
		run = due[max(0, len(due)-c.N):]
	case c.Mode == CatchupMaxAge:
		for len(run) > 0 && run[0].Due.Before(now.Add(-c.Age)) {
			run = run[1:]
		}
	}
	want := Decision{Run: func(yield func(Period) bool) {
		for _, p := range run {
			if !yield(p) {
				return
			}
		}
	}, Count: len(run), Next: next}
	if n := len(due) - len(run); n > 0 {
		want.Skipped = []Stretch{{due[0].Interval, due[n-1].Interval, n, c.Reason()}}
	}
	if got, want := story(tt.Decide(now, last, c)), story(want); got != want {
		t.Fatalf("%+v at %s after %q with catchup %s:\n got %s\nwant %s", s, stamp(now), show(last), c, got, want)
	}
}

func TestCatchupReadsWhatItWrites(t *testing.T) {
	for _, s := range []string{"true", "false", "none", "last:3", "max_age:7d", "max_age:1d12h"} {
		if c, err := ParseCatchup(s); err != nil || c.String() != s {
			t.Errorf("%q reads as %v, %v", s, c, err)
		}
	}
	for _, s := range []string{"", "yes", "last", "last:", "last:0", "last:-1", "last:+1", "last:x", "max_age", "max_age:", "max_age:7", "max_age:-7d", "true:1"} {
		if _, err := ParseCatchup(s); err == nil {
			t.Errorf("%q is accepted", s)
		}
	}
}

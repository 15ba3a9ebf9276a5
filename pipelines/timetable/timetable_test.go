package timetable

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestBoundsAreAlignedInTheZone(t *testing.T) {
	ams := zone(t, "Europe/Amsterdam")
	for _, c := range []struct {
		name string
		spec Spec
		n    int
		want string
	}{
		{"five in the morning works on yesterday", Spec{Cron: "0 5 * * *", Align: AlignDay, Start: at("2024-05-08")}, 2,
			"2024-05-08 2024-05-09 due 2024-05-09T05:00, 2024-05-09 2024-05-10 due 2024-05-10T05:00"},
		{"a start within a day begins with the next", Spec{Cron: "0 5 * * *", Align: AlignDay, Start: at("2024-05-08T01:00")}, 1,
			"2024-05-09 2024-05-10 due 2024-05-10T05:00"},
		{"the zone's days, one of them short, and a delay", Spec{Cron: "0 5 * * *", Align: AlignDay, Location: ams, Delay: time.Hour, Start: at("2024-03-29T23:00")}, 2,
			"2024-03-29T23:00 2024-03-30T23:00 due 2024-03-31T04:00, 2024-03-30T23:00 2024-03-31T22:00 due 2024-04-01T04:00"},
		{"working days: Friday lasts until Monday", Spec{Cron: "0 5 * * 1-5", Align: AlignDay, Start: at("2024-05-09")}, 3,
			"2024-05-09 2024-05-10 due 2024-05-10T05:00, 2024-05-10 2024-05-13 due 2024-05-13T05:00, 2024-05-13 2024-05-14 due 2024-05-14T05:00"},
		{"weeks begin on Monday", Spec{Cron: "0 6 * * 3", Align: AlignWeek, Start: at("2024-05-01")}, 1, "2024-05-06 2024-05-13 due 2024-05-15T06:00"},
		{"the last day of a month still closes the month before it", Spec{Cron: "0 6 L * *", Align: AlignMonth, Start: at("2024-01-01")}, 1, "2024-01-01 2024-02-01 due 2024-02-29T06:00"},
		{"minutes past the hour", Spec{Cron: "7 */6 * * *", Align: AlignHour, Start: at("2024-01-01")}, 1, "2024-01-01 2024-01-01T06:00 due 2024-01-01T06:07"},
		{"every, aligned to days", Spec{Every: 36 * time.Hour, Align: AlignDay, Start: at("2024-01-01T06:00")}, 2,
			"2024-01-02 2024-01-04 due 2024-01-04T06:00, 2024-01-04 2024-01-05 due 2024-01-05T18:00"},
		{"two ticks moved into one day make one bound", Spec{Cron: "30 23 * * *", Align: AlignDay, Location: zone(t, "America/Nuuk"), Start: at("2024-03-29T02:00")}, 2,
			"2024-03-29T02:00 2024-03-31T01:00 due 2024-03-31T01:30, 2024-03-31T01:00 2024-04-01T01:00 due 2024-04-02T00:30"},
	} {
		var got []string
		for _, p := range take(must(t, c.spec).Periods(), c.n) {
			got = append(got, show(p.Interval)+" due "+stamp(p.Due))
		}
		if s := strings.Join(got, ", "); s != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, s, c.want)
		}
	}
}

func TestScheduleThatDoesNotHoldTogetherIsRefused(t *testing.T) {
	start := at("2024-01-01")
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Start: start}, "schedule: needs cron or every"},
		{Spec{Cron: "@daily", Every: day, Start: start}, "schedule: takes cron or every, not both"},
		{Spec{Every: -day, Start: start}, "every: must be positive, not -24h0m0s"},
		{Spec{Every: 1500 * time.Millisecond, Start: start}, "every: must be whole seconds, not 1.5s"},
		{Spec{Cron: "@daily", Align: 9, Start: start}, "align: is not one of hour, day, week, month"},
		{Spec{Cron: "@daily", Delay: -1, Start: start}, "delay: must not be negative, not -1ns"},
		{Spec{Cron: "@daily"}, "start_date: is required with a schedule"},
		{Spec{Cron: "@daily", Start: instant(maxUnix + 1)}, "start_date: lies outside the years 1 to 9999"},
		{Spec{Every: day, Start: start.Add(1)}, "start_date: anchors every, so it must be a whole second"},
		{Spec{Cron: "@daily", Start: start, End: instant(maxUnix + 1)}, "end_date: lies outside the years 1 to 9999"},
		{Spec{Cron: "@daily", Start: start, End: start.Add(-1)}, "end_date: lies before start_date"},
		{Spec{Cron: "0 0 1 13 *", Start: start}, `cron "0 0 1 13 *": month: 13 is out of range 1 to 12`},
		{Spec{Every: 6 * time.Hour, Align: AlignDay, Start: start}, "align: every 6h fires more than once in some day, so that an interval would be empty"},
		{Spec{Every: 30 * day, Align: AlignMonth, Start: start}, "align: every 30d fires more than once in some month, so that an interval would be empty"},
		{Spec{Cron: "@hourly", Align: AlignDay, Start: start}, `align: cron "@hourly" fires more than once in some day, so that an interval would be empty`},
		{Spec{Cron: "0,30 5 * * *", Align: AlignHour, Start: start}, `align: cron "0,30 5 * * *" fires more than once in some hour, so that an interval would be empty`},
		{Spec{Cron: "0 5 * * 1,7", Align: AlignWeek, Start: start}, `align: cron "0 5 * * 1,7" fires more than once in some week, so that an interval would be empty`},
		{Spec{Cron: "0 5 1,29 2 *", Align: AlignMonth, Start: start}, `align: cron "0 5 1,29 2 *" fires more than once in some month, so that an interval would be empty`},
	} {
		if _, err := New(c.spec); fmt.Sprint(err) != c.want {
			t.Errorf("%+v:\n got %v\nwant %s", c.spec, err, c.want)
		}
	}
	for _, s := range []Spec{
		{Cron: "0 5 1 * *", Align: AlignWeek}, {Cron: "0 5 * * 7", Align: AlignWeek}, {Cron: "0 5 L * *", Align: AlignMonth},
		{Cron: "0 5 * * *", Align: AlignHour}, {Every: 31 * day, Align: AlignMonth}, {Cron: "0 5 1 * ?", Align: AlignDay},
		{Cron: "@daily", End: at("2000-01-01")}, {Every: time.Second},
	} {
		must(t, s)
	}
}

func TestManualChoosesTheLastCompleteInterval(t *testing.T) {
	for _, c := range []struct {
		spec     Spec
		at, want string
	}{
		{Spec{Cron: "0 0 * * *", Location: zone(t, "America/New_York")}, "2024-03-10T07:15", "2024-03-09T05:00 2024-03-10T05:00"},
		{Spec{Cron: "0 0 * * *"}, "2024-03-10", "2024-03-09 2024-03-10"},
		{Spec{Cron: "0 0 * * *"}, "2024-03-09T23:59:59", "2024-03-08 2024-03-09"},
		{Spec{Every: 6 * time.Hour, Start: at("2024-03-01T00:10")}, "2024-03-10T12:10", "2024-03-10T06:10 2024-03-10T12:10"},
		{Spec{Every: 6 * time.Hour, Start: at("2024-03-01T00:10")}, "2024-02-10T12:09", "2024-02-10T00:10 2024-02-10T06:10"},
		{Spec{Cron: "0 5 * * *", Align: AlignDay, Delay: day}, "2024-03-10T00:00", "2024-03-09 2024-03-10"},
	} {
		if got, ok := must(t, c.spec).Manual(at(c.at)); !ok || show(got) != c.want {
			t.Errorf("%+v at %s: %s, want %s", c.spec, c.at, show(got), c.want)
		}
	}
}

func TestLatestStaysBetweenStartAndEnd(t *testing.T) {
	s := Spec{Cron: "@daily", Delay: time.Hour, Start: at("2024-05-01T06:00"), End: at("2024-05-04")}
	for now, want := range map[string]string{
		"2024-05-03T00:59:59": "", "2024-05-03T01:00": "2024-05-02 2024-05-03",
		"2024-05-05T12:00": "2024-05-04 2024-05-05", "2024-06-01": "2024-05-04 2024-05-05", "0001-01-01": "",
	} {
		p, ok := must(t, s).Latest(at(now))
		if ok != (want != "") || ok && show(p.Interval) != want {
			t.Errorf("at %s: %s, want %q", now, show(p.Interval), want)
		}
	}
}

func TestWalksGoBeforeTheStartAndStopWhereTheySay(t *testing.T) {
	tt := must(t, Spec{Cron: "@daily", Start: at("2024-05-01"), End: at("2024-05-03")})
	every := must(t, Spec{Every: 36 * time.Hour, Start: at("2024-05-01"), End: at("2024-05-03")})
	for _, c := range []struct {
		name string
		got  []Period
		want string
	}{
		{"periods", take(tt.Periods(), 9), "2024-05-01 2024-05-02 2024-05-03"},
		{"from before the start", take(tt.From(at("2024-04-29T00:00:01")), 9), "2024-04-30 2024-05-01 2024-05-02 2024-05-03"},
		{"from within a second", take(tt.From(at("2024-05-02").Add(1)), 9), "2024-05-03"},
		{"from past the end", take(tt.From(at("2024-05-04")), 9), ""},
		{"between, both ends inclusive, past the end", take(tt.Between(at("2024-04-30"), at("2024-05-05")), 9), "2024-04-30 2024-05-01 2024-05-02 2024-05-03 2024-05-04 2024-05-05"},
		{"between, backwards", take(tt.Between(at("2024-05-05"), at("2024-04-30")), 9), ""},
		{"every, backwards from its anchor", take(every.From(at("2024-04-27T12:00")), 9), "2024-04-28 2024-04-29T12:00 2024-05-01 2024-05-02T12:00"},
	} {
		if got := starts(c.got); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	seq := tt.Periods()
	if a, b := take(seq, 2), take(seq, 2); !slices.Equal(a, b) {
		t.Error("a walk can be walked twice")
	}
}

func TestNearestIntervalsAreThoseAround(t *testing.T) {
	tt := must(t, Spec{Cron: "@daily"})
	for _, c := range []struct {
		x    string
		n    int
		want string
	}{
		{"2024-05-10T06:00", 3, "2024-05-09 2024-05-10 2024-05-11"},
		{"2024-05-10T18:00", 3, "2024-05-10 2024-05-11 2024-05-12"},
		{"2024-05-10T18:00", 1, "2024-05-11"},
		{"2024-05-10", 1, "2024-05-10"},
		{"2024-05-10", 0, ""},
		{"9999-12-31", 2, "9999-12-29 9999-12-30"},
		{"0001-01-01", 2, "0001-01-01 0001-01-02"},
	} {
		var got []string
		for _, i := range tt.Nearest(at(c.x), c.n) {
			got = append(got, stamp(i.Start))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%d nearest to %s: %s, want %s", c.n, c.x, s, c.want)
		}
	}
}

func TestTheCalendarHasABeginningAndAnEnd(t *testing.T) {
	for _, s := range []Spec{{Cron: "0 12 * * *"}, {Every: day, Start: at("2000-01-01T12:00")}, {Cron: "0 12 1 * *", Align: AlignMonth, Location: time.FixedZone("", 3600)}, {Cron: "0 12 2 * *", Align: AlignMonth}} {
		tt := must(t, s)
		first, last := instant(minUnix), instant(maxUnix)
		for _, x := range []time.Time{first, first.Add(-1), time.Unix(minUnix*3, 0)} {
			if p, ok := tt.Latest(x); ok {
				t.Errorf("%+v: latest of %s is %s", s, x, show(p.Interval))
			}
			if i, ok := tt.Manual(x); ok {
				t.Errorf("%+v: manual at %s is %s", s, x, show(i))
			}
			if p, ok := tt.Containing(x); ok && p.Start.After(x) {
				t.Errorf("%+v: %s contains %s", s, show(p.Interval), x)
			}
		}
		for _, x := range []time.Time{last, last.Add(time.Hour), time.Unix(maxUnix*3, 0)} {
			if ps := take(tt.From(x), 1); len(ps) > 0 {
				t.Errorf("%+v: from %s comes %s", s, x, show(ps[0].Interval))
			}
			if p, ok := tt.Containing(x); ok {
				t.Errorf("%+v: %s contains %s", s, show(p.Interval), x)
			}
		}
		n := 0
		for p := range tt.Between(last.AddDate(0, -3, 0), last) {
			if n++; p.End.After(last) {
				t.Errorf("%+v: %s ends past the calendar", s, show(p.Interval))
			}
		}
		if n == 0 || tt.grid.count(longBefore, forever) < 9998*12 {
			t.Errorf("%+v: the grid stops short", s)
		}
	}
}

func TestAlignReadsWhatItWrites(t *testing.T) {
	for _, s := range []string{"none", "hour", "day", "week", "month"} {
		if a, ok := ParseAlign(s); !ok || a.String() != s {
			t.Errorf("%q reads as %s", s, a)
		}
	}
	if a, ok := ParseAlign("year"); ok || Align(9).String() != "unknown" {
		t.Errorf("year reads as %s", a)
	}
}

func TestDurationsReadWhatTheyWrite(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"1w2d3h4m5s": 9*day + 3*time.Hour + 4*time.Minute + 5*time.Second,
		"90m":        90 * time.Minute, "0s": 0, "36500d": 36500 * day,
	} {
		got, err := ParseDuration(s)
		if back, err2 := ParseDuration(FormatDuration(want)); err != nil || err2 != nil || got != want || back != want {
			t.Errorf("%q reads as %s (%v), and back as %s (%v)", s, got, err, back, err2)
		}
	}
	for _, s := range []string{"", "5", "m", "5x", "-5m", "+5m", "1.5h", "5m3h", "1m1m", "5 m", "36501d", "99999999999999999999s", "15000w15000w", "15250w2d"} {
		if d, err := ParseDuration(s); err == nil {
			t.Errorf("%q is accepted as %s", s, d)
		}
	}
	if s := FormatDuration(-36 * time.Hour); s != "-1d12h" {
		t.Errorf("minus a day and a half is written %s", s)
	}
}

package timetable

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

// These rows are what users of Airflow expect of a schedule with data intervals. Where the
// two differ on purpose, TestIntervalsThatDifferFromAirflowOnPurpose and docs/airflow.md say so.

// grids has the bounds of contiguous intervals from a start.
var grids = []struct{ schedule, zone, start, bounds string }{
	{"@hourly", "UTC", "2024-02-10T10:30", "2024-02-10T11:00 2024-02-10T12:00 2024-02-10T13:00 2024-02-10T14:00"},
	{"@midnight", "UTC", "2024-02-10T10:30", "2024-02-11 2024-02-12 2024-02-13 2024-02-14"},
	{"@quarterly", "UTC", "2024-02-10T10:30", "2024-04-01 2024-07-01 2024-10-01 2025-01-01"},
	{"@yearly", "UTC", "2024-02-10T10:30", "2025-01-01 2026-01-01 2027-01-01 2028-01-01"},
	{"4 5 * * *", "UTC", "2016-01-01T10:10", "2016-01-02T05:04 2016-01-03T05:04"},
	{"10 10 * * *", "UTC", "2016-01-01T10:10", "2016-01-01T10:10 2016-01-02T10:10"},
	// The dialect of cron.
	{"0 0 * * L5", "UTC", "2024-01-01", "2024-01-26 2024-02-23 2024-03-29 2024-04-26 2024-05-31"},
	{"0 0 * * SUN", "UTC", "2024-01-01", "2024-01-07 2024-01-14 2024-01-21 2024-01-28 2024-02-04"},
	{"0 0 1 JAN,jul *", "UTC", "2024-01-01", "2024-01-01 2024-07-01 2025-01-01 2025-07-01 2026-01-01"},
	{"5/15 * * * *", "UTC", "2024-01-01", "2024-01-01T00:05 2024-01-01T00:20 2024-01-01T00:35 2024-01-01T00:50 2024-01-01T01:05"},
	{"0 0 1-7 * 1", "UTC", "2024-01-01", "2024-01-01 2024-01-02 2024-01-03 2024-01-04 2024-01-05"},
	{"0 0 * * 6-1", "UTC", "2024-01-01", "2024-01-01 2024-01-06 2024-01-07 2024-01-08 2024-01-13"},
	{"0 0 1,15 * *", "UTC", "2024-01-01", "2024-01-01 2024-01-15 2024-02-01 2024-02-15 2024-03-01"},
	{"1-10/3 * * * *", "UTC", "2024-01-01", "2024-01-01T00:01 2024-01-01T00:04 2024-01-01T00:07 2024-01-01T00:10 2024-01-01T01:01"},
	// Clocks that are changed.
	{"0 2 * * *", "Europe/Zurich", "2023-10-27", "2023-10-27 2023-10-28 2023-10-29T01:00 2023-10-30T01:00"},
	{"*/30 * * * *", "Europe/Zurich", "2023-10-28T23:30", "2023-10-28T23:30 2023-10-29 2023-10-29T00:30 2023-10-29T01:00 2023-10-29T01:30 2023-10-29T02:00"},
	{"0 7-8 * * *", "America/Los_Angeles", "2020-03-07", "2020-03-07T15:00 2020-03-07T16:00 2020-03-08T14:00 2020-03-08T15:00"},
	{"0 7,9 * * *", "America/Los_Angeles", "2020-03-07", "2020-03-07T15:00 2020-03-07T17:00 2020-03-08T14:00 2020-03-08T16:00"},
	{"0 0 * * *", "America/New_York", "2024-11-02T04:00", "2024-11-02T04:00 2024-11-03T04:00 2024-11-04T05:00 2024-11-05T05:00 2024-11-06T05:00"},
	{"0 1-3 * * *", "America/New_York", "2024-11-03T04:00", "2024-11-03T06:00 2024-11-03T07:00 2024-11-03T08:00 2024-11-04T06:00 2024-11-04T07:00"},
}

func TestIntervalsOfASchedule(t *testing.T) {
	for _, g := range grids {
		tt := must(t, Spec{Cron: g.schedule, Location: zone(t, g.zone), Start: at(g.start)})
		var bounds []string
		for p := range tt.Periods() {
			if bounds == nil {
				bounds = append(bounds, stamp(p.Start))
			}
			if bounds = append(bounds, stamp(p.End)); len(bounds) == len(strings.Fields(g.bounds)) {
				break
			}
		}
		if got := strings.Join(bounds, " "); got != g.bounds {
			t.Errorf("%s in %s from %s\n got %s\nwant %s", g.schedule, g.zone, g.start, got, g.bounds)
		}
	}
}

func TestARangeMayBeginBeforeTheSchedule(t *testing.T) {
	tt := must(t, Spec{Cron: "@hourly", Start: at("2016-01-01")})
	var got []string
	for p := range tt.Between(at("2015-12-31T21:00"), at("2016-01-01")) {
		got = append(got, show(p.Interval))
	}
	want := "2015-12-31T21:00 2015-12-31T22:00, 2015-12-31T22:00 2015-12-31T23:00, 2015-12-31T23:00 2016-01-01, 2016-01-01 2016-01-01T01:00"
	if text := strings.Join(got, ", "); text != want {
		t.Errorf("%s", text)
	}
}

// comingNext is what runs at once, or else next.
func comingNext(d Decision) string {
	for p := range d.Run {
		return show(p.Interval)
	}
	if d.Next == nil {
		return ""
	}
	return show(d.Next.Interval)
}

func TestTheIntervalThatComesNext(t *testing.T) {
	for _, c := range []struct{ schedule, start, end, now, last, catchup, want string }{
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "", "false", "2024-05-09 2024-05-10"},
		{"@daily", "2024-01-01", "", "2024-05-10", "", "false", "2024-05-09 2024-05-10"},
		{"@daily", "2024-01-01", "", "2024-05-09T23:59:59", "", "false", "2024-05-08 2024-05-09"},
		{"@daily", "2024-05-10", "", "2024-05-10T12:00", "", "true", "2024-05-10 2024-05-11"},
		{"@daily", "2024-05-10T06:00", "", "2024-05-10T12:00", "", "true", "2024-05-11 2024-05-12"},
		{"@daily", "2024-05-10T06:00", "", "2024-05-10T12:00", "", "false", "2024-05-11 2024-05-12"},
		{"@daily", "2024-05-11", "", "2024-05-10T12:00", "", "true", "2024-05-11 2024-05-12"},
		{"@daily", "2024-05-20T06:00", "", "2024-05-10T12:00", "", "true", "2024-05-21 2024-05-22"},
		{"1d", "2024-05-10T06:00", "", "2024-05-10T12:00", "", "false", "2024-05-10T06:00 2024-05-11T06:00"},
		// After a pause.
		{"1d", "2024-01-01", "", "2024-05-10T12:00", "2024-04-29 2024-04-30", "true", "2024-04-30 2024-05-01"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-04-29 2024-04-30", "true", "2024-04-30 2024-05-01"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-04-29 2024-04-30", "false", "2024-05-09 2024-05-10"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-05-09 2024-05-10", "true", "2024-05-10 2024-05-11"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-05-09 2024-05-10", "false", "2024-05-10 2024-05-11"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-05-11 2024-05-12", "true", "2024-05-12 2024-05-13"},
		{"@daily", "2024-01-01", "", "2024-05-10T12:00", "2024-05-11 2024-05-12", "false", "2024-05-12 2024-05-13"},
		// The end of a schedule belongs to it.
		{"@daily", "2024-01-01", "2024-01-03", "2024-01-10", "2024-01-02 2024-01-03", "true", "2024-01-03 2024-01-04"},
		{"@daily", "2024-01-01", "2024-01-02T23:59:59", "2024-01-10", "2024-01-02 2024-01-03", "true", ""},
	} {
		if got := comingNext(decide(t, c.schedule, c.start, c.end, c.now, c.last, c.catchup)); got != c.want {
			t.Errorf("%+v\n got %s", c, got)
		}
	}
}

func decide(t *testing.T, schedule, start, end, now, last, catchup string) Decision {
	t.Helper()
	s := Spec{Cron: schedule, Start: at(start)}
	if schedule == "1d" {
		s.Cron, s.Every = "", day
	}
	if end != "" {
		s.End = at(end)
	}
	policy := Catchup{Mode: CatchupFalse}
	if catchup == "true" {
		policy.Mode = CatchupTrue
	}
	return must(t, s).Decide(at(now), span(last), policy)
}

func TestIntervalsThatDifferFromAirflowOnPurpose(t *testing.T) {
	for _, c := range []struct{ why, schedule, start, now, last, catchup, airflow, ours string }{
		{"no overlap with what ran", "30 16 * * *", "2021-09-04", "2021-09-07", "2021-09-06 2021-09-07", "false",
			"2021-09-06T16:30 2021-09-07T16:30", "2021-09-07 2021-09-07T16:30"},
		{"no overlap with what ran", "@daily", "2022-08-01", "2022-08-09", "2022-08-07T01:00 2022-08-08T01:00", "true",
			"2022-08-08 2022-08-09", "2022-08-08T01:00 2022-08-09"},
		{"the grid is anchored at start_date", "1d", "2024-01-01T06:00", "2024-05-10", "", "false", "2024-05-09 2024-05-10", "2024-05-08T06:00 2024-05-09T06:00"},
		{"the grid is anchored at start_date", "1d", "2024-01-01T06:00", "2024-05-10T00:00:01", "", "false", "2024-05-09 2024-05-10", "2024-05-08T06:00 2024-05-09T06:00"},
	} {
		if got := comingNext(decide(t, c.schedule, c.start, "", c.now, c.last, c.catchup)); got != c.ours || got == c.airflow {
			t.Errorf("%s: %s", c.why, got)
		}
	}
}

func TestTheIntervalOfARunByHand(t *testing.T) {
	tt := must(t, Spec{Cron: "0 0 * * *", Location: zone(t, "America/New_York")})
	if got, _ := tt.Manual(at("2024-03-10T07:15")); show(got) != "2024-03-09T05:00 2024-03-10T05:00" {
		t.Error(show(got))
	}
	tt = must(t, Spec{Every: 6 * time.Hour, Start: at("2024-03-01")}) // Airflow: the six hours before that instant
	if got, _ := tt.Manual(at("2024-03-10T12:10")); show(got) != "2024-03-10T06:00 2024-03-10T12:00" {
		t.Error(show(got))
	}
}

func TestSchedulesThatAreNone(t *testing.T) {
	for _, c := range []struct {
		cron  string
		every time.Duration
		ok    bool
	}{
		{cron: "@hourly", ok: true}, {every: time.Hour, ok: true}, {every: -day},
		{cron: "0 0 1 13 0"}, {cron: "0 0 LW * *"}, {cron: "60 * * * *"}, {cron: "0 0 * * 8"}, {cron: "* * * *"}, {cron: "0 24 * * *"},
		{cron: "0 0 30 2 *"}, // accepted by Airflow, and never run
		{},                   // a timedelta of nothing
	} {
		if _, err := New(Spec{Cron: c.cron, Every: c.every, Start: at("2024-01-01")}); (err == nil) != c.ok {
			t.Errorf("%s: %v", fmt.Sprint(c.cron, c.every), err)
		}
	}
}

package timetable

import (
	"strings"
	"testing"
	"time"
)

func loadOrUTC(name string) (*time.Location, error) {
	if strings.EqualFold(name, "local") {
		return time.UTC, nil // never the host's
	}
	return time.LoadLocation(name)
}

func TestBoundsWhereClocksChange(t *testing.T) {
	for _, c := range []struct{ name, cron, zone, from, want string }{
		{"an hour after the gap", "0 3 * * *", "Europe/Zurich", "2023-03-24", "2023-03-24T02:00 2023-03-25T02:00 2023-03-26T01:00 2023-03-27T01:00"},
		{"a reading that does not exist moves forward", "0 2 * * *", "Europe/Zurich", "2023-03-24", "2023-03-24T01:00 2023-03-25T01:00 2023-03-26T01:00 2023-03-27"},
		{"a reading that occurs twice is its second", "0 2 * * *", "Europe/Zurich", "2023-10-27", "2023-10-27 2023-10-28 2023-10-29T01:00 2023-10-30T01:00"},
		{"every hour runs through both", "*/30 * * * *", "Europe/Zurich", "2023-10-28T23:30", "2023-10-28T23:30 2023-10-29 2023-10-29T00:30 2023-10-29T01:00 2023-10-29T01:30 2023-10-29T02:00 2023-10-29T02:30"},
		{"all hours written out are every hour", "0 0-12,13-23 * * *", "Europe/Zurich", "2023-10-28T23:00", "2023-10-28T23:00 2023-10-29 2023-10-29T01:00 2023-10-29T02:00"},
		{"half past two is half past three for a day", "30 2 * * *", "America/New_York", "2024-03-09", "2024-03-09T07:30 2024-03-10T07:30 2024-03-11T06:30"},
		{"two and three o'clock fall together", "0 1-3 * * *", "America/New_York", "2024-03-10", "2024-03-10T06:00 2024-03-10T07:00 2024-03-11T05:00 2024-03-11T06:00"},
		{"nothing is lost where moved ticks interleave", "15,45 0-4 * * *", "America/New_York", "2024-03-10T06:00", "2024-03-10T06:15 2024-03-10T06:45 2024-03-10T07:15 2024-03-10T07:45 2024-03-10T08:15 2024-03-10T08:45 2024-03-11T04:15"},
		{"moved ticks go between those of the hour they land in", "20,50 2,3 * * *", "America/New_York", "2024-03-10", "2024-03-10T07:20 2024-03-10T07:50 2024-03-11T06:20"},
		{"a minute moved before one that stays", "50 2 * * *", "America/New_York", "2024-03-10", "2024-03-10T07:50 2024-03-11T06:50"},
		{"one interval of three hours", "0 */2 * * *", "America/New_York", "2024-11-03T04:00", "2024-11-03T04:00 2024-11-03T07:00 2024-11-03T09:00"},
		{"midnights around a long day", "0 0 * * *", "America/New_York", "2024-11-02T04:00", "2024-11-02T04:00 2024-11-03T04:00 2024-11-04T05:00 2024-11-05T05:00 2024-11-06T05:00"},
		{"one to three o'clock on a long day", "0 1-3 * * *", "America/New_York", "2024-11-03T04:00", "2024-11-03T06:00 2024-11-03T07:00 2024-11-03T08:00 2024-11-04T06:00 2024-11-04T07:00"},
		{"morning hours on either side of a change", "0 7-8 * * *", "America/Los_Angeles", "2020-03-07", "2020-03-07T15:00 2020-03-07T16:00 2020-03-08T14:00 2020-03-08T15:00"},
		{"hours apart on either side of a change", "0 7,9 * * *", "America/Los_Angeles", "2020-03-07", "2020-03-07T15:00 2020-03-07T17:00 2020-03-08T14:00 2020-03-08T16:00"},
		{"a day that does not exist is the next one", "0 0 * * *", "Pacific/Apia", "2011-12-29", "2011-12-29T10:00 2011-12-30T10:00 2011-12-31T10:00"},
		{"half an hour is skipped", "0 * * * *", "Australia/Lord_Howe", "2024-10-05T14:00", "2024-10-05T14:30 2024-10-05T16:00 2024-10-05T17:00"},
		{"half an hour is repeated", "0 * * * *", "Australia/Lord_Howe", "2024-04-06T13:00", "2024-04-06T13:00 2024-04-06T14:00 2024-04-06T15:30 2024-04-06T16:30"},
		{"half an hour is repeated, ticks in it twice", "*/20 * * * *", "Australia/Lord_Howe", "2024-04-06T14:20", "2024-04-06T14:20 2024-04-06T14:40 2024-04-06T15:10 2024-04-06T15:30 2024-04-06T15:50 2024-04-06T16:10"},
		{"midnight does not exist", "0 0 * * *", "Africa/Cairo", "2023-04-26T21:00", "2023-04-26T22:00 2023-04-27T22:00 2023-04-28T21:00"},
		{"the day before a midnight that does not exist", "0 0 * * *", "Africa/Cairo", "2023-04-25T22:00", "2023-04-25T22:00 2023-04-26T22:00 2023-04-27T22:00"},
		{"a start on the tick before a gap keeps its interval", "0 */2 * * *", "America/New_York", "2024-03-10T05:00", "2024-03-10T05:00 2024-03-10T07:00 2024-03-10T08:00"},
		{"an offset of seconds", "0 0 * * *", "Africa/Monrovia", "1972-01-05T12:00", "1972-01-06T00:44:30 1972-01-07T00:44:30 1972-01-08"},
		{"the last day of a leap year beyond the zone's table", "0 0 * * *", "Europe/Zurich", "2096-12-30", "2096-12-30T23:00 2096-12-31T23:00 2097-01-01T23:00"},
	} {
		s := Spec{Cron: c.cron, Location: zone(t, c.zone), Start: at(c.from)}
		if got := starts(take(must(t, s).Periods(), len(strings.Fields(c.want)))); got != c.want {
			t.Errorf("%s: %q in %s:\n got %s\nwant %s", c.name, c.cron, c.zone, got, c.want)
		}
	}
}

func TestSegmentsOfZonesTileTime(t *testing.T) {
	for _, name := range zoneNames(t) {
		loc, err := time.LoadLocation(name)
		if err != nil {
			continue
		}
		last := at("2060-01-01").Unix()
		for u := at("2023-01-01").Unix(); u < last; {
			s := segmentAt(loc, u)
			if s.lo > u || s.hi <= u || offsetAt(loc, s.hi-1) != s.off {
				t.Fatalf("%s at %s: %+v", name, stamp(instant(u)), s)
			}
			u = s.hi
		}
	}
}

func TestResolveFollowsTheRuleForTicks(t *testing.T) {
	for _, c := range []struct{ zone, wall, want string }{
		{"Europe/Zurich", "2023-03-26T02:30", "2023-03-26T01:30"},
		{"Europe/Zurich", "2023-03-26T01:59:59", "2023-03-26T00:59:59"},
		{"Europe/Zurich", "2023-03-26T03:00", "2023-03-26T01:00"},
		{"Europe/Zurich", "2023-10-29T02:30", "2023-10-29T01:30"},
		{"Europe/Zurich", "2023-10-29T01:30", "2023-10-28T23:30"},
		{"Europe/Zurich", "1800-01-01", "1799-12-31T23:25:52"},
		{"America/Havana", "2024-11-03", "2024-11-03T05:00"},
		{"Africa/Cairo", "2023-04-28", "2023-04-27T22:00"},
		{"Pacific/Apia", "2011-12-30", "2011-12-30T10:00"},
		{"UTC", "2024-02-29", "2024-02-29"},
	} {
		if got := Resolve(at(c.wall), zone(t, c.zone)); stamp(got) != c.want {
			t.Errorf("%s in %s is %s, want %s", c.wall, c.zone, stamp(got), c.want)
		}
	}
	if got := Resolve(time.Date(2024, 1, 1, 12, 0, 0, 7, time.FixedZone("", 3600)), time.UTC); got != time.Date(2024, 1, 1, 12, 0, 0, 7, time.UTC) {
		t.Errorf("the reading of another zone's clock is taken as it stands, not %s", got)
	}
}

func TestRareDaysAreFoundInBothDirections(t *testing.T) {
	tt := must(t, Spec{Cron: "30 2 * 2 0#5", Location: zone(t, "Europe/Berlin")})
	z := tt.grid.(plain).ticks
	end := at("9999-01-01").Unix()
	var got []int64
	next := z.walk(at("1600-01-01").Unix())
	for u, ok := next(); ok && u < end; u, ok = next() {
		got = append(got, u)
		if len(got) < 5 && !strings.Contains("1604-02-29T01:36:32 1632-02-29T01:36:32 1660-02-29T01:36:32 1688-02-29T01:36:32", stamp(instant(u))) {
			t.Errorf("%s is no fifth Sunday of a February", stamp(instant(u)))
		}
	}
	n := len(got)
	for u, ok := z.prev(end); ok && u > at("1600-01-01").Unix(); u, ok = z.prev(u - 1) {
		if n--; n < 0 || got[n] != u {
			t.Fatalf("backwards comes %s", stamp(instant(u)))
		}
	}
	if n != 0 || z.count(at("1600-01-01").Unix(), end) != len(got) {
		t.Errorf("%d of %d are not found backwards; %d counted", n, len(got), z.count(at("1600-01-01").Unix(), end))
	}
}

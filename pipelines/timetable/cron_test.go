package timetable

import (
	"errors"
	"strings"
	"testing"
)

func TestCronFiresWhenItsFieldsSay(t *testing.T) {
	for _, c := range []struct{ cron, from, want string }{
		{"0 0 1,15 * *", "2024-01-01", "2024-01-01 2024-01-15 2024-02-01 2024-02-15"},
		{"1-10/3 * * * *", "2024-01-01", "2024-01-01T00:01 2024-01-01T00:04 2024-01-01T00:07 2024-01-01T00:10 2024-01-01T01:01"},
		{"5/15 * * * *", "2024-01-01", "2024-01-01T00:05 2024-01-01T00:20 2024-01-01T00:35 2024-01-01T00:50 2024-01-01T01:05"},
		{"0 22-2 * * *", "2024-01-01", "2024-01-01 2024-01-01T01:00 2024-01-01T02:00 2024-01-01T22:00 2024-01-01T23:00 2024-01-02"},
		{"0 22-2/2 * * *", "2024-01-01", "2024-01-01 2024-01-01T02:00 2024-01-01T22:00 2024-01-02"},
		{"0 0 30-2 * *", "2024-01-01", "2024-01-01 2024-01-02 2024-01-30 2024-01-31 2024-02-01"},
		{"0 0 1 nov-Feb *", "2024-01-01", "2024-01-01 2024-02-01 2024-11-01 2024-12-01 2025-01-01"},
		{"0 0 1 JAN,jul *", "2024-01-01", "2024-01-01 2024-07-01 2025-01-01 2025-07-01"},
		{"0 0 1 */5 *", "2024-01-01", "2024-01-01 2024-06-01 2024-11-01 2025-01-01"},
		{"0 0 * * SUN", "2024-01-01", "2024-01-07 2024-01-14"},
		{"0 0 * * 7", "2024-01-01", "2024-01-07 2024-01-14"},
		{"0 0 * * 6-1", "2024-01-01", "2024-01-01 2024-01-06 2024-01-07 2024-01-08 2024-01-13"},
		{"0 0 * * fri-Mon", "2024-01-01", "2024-01-01 2024-01-05 2024-01-06 2024-01-07 2024-01-08 2024-01-12"},
		{"0 0 * * 6-7", "2024-01-01", "2024-01-06 2024-01-07 2024-01-13"},
		{"0 0 * * 7-2", "2024-01-01", "2024-01-01 2024-01-02 2024-01-07 2024-01-08 2024-01-09 2024-01-14"},
		{"0 0 * * 7-7", "2024-01-01", "2024-01-07 2024-01-14"},
		{"0 0 * * 5/1", "2024-01-01", "2024-01-05 2024-01-06 2024-01-07 2024-01-12"},
		{"0 0 * * L5", "2024-01-01", "2024-01-26 2024-02-23 2024-03-29 2024-04-26 2024-05-31"},
		{"0 0 * * l0,L7", "2024-01-01", "2024-01-28 2024-02-25"},
		{"0 0 * * 5#2,mon#1", "2024-01-01", "2024-01-01 2024-01-12 2024-02-05 2024-02-09"},
		{"0 0 * * 4#5", "2024-01-01", "2024-02-29 2024-05-30"},
		{"0 0 L * *", "2023-01-31", "2023-01-31 2023-02-28 2023-03-31 2023-04-30"},
		{"0 0 l,1 2 *", "2024-01-01", "2024-02-01 2024-02-29 2025-02-01 2025-02-28"},
		{"0 0 1-7 * 1", "2024-01-01", "2024-01-01 2024-01-02 2024-01-03 2024-01-04 2024-01-05 2024-01-06 2024-01-07 2024-01-08 2024-01-15"},
		{"0 0 ? * 1", "2024-01-01", "2024-01-01 2024-01-08"},
		{"0 0 15 * ?", "2024-01-01", "2024-01-15 2024-02-15"},
		{"0 0 */10 * 1", "2024-01-02", "2024-01-08 2024-01-11 2024-01-15 2024-01-21"},
		{"0 0 29 2 *", "1895-01-01", "1896-02-29 1904-02-29 1908-02-29"},
		{"0 0 29 2 *", "2097-01-01", "2104-02-29 2108-02-29"},
		{"0 0 * 2 1#5", "2000-01-01", "2016-02-29 2044-02-29"},
		{"* * * * * */15", "2024-01-01", "2024-01-01 2024-01-01T00:00:15 2024-01-01T00:00:30 2024-01-01T00:00:45 2024-01-01T00:01"},
		{"59 23 31 12 * 58,59", "2024-01-01", "2024-12-31T23:59:58 2024-12-31T23:59:59 2025-12-31T23:59:58"},
		{" 05\t4  * * * ", "2024-01-01", "2024-01-01T04:05 2024-01-02T04:05"},
		{"@hourly", "2024-02-10T10:30", "2024-02-10T11:00 2024-02-10T12:00"},
		{"@daily", "2024-02-10T10:30", "2024-02-11 2024-02-12"},
		{"@midnight", "2024-02-10T10:30", "2024-02-11 2024-02-12"},
		{"@weekly", "2024-02-10T10:30", "2024-02-11 2024-02-18"},
		{"@Monthly", "2024-02-10T10:30", "2024-03-01 2024-04-01"},
		{"@quarterly", "2024-02-10T10:30", "2024-04-01 2024-07-01 2024-10-01 2025-01-01"},
		{"@yearly", "2024-02-10T10:30", "2025-01-01 2026-01-01"},
		{"@annually", "2024-02-10T10:30", "2025-01-01 2026-01-01"},
		{"4 5 * * *", "2016-01-01T10:10", "2016-01-02T05:04 2016-01-03T05:04"},
		{"10 10 * * *", "2016-01-01T10:10", "2016-01-01T10:10 2016-01-02T10:10"},
	} {
		tt, err := New(Spec{Cron: c.cron, Start: at(c.from)})
		if err != nil {
			t.Errorf("%q: %v", c.cron, err)
			continue
		}
		if got := starts(take(tt.Periods(), len(strings.Fields(c.want)))); got != c.want {
			t.Errorf("%q from %s:\n got %s\nwant %s", c.cron, c.from, got, c.want)
		}
	}
}

func TestCronErrorPointsAtTheFault(t *testing.T) {
	for _, c := range []struct{ cron, field, fault, message string }{
		{"", "", "", "is empty"},
		{"   ", "", "   ", "is empty"},
		{"* * * *", "", "* * * *", "has 4 fields"},
		{"*", "", "*", "has 1 field in"},
		{"0 0 1 1 * 0 2024", "", "0 0 1 1 * 0 2024", "has 7 fields"},
		{"0 0 1 1 * 0 2024 8", "", "0 0 1 1 * 0 2024 8", "has 8 fields"},
		{"@every 5m", "", "@every 5m", "@every"},
		{"@reboot", "", "@reboot", "unknown preset"},
		{strings.Repeat("1,", 600) + "1 * * * *", "", strings.Repeat("1,", 600) + "1 * * * *", "longer than 1024 bytes"},
		{"60 * * * *", "minute", "60", "60 is out of range 0 to 59"},
		{"1,2,61 * * * *", "minute", "61", "out of range"},
		{"0 24 * * *", "hour", "24", "out of range 0 to 23"},
		{"0 0 0 * *", "day-of-month", "0", "out of range 1 to 31"},
		{"0 0 32 * *", "day-of-month", "32", "out of range"},
		{"0 0 1 13 0", "month", "13", "out of range 1 to 12"},
		{"0 0 * * 8", "day-of-week", "8", "out of range 0 to 7"},
		{"0 0 * * * 60", "second", "60", "out of range"},
		{"0 0 * * 1-9", "day-of-week", "9", "out of range"},
		{"12345 * * * *", "minute", "12345", "is not a value"},
		{"+5 * * * *", "minute", "+5", "is not a value"},
		{"-5 * * * *", "minute", "-", "a number is missing"},
		{"5- * * * *", "minute", "-", "a number is missing"},
		{"1,,2 * * * *", "minute", ",", "a value is missing"},
		{"1, * * * *", "minute", ",", "a value is missing"},
		{"*/0 * * * *", "minute", "0", "a step is a number from 1 up"},
		{"*/ * * * *", "minute", "/", "a step is a number from 1 up"},
		{"*/x * * * *", "minute", "x", "a step"},
		{"*/5/2 * * * *", "minute", "5/2", "a step"},
		{"1-2-3 * * * *", "minute", "2-3", "is not a value"},
		{"? * * * *", "minute", "?", "is not a value"},
		{"0 0 1,? * *", "day-of-month", "?", "is not a value"},
		{"H * * * *", "minute", "H", "is not a value"},
		{"0 R * * *", "hour", "R", "is not a value"},
		{"0 0 * * 5L", "day-of-week", "5L", "is not a value"},
		{"0 0 * * L", "day-of-week", "L", "is not a last weekday"},
		{"0 0 * * L8", "day-of-week", "L8", "is not a last weekday"},
		{"0 0 * * 1#6", "day-of-week", "1#6", "does not count from 1 to 5"},
		{"0 0 * * 1#", "day-of-week", "1#", "does not count"},
		{"0 0 * * x#1", "day-of-week", "x", "is not a value"},
		{"0 0 LW * *", "day-of-month", "LW", "is not supported"},
		{"0 0 15W * *", "day-of-month", "15W", "is not supported"},
		{"0 0 L-3 * *", "day-of-month", "L-3", "is not supported"},
		{"0 0 * january *", "month", "january", "is not a value"},
		{"0 0 * foo *", "month", "foo", "is not a value"},
		{"0 mon * * *", "hour", "mon", "is not a value"},
		{"0 0 30 2 *", "day-of-month", "30 2", "can never fire"},
		{"0 0 31  2,4,jun,9,11 *", "day-of-month", "31  2,4,jun,9,11", "can never fire"},
	} {
		_, err := New(Spec{Cron: c.cron, Start: at("2024-01-01"), Every: 0})
		if c.cron == "" {
			_, err = parseCron("")
		}
		var e *CronError
		if !errors.As(err, &e) {
			t.Errorf("%q: got %v, want a CronError", c.cron, err)
			continue
		}
		if e.Field != c.field || e.Expr[e.Offset:e.Offset+e.Length] != c.fault {
			t.Errorf("%q: points at %s %q, want %s %q", c.cron, e.Field, e.Expr[e.Offset:e.Offset+e.Length], c.field, c.fault)
		}
		if !strings.Contains(e.Error(), c.message) || e.Impossible != strings.Contains(c.message, "never") {
			t.Errorf("%q: %v, want %q", c.cron, e, c.message)
		}
	}
}

func TestCronErrorHelps(t *testing.T) {
	for expr, want := range map[string]string{
		"@every 5m":        "every: 6h",
		"@dayly":           "@daily",
		"? * * * *":        "day fields only",
		"H * * * *":        "write the number",
		"0 0 * * 5L":       "write L5",
		"0 0 * * L":        "write L5",
		"0 0 * * 1#6":      "5#1 to 5#5",
		"0 0 * * monday":   "write mon",
		"0 0 * brumaire *": "jan feb",
		"0 0 15W * *":      "last day of the month",
		"0 0 30 2 *":       "write L",
	} {
		var e *CronError
		if _, err := parseCron(expr); !errors.As(err, &e) || !strings.Contains(e.Help, want) {
			t.Errorf("%q: %+v, want help with %q", expr, e, want)
		}
	}
}

func TestWarningsSayWhatIsProbablyNotMeant(t *testing.T) {
	ams := zone(t, "Europe/Amsterdam")
	for _, c := range []struct {
		spec Spec
		want string
	}{
		{Spec{Cron: "0 0 1-7 * 1"}, `day-of-month "1-7" and day-of-week "1" mean OR`},
		{Spec{Cron: "0 0 1-7 * ?"}, ""},
		{Spec{Cron: "0 0 ? * 1"}, ""},
		{Spec{Cron: "0 0 L * 1#1"}, "mean OR"},
		{Spec{Cron: "*/90 * * * *"}, `minute "*/90" matches only once`},
		{Spec{Cron: "*/7 * * * *"}, ""},
		{Spec{Cron: "30 2 * * *", Location: ams}, ""},
		{Spec{Every: 24 * 3600e9, Location: ams}, "every 1d is absolute time"},
		{Spec{Every: 24 * 3600e9}, ""},
		{Spec{Every: 6 * 3600e9, Location: ams}, ""},
		{Spec{Every: 24 * 3600e9, Location: zone(t, "Asia/Tokyo")}, ""},
		{Spec{Cron: "0 0 * * *", Start: at("2024-01-01T01:00"), End: at("2024-01-01T23:00")}, "no interval starts between"},
	} {
		got := strings.Join(must(t, c.spec).Warnings(), "; ")
		if c.want == "" && got != "" || !strings.Contains(got, c.want) {
			t.Errorf("%+v: warnings %q, want %q", c.spec, got, c.want)
		}
	}
}

func TestPresetsAreCronExpressions(t *testing.T) {
	for _, p := range Presets() {
		if x, ok := ExpandPreset(p.Name); !ok || x != p.Cron {
			t.Errorf("%s expands to %q, want %q", p.Name, x, p.Cron)
		}
	}
	if _, ok := ExpandPreset("@once"); ok {
		t.Error("@once is no preset")
	}
}

func FuzzCron(f *testing.F) {
	for _, s := range []string{"0 0 * * *", "*/15 22-2 L */3 fri-mon 30", "0 0 29 2 5#5", "1-10/3,5/7 ? ? jan L5", "@daily", "0 0 30 2 *", "5L # / - , L-3 15W"} {
		f.Add(s, int64(1711846800), "Europe/Amsterdam")
	}
	f.Add("0,30 1-3 * * *", int64(1325152800), "Pacific/Apia")
	f.Fuzz(func(t *testing.T, expr string, from int64, name string) {
		loc, err := loadOrUTC(name)
		c, cerr := parseCron(expr)
		if err != nil || cerr != nil {
			var e *CronError
			if cerr != nil && (!errors.As(cerr, &e) || e.Offset < 0 || e.Length < 0 || e.Offset+e.Length > len(expr)) {
				t.Fatalf("%q: %+v", expr, e)
			}
			return
		}
		z := zoned{c, loc}
		from = minUnix + from%(maxUnix-minUnix)
		last, n, next := int64(longBefore), 0, z.walk(from)
		for u, ok := next(); ok && n < 50; u, ok = next() {
			if u <= last || u < from {
				t.Fatalf("%q in %s: %d follows %d", expr, name, u, last)
			}
			if p, ok := z.prev(u); !ok || p != u {
				t.Fatalf("%q in %s: prev of tick %d is %d", expr, name, u, p)
			}
			if n++; n > 1 && z.count(last, u) != 1 {
				t.Fatalf("%q in %s: %d ticks in [%d, %d)", expr, name, z.count(last, u), last, u)
			}
			last = u
		}
	})
}

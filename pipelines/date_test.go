package pipelines

import (
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

func TestTimesAreReadTheSameEverywhere(t *testing.T) {
	for _, c := range []struct {
		text, zone string
		end        bool
		want       string // "" where it is no time
	}{
		{"2026-03-01", "UTC", false, "2026-03-01T00:00:00Z"},
		{"2026-03-01", "UTC", true, "2026-03-01T23:59:59.999999Z"},
		{"2026-03-01", "Europe/Amsterdam", false, "2026-02-28T23:00:00Z"},
		{"2026-03-29", "Europe/Amsterdam", true, "2026-03-29T21:59:59.999999Z"}, // a day of 23 hours
		{"2026-03-01T06:00", "Europe/Amsterdam", false, "2026-03-01T05:00:00Z"},
		{"2026-03-01T06:00:07", "Europe/Amsterdam", true, "2026-03-01T05:00:07Z"},
		{"2026-03-01 06:00", "UTC", false, "2026-03-01T06:00:00Z"},
		{"2026-03-01T06:00:00+02:00", "America/New_York", true, "2026-03-01T04:00:00Z"},
		{"2026-10-25T02:30+02:00", "Europe/Amsterdam", false, "2026-10-25T00:30:00Z"}, // as times that occur twice are shown
		{"2026-03-01T06:00Z", "Europe/Amsterdam", true, "2026-03-01T06:00:00Z"},
		{"2026-03-01T06:00:00.1234567Z", "UTC", false, "2026-03-01T06:00:00.123456Z"},
		{"2026-03-29T02:30", "Europe/Amsterdam", false, "2026-03-29T01:30:00Z"},    // skipped: 03:30
		{"2026-10-25T02:30", "Europe/Amsterdam", false, "2026-10-25T01:30:00Z"},    // twice: the second
		{"2026-04-05T01:45", "Australia/Lord_Howe", false, "2026-04-04T15:15:00Z"}, // a change of half an hour
		{"2026-10-04T02:15", "Australia/Lord_Howe", false, "2026-10-03T15:45:00Z"},
		{"2018-11-04", "America/Sao_Paulo", false, "2018-11-04T03:00:00Z"}, // no midnight: 01:00
		{"2018-11-03", "America/Sao_Paulo", true, "2018-11-04T02:59:59.999999Z"},
		{"2026-02-30", "UTC", false, ""},
		{"2026-3-1", "UTC", false, ""},
		{"2026", "UTC", false, ""},
		{"yesterday", "UTC", false, ""},
		{"2026-03-01T25:00", "UTC", false, ""},
		{"2026-03-01T06:00.5", "UTC", false, ""},
		{"0000-01-01", "UTC", false, ""},
		{"", "UTC", false, ""},
	} {
		loc, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		got, err := ParseTime(c.text, loc, c.end)
		if (err != nil) != (c.want == "") || err == nil && got.Format(time.RFC3339Nano) != c.want {
			t.Errorf("%q in %s: got %v, %v; want %s", c.text, c.zone, got, err, c.want)
		}
	}
}

// The clock readings of a zone's whole year are read as the rule says, found by walking through the year.
func TestEveryLocalTimeIsItsLastOccurrence(t *testing.T) {
	for _, zone := range []string{"Europe/Amsterdam", "America/New_York", "Australia/Lord_Howe", "America/Sao_Paulo", "Asia/Kathmandu"} {
		loc, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		last := map[string]time.Time{}
		begin := time.Date(2018, 1, 1, 0, 0, 0, 0, time.UTC)
		for at := begin; at.Before(begin.AddDate(1, 0, 0)); at = at.Add(15 * time.Minute) {
			last[at.In(loc).Format("2006-01-02T15:04")] = at
		}
		for reading, want := range last {
			if got, err := ParseTime(reading, loc, false); err != nil || !got.Equal(want) {
				t.Fatalf("%s in %s: got %v, %v; want %v", reading, zone, got, err, want)
			}
		}
	}
}

func TestDurationsHaveOneGrammar(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"5m": 5 * time.Minute, "1d": 24 * time.Hour, "1w2d3h4m5s": 9*24*time.Hour + 3*time.Hour + 4*time.Minute + 5*time.Second,
		"90s": 90 * time.Second, "0s": 0, "36500d": 36500 * 24 * time.Hour,
	} {
		got, err := ParseDuration(text)
		if err != nil || got != want {
			t.Errorf("%s: got %v, %v", text, got, err)
		}
		if back, err := ParseDuration(FormatDuration(got)); err != nil || back != got {
			t.Errorf("%s: written as %s", text, FormatDuration(got))
		}
	}
	for _, text := range []string{"", "5", "-5m", "1.5h", "5m1h", "1h1h", "m", "1 h", "1ms", "99999999999999999999s", "5300w", "1H"} {
		if got, err := ParseDuration(text); err == nil {
			t.Errorf("%q is taken for %v", text, got)
		}
	}
}

func TestNearestFindsTheSlipAndNothingElse(t *testing.T) {
	from := []string{"extract", "transform", "load", "all_success", "all_done", "a"}
	for word, want := range map[string]string{
		"extrct": "extract", "etxract": "extract", "EXTRACT": "extract", "laod": "load", "all_sucess": "all_success",
		"report": "", "d": "", "b": "", "": "",
	} {
		if got := Nearest(word, from); got != want {
			t.Errorf("%q: got %q, want %q", word, got, want)
		}
	}
}

// FuzzTime: what is accepted as a time is a whole microsecond in UTC that can be written
// down and read again, in any zone; a day ends after it began and before the next.
func FuzzTime(f *testing.F) {
	for _, text := range []string{"2026-03-01", "2026-03-01T06:00", "2026-03-01 06:00:07", "2026-03-01T06:00:00.1234567Z", "2026-10-25T02:30+02:00",
		"2026-02-30", "0001-01-01", "9999-12-31", "2026-03-01T24:00", "2026-03-01T06:00-23:59", "2011-12-30", "yesterday", ""} {
		for _, name := range []string{"UTC", "Europe/Amsterdam", "Pacific/Apia", "Australia/Lord_Howe"} {
			f.Add(text, name)
		}
	}
	f.Fuzz(func(t *testing.T, text, name string) {
		loc, err := time.LoadLocation(name)
		if err != nil {
			loc = time.UTC
		}
		begin, err := ParseTime(text, loc, false)
		end, endErr := ParseTime(text, loc, true)
		_, dayErr := time.Parse(time.DateOnly, text)
		if (err == nil) != (endErr == nil) && dayErr != nil {
			t.Fatalf("%q in %s: %v as a begin, %v as an end", text, name, err, endErr)
		}
		if err != nil || endErr != nil {
			return
		}
		if begin.Location() != time.UTC || begin.Nanosecond()%1000 != 0 || begin.Year() < 1 || begin.Year() > 9998 {
			t.Fatalf("%q in %s is %s", text, name, begin)
		}
		for _, written := range []string{begin.Format(time.RFC3339Nano), begin.In(loc).Format("2006-01-02T15:04:05.999999Z07:00")} {
			again, err := ParseTime(written, time.UTC, false)
			if _, offset := begin.In(loc).Zone(); offset%60 == 0 && (err != nil || !again.Equal(begin)) {
				t.Fatalf("%q in %s is %s, written as %s it is %s, %v", text, name, begin, written, again, err)
			}
		}
		length := end.Sub(begin)
		if dayErr != nil && length != 0 || dayErr == nil && (length < -time.Microsecond || length > 49*time.Hour) {
			t.Fatalf("%q in %s: from %s to %s", text, name, begin, end)
		}
	})
}

// FuzzDuration: what is accepted as a duration reads the same when it is written by us.
func FuzzDuration(f *testing.F) {
	for _, text := range []string{"1w2d3h4m5s", "90m", "5", "0s", "-1h", "1h1h", "1m1h", "99999999999999999999s", "106751d", "1.5h", ""} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		d, err := timetable.ParseDuration(text)
		if err != nil {
			return
		}
		written := timetable.FormatDuration(d)
		if again, err := timetable.ParseDuration(written); err != nil || again != d || d < 0 {
			t.Fatalf("%q is %d, written as %q it is %d, %v", text, d, written, again, err)
		}
	})
}

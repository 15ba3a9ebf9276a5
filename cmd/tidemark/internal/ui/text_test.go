package ui

import (
	"testing"
	"time"
)

func TestTextIsMeasuredAsItLooks(t *testing.T) {
	for text, want := range map[string]int{
		"": 0, "abc": 3, "✓ ok": 4, "日本": 4, "e\u0301": 1, "\x1b[31mred\x1b[0m": 3,
	} {
		if got := Width(text); got != want {
			t.Errorf("Width(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestTextIsCutToItsWidth(t *testing.T) {
	for _, c := range []struct {
		text  string
		width int
		want  string
	}{
		{"short", 5, "short"},
		{"longer", 5, "long…"},
		{"日本語", 5, "日本…"},
		{"\x1b[31mlonger\x1b[0m", 5, "long…"},
	} {
		if got := Cut(c.text, c.width, "…"); got != c.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", c.text, c.width, got, c.want)
		}
	}
}

func TestNumbersAndNouns(t *testing.T) {
	for got, want := range map[string]string{
		Number(7): "7", Number(1506): "1,506", Number(-1234567): "-1,234,567",
		Plural(1, "task"): "1 task", Plural(0, "task"): "0 tasks", Plural(1506, "task instance"): "1,506 task instances",
		Plural(2, "day"): "2 days", Plural(2, "retry"): "2 retries",
	} {
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestDurationsHaveAtMostTwoUnits(t *testing.T) {
	for d, want := range map[time.Duration]string{
		0: "0.0ms", 3400 * time.Microsecond: "3.4ms", 250 * time.Millisecond: "250ms",
		1200 * time.Millisecond: "1.2s", 9949 * time.Millisecond: "9.9s", 9960 * time.Millisecond: "10s",
		48 * time.Second: "48s", 59600 * time.Millisecond: "1m 00s", 129 * time.Second: "2m 09s",
		64 * time.Minute: "1h 04m", 28 * time.Hour: "1d 04h", -time.Minute: "-1m 00s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration(%v) = %q, want %q", int64(d), got, want)
		}
	}
}

func TestMomentsAreAsShortAsTheyCanBeTyped(t *testing.T) {
	amsterdam, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	person := Terminal{Interactive: true}
	for at, want := range map[string]string{
		"2024-02-29T23:00:00Z":     "2024-03-01",
		"2024-03-01T05:00:00Z":     "2024-03-01T06:00",
		"2024-03-01T05:00:07Z":     "2024-03-01T06:00:07",
		"2024-03-01T05:00:07.250Z": "2024-03-01T06:00:07.25",
		"2024-10-27T00:30:00Z":     "2024-10-27T02:30+02:00",
		"2024-10-27T01:30:00Z":     "2024-10-27T02:30+01:00",
		"2024-03-31T01:00:00Z":     "2024-03-31T03:00",
	} {
		instant, err := time.Parse(time.RFC3339, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := person.Moment(instant, amsterdam); got != want {
			t.Errorf("Moment(%s) = %q, want %q", at, got, want)
		}
		if got := (Terminal{}).Moment(instant, amsterdam); !sameInstant(got, instant) {
			t.Errorf("in a pipe Moment(%s) = %q", at, got)
		}
	}
}

func sameInstant(text string, at time.Time) bool {
	got, err := time.Parse(time.RFC3339, text)
	return err == nil && got.Equal(at)
}

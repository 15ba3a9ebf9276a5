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

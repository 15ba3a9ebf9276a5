package ui

import (
	"strings"
	"testing"
	"time"
)

func TestPlainTellsTheTotalsNowAndThen(t *testing.T) {
	var out strings.Builder
	p := NewProgress("plain", &out, Terminal{}, func(string) string { return "" })
	begin := time.Date(2026, 6, 23, 14, 0, 0, 0, time.UTC)
	for second := range 12 {
		p.Totals(Totals{Time: begin.Add(time.Duration(second) * time.Second),
			Rows: []Row{{Label: "weather", Done: second, Total: 100, Running: 4, ETA: 92 * time.Second}}})
	}
	want := "2026-06-23T14:00:05Z weather progress done=5/100 failed=0 running=4 eta=1m32s\n" +
		"2026-06-23T14:00:10Z weather progress done=10/100 failed=0 running=4 eta=1m32s\n"
	if out.String() != want {
		t.Errorf("got\n%swant\n%s", out.String(), want)
	}
}

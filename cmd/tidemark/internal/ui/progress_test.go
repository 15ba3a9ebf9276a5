package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 6, 23, 14, 0, 48, 0, time.UTC)

var failure = Event{
	Time: noon, Pipeline: "sales", Interval: "2026-06-22", Task: "load", From: "running", To: "failed",
	Try: 3, Tries: 3, Took: 62 * time.Second, Details: []Detail{{"exit", "1"}, {"reason", "no such table"}},
	Output: []string{"psql: ERROR: no such table"},
}

func none(string) string { return "" }

func TestPlainProgressIsOneLineAChange(t *testing.T) {
	var b strings.Builder
	p := NewProgress("auto", &b, Terminal{}, none)
	p.Event(Event{Time: noon, Words: "runner start", Details: []Detail{{"slots", "16"}}})
	p.Event(Event{Time: noon, Pipeline: "sales", Interval: "2026-06-22", From: "queued", To: "running"})
	p.Totals(Totals{Time: noon, Running: 1})
	p.Event(failure)
	p.Close()
	compare(t, b.String(), ""+
		"2026-06-23T14:00:48Z runner start slots=16\n"+
		"2026-06-23T14:00:48Z sales 2026-06-22 queued->running\n"+
		"2026-06-23T14:00:48Z sales 2026-06-22 load running->failed try=3/3 dur=62.0s exit=1 reason=\"no such table\"\n"+
		"2026-06-23T14:00:48Z sales 2026-06-22 load | psql: ERROR: no such table\n")
}

func TestAFailureStaysAboveTheBlock(t *testing.T) {
	var b strings.Builder
	p := NewProgress("auto", &b, Terminal{Interactive: true, UTF8: true, Width: 80}, none)
	p.Totals(Totals{
		Time: noon, Slots: 16, Running: 2, Queued: 12,
		Rows: []Row{
			{Label: "sales 2026-06-22", Running: 2, Done: 100, Total: 500, Failed: 25, ETA: 6 * time.Minute},
			{Label: "hourly", Words: "waits for 15:00"},
		},
		Tasks: []Active{{Label: "sales 2026-06-22 stage", Since: noon.Add(-3 * time.Minute), Typical: time.Minute}},
	})
	const drawn = "" +
		"14:00:48  16 slots: 2 running, 12 queued\n" +
		"sales 2026-06-22  ▶ 2  ✓ 100/500  ✗ 25  █████░░░░░░░░░░░░░░░  eta 6m 00s\n" +
		"hourly            waits for 15:00\n" +
		"  ▶ sales 2026-06-22 stage  3m 00s  (usually 1m 00s)  slow\n"
	compare(t, b.String(), drawn)

	b.Reset()
	p.Event(Event{Time: noon, Pipeline: "sales", Task: "ok", To: "success"})
	compare(t, b.String(), "")
	p.Event(failure)
	compare(t, b.String(), "\x1b[4A\r\x1b[J"+
		"✗  sales  2026-06-22  load  failed  try 3/3  1m 02s  exit 1  reason no such table\n"+
		"    psql: ERROR: no such table\n"+drawn)

	b.Reset()
	p.Close()
	compare(t, b.String(), "\x1b[4A\r\x1b[J")
}

func TestTheBlockHasAtMostTwelveLines(t *testing.T) {
	var b strings.Builder
	p := &block{w: &b, term: Terminal{Interactive: true, Width: 40}}
	totals := Totals{Time: noon}
	for i := range 50 {
		totals.Rows = append(totals.Rows, Row{Label: fmt.Sprintf("a_pipeline_with_a_long_name %d", i), Total: 10})
		totals.Tasks = append(totals.Tasks, Active{Label: "x", Since: noon})
	}
	p.Totals(totals)
	lines := strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n")
	if len(lines) != blockLines || p.drawn != blockLines {
		t.Errorf("%d lines, %d remembered:\n%s", len(lines), p.drawn, b.String())
	}
	for _, line := range lines {
		if Width(line) > 39 {
			t.Errorf("%d columns: %q", Width(line), line)
		}
	}
}

func TestProgressCanBeSwitchedOff(t *testing.T) {
	var b strings.Builder
	p := NewProgress("none", &b, Terminal{Interactive: true}, none)
	p.Event(failure)
	p.Totals(Totals{Time: noon})
	p.Close()
	compare(t, b.String(), "")
}

package ui

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// plain is progress for logs: append-only, a line for each change, greppable, and now and
// then a line for each thing that is under way.
type plain struct {
	w    io.Writer
	last time.Time // of the totals
}

// plainTotals is how long plain keeps silent about the totals: long enough to drown nothing.
const plainTotals = 5 * time.Second

func (p *plain) Event(e Event) {
	io.WriteString(p.w, e.line())
}

// Totals writes how far each row is: the first time a while after the first call.
func (p *plain) Totals(t Totals) {
	if p.last.IsZero() {
		p.last = t.Time
	}
	if t.Time.Sub(p.last) < plainTotals {
		return
	}
	p.last = t.Time
	for _, r := range t.Rows {
		io.WriteString(p.w, r.line(t.Time))
	}
}

func (*plain) Close() {}

// line is "2026-06-23T14:00:48Z weather progress done=614/1461 failed=0 running=4 eta=12s".
func (r Row) line(now time.Time) string {
	line := fmt.Sprintf("%s %s progress done=%d/%d failed=%d running=%d", now.UTC().Format(time.RFC3339), r.Label, r.Done, r.Total, r.Failed, r.Running)
	if r.ETA > 0 {
		line += " eta=" + strings.ReplaceAll(prose.Duration(r.ETA.Round(time.Second)), " ", "")
	}
	return line + "\n"
}

// line is "2026-06-23T14:00:48Z sales_daily 2026-06-22 load running->success try=1/3 dur=48.1s".
func (e Event) line() string {
	words := []string{e.Time.UTC().Format(time.RFC3339)}
	for _, w := range []string{e.Pipeline, e.Interval, e.Task, e.Words, e.change()} {
		if w != "" {
			words = append(words, w)
		}
	}
	if e.Try > 0 && e.Tries > 0 {
		words = append(words, fmt.Sprintf("try=%d/%d", e.Try, e.Tries))
	}
	if e.Took > 0 {
		words = append(words, fmt.Sprintf("dur=%.1fs", e.Took.Seconds()))
	}
	for _, d := range e.Details {
		value := d.Value
		if strings.ContainsAny(value, " \"\t\n") {
			value = fmt.Sprintf("%q", value)
		}
		words = append(words, d.Name+"="+value)
	}
	head := strings.Join(words, " ")
	lines := head + "\n"
	for _, out := range e.Output {
		lines += strings.Join(words[:e.names()+1], " ") + " | " + oneLine(Plain(out)) + "\n"
	}
	return lines
}

// names is how many of pipeline, interval and task are known.
func (e Event) names() int {
	n := 0
	for _, w := range []string{e.Pipeline, e.Interval, e.Task} {
		if w != "" {
			n++
		}
	}
	return n
}

// change is "running->success", or the new state alone.
func (e Event) change() string {
	if e.From == "" {
		return e.To
	}
	return e.From + "->" + e.To
}

package ui

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// block is progress for a person: failures scroll up and stay, below them a block of at
// most blockLines lines is drawn over itself.
type block struct {
	w     io.Writer
	term  Terminal
	last  Totals
	drawn int // lines of the block on the screen
}

const (
	blockLines = 12
	blockRows  = 5 // of them for runs; running tasks share the rest
	barWidth   = 20
)

func (b *block) Event(e Event) {
	if e.To != "failed" && e.To != "lost" && (e.Words == "" || e.To != "") {
		return
	}
	text := b.erase() + b.message(e)
	b.drawn = 0
	io.WriteString(b.w, text+b.draw())
}

func (b *block) Totals(t Totals) {
	b.last = t
	erase := b.erase()
	io.WriteString(b.w, erase+b.draw())
}

func (b *block) Close() {
	io.WriteString(b.w, b.erase())
	b.drawn = 0
}

// message is what stays of an event.
func (b *block) message(e Event) string {
	words := []string{}
	for _, w := range []string{b.term.Glyph(e.To), e.Pipeline, e.Interval, e.Task, e.Words, e.To} {
		if w != "" {
			words = append(words, w)
		}
	}
	line := strings.Join(words, "  ")
	if e.Try > 0 && e.Tries > 0 {
		line += fmt.Sprintf("  try %d/%d", e.Try, e.Tries)
	}
	if e.Took > 0 {
		line += "  " + prose.Duration(e.Took)
	}
	for _, d := range e.Details {
		line += "  " + d.Name + " " + d.Value
	}
	text := line + "\n"
	for _, out := range e.Output {
		text += "    " + Cut(oneLine(Plain(out)), b.term.Width-5, b.term.Ellipsis()) + "\n"
	}
	return text
}

// erase goes back to the block's first line and clears what follows.
func (b *block) erase() string {
	if b.drawn == 0 {
		return ""
	}
	return fmt.Sprintf("\x1b[%dA\r\x1b[J", b.drawn)
}

func (b *block) draw() string {
	lines := b.lines()
	b.drawn = len(lines)
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

// lines is the block: a head, the first rows, the oldest running tasks.
func (b *block) lines() []string {
	t := b.last
	if t.Time.IsZero() {
		return nil
	}
	head := t.Time.Format(time.TimeOnly)
	if t.Slots > 0 {
		head += fmt.Sprintf("  %d slots: %d running, %d queued", t.Slots, t.Running, t.Queued)
	}
	lines := []string{b.term.Dim(head)}
	rows, hidden := firstOf(t.Rows, blockRows)
	label := 0
	for _, r := range rows {
		label = max(label, Width(r.Label))
	}
	for _, r := range rows {
		lines = append(lines, b.row(r, min(label, 40)))
	}
	if hidden > 0 {
		lines = append(lines, b.term.Dim(fmt.Sprintf("%s %s more", b.term.Ellipsis(), prose.Number(hidden))))
	}
	tasks, hidden := firstOf(t.Tasks, blockLines-1-len(lines))
	for _, a := range tasks {
		lines = append(lines, b.active(a, t.Time))
	}
	if hidden > 0 && len(lines) < blockLines {
		lines = append(lines, b.term.Dim(fmt.Sprintf("  %s %s more", b.term.Ellipsis(), prose.Number(hidden))))
	}
	for i := range lines {
		lines[i] = Cut(lines[i], b.term.Width-1, b.term.Ellipsis())
	}
	return lines
}

func (b *block) row(r Row, label int) string {
	name := Cut(r.Label, label, b.term.Ellipsis())
	line := name + strings.Repeat(" ", label-Width(name))
	if r.Words != "" {
		return line + "  " + b.term.Dim(r.Words)
	}
	line += fmt.Sprintf("  %s %d  %s %d/%d  %s %d  %s", b.term.Glyph("running"), r.Running,
		b.term.Glyph("success"), r.Done, r.Total, b.term.Glyph("failed"), r.Failed, b.bar(r.Done+r.Failed, r.Total))
	if r.ETA > 0 {
		line += "  eta " + prose.Duration(r.ETA)
	}
	return line
}

func (b *block) bar(done, total int) string {
	full, empty := "█", "░"
	if !b.term.UTF8 {
		full, empty = "#", "."
	}
	n := 0
	if total > 0 {
		n = min(done*barWidth/total, barWidth)
	}
	return strings.Repeat(full, n) + strings.Repeat(empty, barWidth-n)
}

func (b *block) active(a Active, now time.Time) string {
	line := "  " + b.term.Glyph("running") + " " + a.Label + "  " + prose.Duration(now.Sub(a.Since))
	if a.Typical > 0 {
		line += b.term.Dim("  (usually " + prose.Duration(a.Typical) + ")")
		if now.Sub(a.Since) > 2*a.Typical {
			line += b.term.Yellow("  slow")
		}
	}
	return line
}

// firstOf cuts a list and says how many it left out.
func firstOf[T any](all []T, n int) (first []T, hidden int) {
	n = max(min(n, len(all)), 0)
	return all[:n], len(all) - n
}

package web

import (
	"math"
	"slices"
	"time"
)

// axis maps time to pixels. A pause in which nothing was at work, such as between a run and
// its clear weeks later, is folded: it would squeeze all the rest to nothing.
type axis struct {
	parts []axisPart
	scale float64 // pixels a second
}

type axisPart struct {
	from, to time.Time
	x        float64
}

// longPause is how much longer than all the work a pause must be to be folded.
const longPause = 1

func newAxis(spans []span, now time.Time) *axis {
	a := &axis{parts: folded(busyTimes(spans, now))}
	total := 0.0
	for _, m := range a.parts {
		total += m.to.Sub(m.from).Seconds()
	}
	a.scale = float64(ganttAxis-ganttFold*(len(a.parts)-1)) / max(total, 0.001)
	x := 0.0
	for i := range a.parts {
		a.parts[i].x = x
		x += a.parts[i].to.Sub(a.parts[i].from).Seconds()*a.scale + ganttFold
	}
	return a
}

// busyTimes are the stretches in which anything was at work, or waited for room a little.
func busyTimes(spans []span, now time.Time) []axisPart {
	var busy []axisPart
	for _, s := range spans {
		for _, a := range s.in.Attempts {
			if a.StartedAt == nil {
				continue
			}
			busy = append(busy, axisPart{from: *a.StartedAt, to: a.until(now)})
		}
		if !s.ready.IsZero() && s.start.Sub(s.ready) < 10*time.Minute && s.ready.Before(s.start) {
			busy = append(busy, axisPart{from: s.ready, to: s.start})
		}
	}
	slices.SortFunc(busy, func(a, b axisPart) int { return a.from.Compare(b.from) })
	merged := busy[:1]
	for _, b := range busy[1:] {
		if last := &merged[len(merged)-1]; !b.from.After(last.to) {
			last.to = later(last.to, b.to)
		} else {
			merged = append(merged, b)
		}
	}
	return merged
}

// folded joins what no long pause parts.
func folded(busy []axisPart) []axisPart {
	work := time.Duration(0)
	for _, m := range busy {
		work += m.to.Sub(m.from)
	}
	parts := busy[:1]
	for _, m := range busy[1:] {
		last := &parts[len(parts)-1]
		if m.from.Sub(last.to) > max(time.Second, longPause*work) {
			parts = append(parts, m)
		} else {
			last.to = m.to
		}
	}
	return parts
}

func (a *axis) at(t time.Time) int {
	part := a.parts[0]
	for _, p := range a.parts {
		if !t.Before(p.from) {
			part = p
		}
	}
	x := part.x + t.Sub(part.from).Seconds()*a.scale
	if last := a.parts[len(a.parts)-1]; part != last {
		x = min(x, part.x+part.to.Sub(part.from).Seconds()*a.scale)
	}
	return int(math.Round(max(0, x)))
}

func (a *axis) width() int {
	last := a.parts[len(a.parts)-1]
	return int(last.x + last.to.Sub(last.from).Seconds()*a.scale)
}

var steps = []time.Duration{10 * time.Millisecond, 50 * time.Millisecond, 100 * time.Millisecond, 500 * time.Millisecond, time.Second, 5 * time.Second, 10 * time.Second, 30 * time.Second, time.Minute, 5 * time.Minute,
	10 * time.Minute, 30 * time.Minute, time.Hour, 3 * time.Hour, 6 * time.Hour, 12 * time.Hour, 24 * time.Hour, 7 * 24 * time.Hour}

// marks are the lines of the axis, at round distances from the beginning of each part, and
// where pauses are folded.
func (a *axis) marks(left int, loc *time.Location) (marks, folds []ganttMark) {
	step := steps[len(steps)-1]
	for _, s := range slices.Backward(steps) {
		if s.Seconds()*a.scale >= 90 {
			step = s
		}
	}
	for i, p := range a.parts {
		layout := "15:04:05"
		if i > 0 || len(a.parts) > 1 {
			layout = "01-02 15:04:05"
		}
		for t := p.from; !t.After(p.to); t = t.Add(step) {
			text := "+" + took(t.Sub(p.from))
			if t.Equal(p.from) {
				text = t.In(loc).Format(layout)
			}
			marks = append(marks, ganttMark{left + a.at(t), text})
		}
		if i > 0 {
			folds = append(folds, ganttMark{left + int(p.x) - ganttFold/2, rough(p.from.Sub(a.parts[i-1].to)) + " later"})
		}
	}
	return marks, folds
}

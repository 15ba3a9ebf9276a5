package plan

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"strconv"
	"time"
)

// digest signs what a plan changes: two plans with one digest do the same to the same
// rows. It holds only what the document shows, and no instant at which it was made.
func digest(p *Plan) string {
	h := sha256.New()
	io.WriteString(h, p.Kind+"\n")
	var buf []byte
	eachLine(p, func(line []byte) {
		buf = append(append(buf, line...), '\n')
		if len(buf) > 1<<16 {
			h.Write(buf)
			buf = buf[:0]
		}
	})
	h.Write(buf)
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// eachLine writes out what a plan changes. A line is good until the next one.
func eachLine(p *Plan, yield func([]byte)) {
	var line, start []byte
	var at time.Time
	var like []instanceLine // of the run before: the next one is mostly like it
	n := 0
	for i := range p.Instances {
		r := &p.Instances[i]
		if i == 0 || r.IntervalStart != at {
			at, start, n = r.IntervalStart, r.IntervalStart.UTC().AppendFormat(start[:0], time.RFC3339Nano), 0
		}
		if n == len(like) {
			like = append(like, instanceLine{})
		}
		l := &like[n]
		l.of(r)
		n++
		line = append(append(append(line[:0], l.before...), start...), l.after...)
		yield(line)
	}
	for i := range p.Runs {
		r := &p.Runs[i]
		line = words(line[:0], "run", r.Pipeline)
		line = append(r.IntervalStart.UTC().AppendFormat(line, time.RFC3339Nano), ' ')
		line = append(r.IntervalEnd.UTC().AppendFormat(line, time.RFC3339Nano), ' ')
		line = append(words(line, runStateName(r.State), runStateName(r.To)), r.Action...)
		if r.Version != "" {
			line = append(append(line, " version "...), r.Version...)
		}
		if r.Params != "" {
			line = append(append(line, ' '), r.Params...)
		}
		yield(line)
	}
	if p.Live != nil {
		yield([]byte(p.Live.line()))
	}
	if p.Held != nil {
		yield([]byte(p.Held.line()))
	}
}

// instanceLine is the line of a task instance without its interval.
type instanceLine struct {
	row           *PlanRow
	before, after []byte
}

// of makes it the line of a row, which it may be already.
func (l *instanceLine) of(r *PlanRow) {
	if o := l.row; o != nil && o.Task == r.Task && o.MapIndex == r.MapIndex && o.Pipeline == r.Pipeline &&
		o.Try == r.Try && o.To == r.To && o.Action == r.Action && (o.State == r.State || o.State != nil && r.State != nil && *o.State == *r.State) {
		return
	}
	l.row = r
	l.before = words(l.before[:0], "instance", r.Pipeline, r.Task)
	l.before = append(strconv.AppendInt(l.before, int64(r.MapIndex), 10), ' ')
	l.after = words(append(l.after[:0], ' '), r.stateName(), r.To.String(), string(r.Action))
	l.after = strconv.AppendInt(l.after, int64(r.Try), 10)
}

// words appends words, each with a space behind it.
func words(line []byte, all ...string) []byte {
	for _, w := range all {
		line = append(append(line, w...), ' ')
	}
	return line
}

func runStateName(s *RunState) string {
	if s == nil {
		return absent
	}
	return s.String()
}

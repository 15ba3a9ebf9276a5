package main

import (
	"fmt"
	"iter"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// simulation is the answer: what is passed over, what runs, what comes next.
type simulation struct {
	skipped []timetable.Stretch
	run     iter.Seq[timetable.Period]
	reason  string // of what runs
	next    *timetable.Period
	manual  *timetable.Interval
}

// simulate asks the timetable. A pipeline without a schedule has no intervals.
func simulate(p *pipelines.Pipeline, q simulationQuery) simulation {
	s := simulation{run: func(func(timetable.Period) bool) {}}
	switch {
	case p.Timetable == nil:
	case q.walk:
		s = walk(p, q)
	default:
		d := p.Timetable.Decide(q.now, q.last, q.catchup)
		s = simulation{skipped: d.Skipped, run: d.Run, reason: "due", next: d.Next}
	}
	if !q.manualAt.IsZero() {
		s.manual = manualInterval(p, q.manualAt)
	}
	return s
}

// manualInterval is what trigger chooses: the latest complete interval; without a schedule
// the instant itself.
func manualInterval(p *pipelines.Pipeline, at time.Time) *timetable.Interval {
	if p.Timetable == nil {
		return &timetable.Interval{Start: at, End: at}
	}
	if i, ok := p.Timetable.Manual(at); ok {
		return &i
	}
	return nil
}

// walk takes intervals from the bare timetable, and the first one after them that the loop
// would make. They may be millions: none is kept.
func walk(p *pipelines.Pipeline, q simulationQuery) simulation {
	s := simulation{reason: "on the grid", run: func(yield func(timetable.Period) bool) {
		n := 0
		for period := range from(p, q.from) {
			if !q.to.IsZero() && period.Start.After(q.to) || q.count > 0 && n == q.count || !yield(period) {
				return
			}
			n++
		}
	}}
	after := q.from
	switch {
	case q.count > 0:
		for period := range s.run {
			after = period.End
		}
	case !q.to.IsZero():
		after = q.to.Add(time.Microsecond)
	default: // to the very end
		return s
	}
	if after.Before(p.Start) {
		after = p.Start
	}
	for period := range p.Timetable.From(after) {
		s.next = &period
		break
	}
	return s
}

// from is the timetable from an instant on; zero is start_date.
func from(p *pipelines.Pipeline, at time.Time) iter.Seq[timetable.Period] {
	if at.IsZero() {
		return p.Timetable.Periods()
	}
	return p.Timetable.From(at)
}

// each lists the intervals of a stretch with the instants at which they fall due. The first
// one may be a bridge, which is not on the grid; it ends with an interval of the grid.
func each(t *timetable.Timetable, s timetable.Stretch) iter.Seq[timetable.Period] {
	return func(yield func(timetable.Period) bool) {
		from := s.First.Start
		if !t.OnGrid(from) {
			bridge, _ := t.Containing(s.First.End.Add(-time.Second))
			bridge.Interval = s.First
			if !yield(bridge) {
				return
			}
			from = s.First.End
		}
		for p := range t.Between(from, s.Last.Start) {
			if !yield(p) {
				return
			}
		}
	}
}

// document is the answer without its intervals.
func (s simulation) document(p *pipelines.Pipeline, q simulationQuery) simulationDocument {
	doc := simulationDocument{
		Schema: "tidemark.simulation/1", Pipeline: p.Name, Timezone: p.Location.String(), Now: q.now,
	}
	if p.Timetable != nil {
		doc.Schedule = &p.Schedule
	}
	if s.next != nil {
		doc.Next = &simulatedNext{s.next.Start, s.next.End, s.next.Due}
	}
	if s.manual != nil {
		doc.Manual = &manualChoice{s.manual.Start, s.manual.End}
	}
	return doc
}

// rows are all intervals of the answer, one by one, also those passed over.
func (s simulation) rows(p *pipelines.Pipeline) iter.Seq[row] {
	return func(yield func(row) bool) {
		for _, stretch := range s.skipped {
			for i := range each(p.Timetable, stretch) {
				if !yield(simulatedRow{i.Start, i.End, i.Due, "skip", stretch.Reason}) {
					return
				}
			}
		}
		for i := range s.run {
			if !yield(simulatedRow{i.Start, i.End, i.Due, "run", s.reason}) {
				return
			}
		}
	}
}

// intervalFlag reads START..END.
func (c *call) intervalFlag(what, text string, loc *time.Location) (timetable.Interval, error) {
	first, second, found := strings.Cut(text, "..")
	if !found {
		return timetable.Interval{}, usage("bad-interval", fmt.Sprintf("%s %q is not START..END", what, text), "for example 2026-03-01..2026-03-02")
	}
	start, err := c.Time(what, first, loc, false)
	if err != nil {
		return timetable.Interval{}, err
	}
	end, err := c.Time(what, second, loc, false)
	if err != nil {
		return timetable.Interval{}, err
	}
	if !start.Before(end) {
		return timetable.Interval{}, usage("end-before-start", fmt.Sprintf("%s %q ends before it starts", what, text), "")
	}
	return timetable.Interval{Start: start, End: end}, nil
}

package main

import (
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// shownRuns is how many intervals a terminal shows before and after a gap.
const shownRuns = 10

// showSimulation writes the table: a stretch that is passed over is one row; on a terminal
// the middle of a long walk is left out.
func (c *call) showSimulation(p *pipelines.Pipeline, q simulationQuery, s simulation) error {
	schedule := p.Schedule
	if p.Timetable == nil {
		schedule = "manual only"
	}
	c.Note("%s, %s, %s, at %s", p.Name, schedule, p.Location, c.ErrTm.Moment(q.now.Truncate(time.Second), p.Location))
	rows := &simulationTable{Table: ui.NewTable("start", "end", "n>", "due", "decision", "reason~"), term: c.Term, loc: p.Location}
	for _, stretch := range s.skipped {
		whole := timetable.Interval{Start: stretch.First.Start, End: stretch.Last.End}
		rows.add(whole, stretch.Count, time.Time{}, "skip", stretch.Reason)
	}
	rows.runs(s)
	if s.next != nil {
		rows.add(s.next.Interval, 1, s.next.Due, "next", "")
	}
	if s.manual != nil {
		rows.add(*s.manual, 1, time.Time{}, "manual", "what trigger chooses at "+c.Term.Moment(q.manualAt, p.Location))
	}
	return c.Table(rows.Table)
}

type simulationTable struct {
	*ui.Table
	term ui.Terminal
	loc  *time.Location
}

// add appends a row of n neighbouring intervals.
func (t *simulationTable) add(i timetable.Interval, n int, due time.Time, decision, reason string) {
	paint := map[string]func(string) string{"run": t.term.Green, "skip": t.term.Magenta}[decision]
	if paint == nil {
		paint = t.term.Dim
	}
	dueText := t.term.Moment(due, t.loc)
	if due.Equal(i.End) && t.term.Interactive {
		dueText = "at end"
	}
	t.Add(t.term.Moment(i.Start, t.loc), t.term.Moment(i.End, t.loc), t.term.Count(n), dueText, paint(decision), reason)
}

// runs shows the first and the last intervals that run; a program gets all of them.
func (t *simulationTable) runs(s simulation) {
	var middle timetable.Interval
	var hidden int
	var tail []timetable.Period
	n := 0
	for p := range s.run {
		if n++; n <= shownRuns || !t.term.Interactive {
			t.add(p.Interval, 1, p.Due, "run", s.reason)
			continue
		}
		if tail = append(tail, p); len(tail) > shownRuns {
			if hidden++; hidden == 1 {
				middle.Start = tail[0].Start
			}
			middle.End = tail[0].End
			tail = tail[1:]
		}
	}
	if hidden > 0 {
		t.add(middle, hidden, time.Time{}, "run", "left out here")
	}
	for _, p := range tail {
		t.add(p.Interval, 1, p.Due, "run", s.reason)
	}
}

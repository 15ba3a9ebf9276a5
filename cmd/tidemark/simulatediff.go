package main

import (
	"fmt"
	"iter"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// differenceDocument is tidemark.difference/1: what simulate says of the working tree
// against what it says of a revision.
type differenceDocument struct {
	Schema    string           `json:"schema"`
	Pipeline  string           `json:"pipeline"`
	Revision  string           `json:"revision"`
	Commit    string           `json:"commit"`
	Now       time.Time        `json:"now"`
	Before    scheduleDoc      `json:"before"`
	After     scheduleDoc      `json:"after"`
	Counts    differenceCounts `json:"counts"`
	Intervals []differenceRow  `json:"intervals"`
}

// scheduleDoc is what decides about intervals, and the first one still to come.
type scheduleDoc struct {
	Schedule  *string        `json:"schedule"` // null: manual only
	Timezone  string         `json:"timezone"`
	StartDate *time.Time     `json:"start_date"`
	EndDate   *time.Time     `json:"end_date"`
	Catchup   string         `json:"catchup"`
	Next      *simulatedNext `json:"next"`
}

type differenceCounts struct {
	Appear int `json:"appear"`
	Vanish int `json:"vanish"`
	Change int `json:"change"`
	Same   int `json:"same"`
}

// differenceRow is an interval that is not what it was. Two are the same interval when they
// have the same start.
type differenceRow struct {
	Change string        `json:"change"` // appears, vanishes or changes
	Before *simulatedRow `json:"before"`
	After  *simulatedRow `json:"after"`
}

func (r differenceRow) appendJSON(b []byte, l layout) []byte {
	inner := layout{gap: l.gap}
	if l.margin != "" {
		inner.margin, inner.end = l.margin+"  ", l.end+"  "
	}
	b = appendText(l.key(append(b, '{'), "change", false), r.Change)
	for _, side := range []struct {
		key string
		row *simulatedRow
	}{{"before", r.Before}, {"after", r.After}} {
		if b = l.key(b, side.key, true); side.row == nil {
			b = append(b, "null"...)
		} else {
			b = side.row.appendJSON(b, inner)
		}
	}
	return append(append(b, l.end...), '}')
}

// interval is the one that is shown: the new one where there is one.
func (r differenceRow) interval() *simulatedRow {
	if r.After != nil {
		return r.After
	}
	return r.Before
}

// difference is both answers to one question.
type difference struct {
	*revision
	was, is   *pipelines.Pipeline
	now       time.Time
	old, new  simulation
	counts    differenceCounts
	intervals iter.Seq[differenceRow]
}

// compare answers a query of the working tree also for a revision.
func (c *call) compare(p *pipelines.Pipeline, q simulationQuery, name string) error {
	project, err := c.Project()
	if err != nil {
		return err
	}
	rev, err := c.Revision(project.Root, name)
	if err != nil {
		return err
	}
	old, err := rev.Pipeline(p)
	if err != nil {
		return err
	}
	d := &difference{revision: rev, was: old, is: p, now: q.now}
	if q.walk {
		if q, err = bounded(old, p, q); err != nil {
			return err
		}
	}
	d.new = simulate(p, q)
	if !c.IsSet("catchup") {
		q.catchup = old.Catchup
	}
	d.old = simulate(old, q)
	d.intervals = differing(d.old.rows(old), d.new.rows(p), &d.counts)
	for range d.intervals { // to count; they are cheap, and too many to keep
	}
	if c.JSON() {
		return c.Stream(d.document(), "intervals", boxed(d.intervals))
	}
	return c.showDifference(d)
}

// bounded makes both walks cover the same time: --count counts intervals of the working tree.
func bounded(old, p *pipelines.Pipeline, q simulationQuery) (simulationQuery, error) {
	if q.count > 0 {
		end := q.from
		for period := range simulate(p, q).run {
			end = period.End
		}
		if end = end.Add(-time.Microsecond); q.to.IsZero() || end.Before(q.to) {
			q.to = end
		}
		q.count = 0
	}
	if q.to.IsZero() && old.Timetable != nil && old.End.IsZero() {
		return q, usage("endless", "the walk of the revision has no end", "add --to T")
	}
	return q, nil
}

// differing merges two lists by start and leaves out what is the same in both.
func differing(old, new iter.Seq[row], counts *differenceCounts) iter.Seq[differenceRow] {
	return func(yield func(differenceRow) bool) {
		*counts = differenceCounts{}
		next, stop := iter.Pull(old)
		defer stop()
		was := pulled(next)
		vanish := func(until *simulatedRow) bool {
			for ; was != nil && (until == nil || was.Start.Before(until.Start)); was = pulled(next) {
				counts.Vanish++
				if !yield(differenceRow{"vanishes", was, nil}) {
					return false
				}
			}
			return true
		}
		for r := range new {
			is := r.(simulatedRow)
			if !vanish(&is) {
				return
			}
			d := differenceRow{"appears", nil, &is}
			if was != nil && was.Start.Equal(is.Start) {
				d.Change, d.Before, was = "changes", was, pulled(next)
			}
			switch {
			case d.Before == nil:
				counts.Appear++
			case *d.Before == is:
				counts.Same++
				continue
			default:
				counts.Change++
			}
			if !yield(d) {
				return
			}
		}
		vanish(nil)
	}
}

func pulled(next func() (row, bool)) *simulatedRow {
	r, ok := next()
	if !ok {
		return nil
	}
	s := r.(simulatedRow)
	return &s
}

func boxed(rows iter.Seq[differenceRow]) iter.Seq[row] {
	return func(yield func(row) bool) {
		rows(func(r differenceRow) bool { return yield(r) })
	}
}

func (d *difference) document() differenceDocument {
	return differenceDocument{Schema: "tidemark.difference/1", Pipeline: d.is.Name, Revision: d.name, Commit: d.commit, Now: d.now,
		Before: scheduleDocOf(d.was, d.old), After: scheduleDocOf(d.is, d.new), Counts: d.counts}
}

func scheduleDocOf(p *pipelines.Pipeline, s simulation) scheduleDoc {
	doc := scheduleDoc{Timezone: p.Location.String(), StartDate: utc(p.Start), EndDate: utc(p.End), Catchup: fmt.Sprint(p.Catchup)}
	if p.Timetable != nil {
		doc.Schedule = &p.Schedule
	}
	if s.next != nil {
		doc.Next = &simulatedNext{s.next.Start, s.next.End, s.next.Due}
	}
	return doc
}

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// showDifference writes what differs: neighbours that differ in the same way are one row; on
// a terminal the middle of a long list is left out.
func (c *call) showDifference(d *difference) error {
	c.Note("%s, from %s (%.7s) to the working tree, at %s", d.is.Name, d.name, d.commit, c.ErrTm.Moment(d.now.Truncate(time.Second), d.is.Location))
	for _, line := range changedKeys(d.was, d.is, c.ErrTm) {
		c.Note("  %s", line)
	}
	c.Note("%s", d.sum())
	table := ui.NewTable("change", "start", "end", "n>", "how~")
	paint := map[string]func(string) string{"appears": c.Term.Green, "vanishes": c.Term.Red, "changes": c.Term.Yellow}
	spans := d.spans(c.Term)
	for i, s := range spans {
		if hidden := len(spans) - 2*shownRuns; c.Term.Interactive && hidden > 1 && i >= shownRuns && i < shownRuns+hidden {
			if i == shownRuns {
				table.Add(c.Term.Dim("…"), "", "", c.Term.Count(hidden), "rows left out here; all of them in a pipe")
			}
			continue
		}
		table.Add(paint[s.change](s.change), c.Term.Moment(s.start, d.is.Location), c.Term.Moment(s.end, d.is.Location), c.Term.Count(s.n), s.how)
	}
	return c.Table(table)
}

// sum says how many intervals are what.
func (d *difference) sum() string {
	var parts []string
	for _, k := range []struct {
		n         int
		one, many string
	}{{d.counts.Appear, "appears", "appear"}, {d.counts.Vanish, "vanishes", "vanish"}, {d.counts.Change, "changes", "change"}, {d.counts.Same, "is the same", "are the same"}} {
		if k.n == 1 {
			parts = append(parts, "1 interval "+k.one)
		} else if k.n > 1 {
			parts = append(parts, prose.Number(k.n)+" "+k.many)
		}
	}
	if len(parts) == 0 {
		return "no interval on either side"
	}
	return strings.Join(parts, ", ")
}

// differenceSpan is neighbours that differ in the same way.
type differenceSpan struct {
	change     string
	start, end time.Time
	n          int
	how        string
}

func (d *difference) spans(term ui.Terminal) []differenceSpan {
	var all []differenceSpan
	for r := range d.intervals {
		i, how := r.interval(), r.how(term, d.is.Location)
		if n := len(all) - 1; n >= 0 && all[n].change == r.Change && all[n].how == how && all[n].end.Equal(i.Start) {
			all[n].end, all[n].n = i.End, all[n].n+1
			continue
		}
		all = append(all, differenceSpan{r.Change, i.Start, i.End, 1, how})
	}
	return all
}

// how says what is different.
func (r differenceRow) how(term ui.Terminal, loc *time.Location) string {
	says := func(s *simulatedRow) string { return s.Decision + ", " + s.Reason }
	switch {
	case r.Before == nil:
		return says(r.After)
	case r.After == nil:
		return "was " + says(r.Before)
	}
	var parts []string
	if !r.Before.End.Equal(r.After.End) {
		parts = append(parts, "ended "+term.Moment(r.Before.End, loc))
	} else if !r.Before.Due.Equal(r.After.Due) {
		parts = append(parts, "was due "+term.Moment(r.Before.Due, loc))
	}
	if says(r.Before) != says(r.After) {
		parts = append(parts, "was "+says(r.Before)+"; is "+says(r.After))
	}
	return strings.Join(parts, "; ")
}

// changedKeys are the keys that decide about intervals, where they differ.
func changedKeys(was, is *pipelines.Pipeline, term ui.Terminal) (lines []string) {
	date := func(p *pipelines.Pipeline, t time.Time) string {
		if t.IsZero() {
			return "none"
		}
		return term.Moment(t, p.Location)
	}
	schedule := func(p *pipelines.Pipeline) string {
		if p.Timetable == nil {
			return "manual only"
		}
		return p.Schedule
	}
	for _, k := range []struct{ key, was, is string }{
		{"schedule", schedule(was), schedule(is)},
		{"timezone", was.Location.String(), is.Location.String()},
		{"start_date", date(was, was.Start), date(is, is.Start)},
		{"end_date", date(was, was.End), date(is, is.End)},
		{"catchup", fmt.Sprint(was.Catchup), fmt.Sprint(is.Catchup)},
	} {
		if k.was != k.is {
			lines = append(lines, fmt.Sprintf("%s: %s → %s", k.key, k.was, k.is))
		}
	}
	return lines
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// withState opens the database for reading and calls f; where there is none yet, db is nil.
func (c *call) withState(f func(db *sqlite.DB) error) error {
	db, err := c.openReadOnly()
	if errors.Is(err, sqlite.ErrNotExist) {
		return f(nil)
	}
	if err != nil {
		return storeFailure(err)
	}
	defer db.Close()
	return storeFailure(f(db))
}

// runOf finds the run that an INTERVAL argument names. Without one it is a failure that
// lists the nearest, unless the interval is on the schedule's grid: then run is nil.
func (c *call) runOf(db *sqlite.DB, p *pipelines.Pipeline, text string) (timetable.Interval, *sqlite.RunRow, error) {
	start, err := c.Time("INTERVAL", text, p.Location, false)
	if err != nil {
		return timetable.Interval{}, nil, err
	}
	if db != nil {
		run, err := db.RunAt(c.Ctx, p.Name, start)
		if err != nil {
			return timetable.Interval{}, nil, err
		}
		if run != nil {
			return run.Interval, run, nil
		}
	}
	if p.Timetable != nil && p.Timetable.OnGrid(start) {
		period, _ := p.Timetable.Containing(start)
		return period.Interval, nil, nil
	}
	return timetable.Interval{}, nil, c.noInterval(db, p, start)
}

func (c *call) noInterval(db *sqlite.DB, p *pipelines.Pipeline, start time.Time) *failure {
	f := &failure{Code: "no-such-interval", Exit: exitNoMatch,
		Message: fmt.Sprintf("no interval of %s starts at %s", p.Name, label(start, p.Location))}
	f.Help = "it has no intervals yet"
	if labels := c.nearest(db, p, start); len(labels) > 0 {
		f.Help = "the nearest start at " + strings.Join(labels, ", ")
	}
	return f
}

// nearestRuns are the starts of the runs that lie nearest, in order.
func (c *call) nearestRuns(db *sqlite.DB, p *pipelines.Pipeline, start time.Time) (labels []string) {
	near, _ := db.NearestRuns(c.Ctx, p.Name, start, 2)
	for _, t := range near {
		labels = append(labels, label(t, p.Location))
	}
	return labels
}

// nearest are the starts of the runs, and of the intervals of the schedule, that lie
// nearest, in order.
func (c *call) nearest(db *sqlite.DB, p *pipelines.Pipeline, start time.Time) (labels []string) {
	var near []time.Time
	if db != nil {
		near, _ = db.NearestRuns(c.Ctx, p.Name, start, 2)
	}
	if p.Timetable != nil {
		for _, i := range p.Timetable.Nearest(start, 2) {
			near = append(near, i.Start)
		}
	}
	slices.SortFunc(near, time.Time.Compare)
	near = slices.CompactFunc(near, time.Time.Equal)
	slices.SortStableFunc(near, func(a, b time.Time) int { return cmp.Compare(a.Sub(start).Abs(), b.Sub(start).Abs()) })
	near = near[:min(len(near), 3)]
	slices.SortFunc(near, time.Time.Compare)
	for _, t := range near {
		labels = append(labels, label(t, p.Location))
	}
	return labels
}

// label is an instant as a person types it, whether or not anyone looks.
func label(t time.Time, loc *time.Location) string {
	return pipelines.Label(t, loc)
}

// rangeFlags reads -s and -e of a verb that lists.
func (c *call) rangeFlags(loc *time.Location) (from, to time.Time, err error) {
	s, err := c.selector(loc)
	return s.Start, s.End, err
}

// taskCounts are the counters of a run's task instances, in a document and in words.
func taskCounts(n sqlite.Counts) map[string]int {
	m := map[string]int{}
	for _, s := range plan.States {
		if n.Of(s) > 0 {
			m[s.String()] = n.Of(s)
		}
	}
	return m
}

func countWords(n sqlite.Counts) []count {
	var out []count
	for _, s := range plan.States {
		out = append(out, count{s.String(), n.Of(s)})
	}
	return out
}

// elapsed is how long something took, or has taken so far.
func elapsed(from, to, now time.Time) time.Duration {
	switch {
	case from.IsZero():
		return 0
	case to.IsZero():
		return max(now.Sub(from), 0)
	}
	return max(to.Sub(from), 0)
}

// ago is how long ago something was: "3m 10s ago".
func ago(t, now time.Time) string {
	if t.IsZero() {
		return "–"
	}
	if now.Sub(t) < time.Second {
		return "just now"
	}
	return prose.Duration(now.Sub(t).Truncate(time.Second)) + " ago"
}

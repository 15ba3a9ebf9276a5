package main

import (
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// lensFlag is --select for verbs that look.
func lensFlag() cli.Flag {
	return &cli.StringFlag{Name: "select", Usage: "only what this `TEXT` selects: \"task=/^calc/ state=failed\""}
}

// lens reads --select; nil: it was not given.
func (c *call) lens(p *pipelines.Pipeline) (*plan.Lens, plan.Selector, error) {
	if !c.IsSet("select") {
		return nil, plan.Selector{}, nil
	}
	s, err := c.selected(p.Location)
	if err != nil {
		return nil, s, err
	}
	l, err := plan.Look(s, p)
	return l, s, err
}

// chunk is how many task instances are read at once while looking for enough of them.
const chunk = 2000

// through reads task instances and keeps those that a lens takes, newest first where the
// query has a limit, until there are enough.
func (c *call) through(db *sqlite.DB, l *plan.Lens, q sqlite.InstanceQuery, enough func([]sqlite.InstanceRow) bool) (kept []sqlite.InstanceRow, err error) {
	if !l.Picks() {
		return nil, nil
	}
	if q.Tasks = l.Tasks(); q.Tasks != nil && len(q.Tasks) == 0 {
		return nil, nil
	}
	limited := q.Limit > 0
	for {
		if limited {
			q.Limit = chunk
		}
		rows, err := db.Instances(c.Ctx, q)
		if err != nil {
			return nil, err
		}
		full := limited && len(rows) == chunk
		if full {
			if rows, err = wholeIntervals(c, db, q, rows); err != nil {
				return nil, err
			}
		}
		kinds, err := c.kinds(db, l, q.Pipeline, rows)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			run := plan.Run{Interval: r.Interval, Kind: kinds[r.Run]}
			if l.Covers(&run) && l.Wants(&plan.Instance{Task: r.Task, MapIndex: r.MapIndex, State: r.State, Operation: r.Operation}) {
				kept = append(kept, r)
			}
		}
		if !full || enough(kept) {
			return kept, nil
		}
		q.To = rows[len(rows)-1].Interval.Start.Add(-time.Microsecond)
	}
}

// kinds are the kinds of the runs of some rows, where a lens asks for them.
func (c *call) kinds(db *sqlite.DB, l *plan.Lens, pipeline string, rows []sqlite.InstanceRow) (map[int64]plan.Kind, error) {
	if !l.AboutKinds() || len(rows) == 0 {
		return nil, nil
	}
	from, to := rows[0].Interval.Start, rows[len(rows)-1].Interval.Start
	if to.Before(from) {
		from, to = to, from
	}
	runs, err := db.Runs(c.Ctx, sqlite.RunQuery{Pipeline: pipeline, From: from, To: to})
	kinds := map[int64]plan.Kind{}
	for _, r := range runs {
		kinds[r.ID] = r.Kind
	}
	return kinds, err
}

// instancesThrough are the task instances that a lens takes.
func (c *call) instancesThrough(db *sqlite.DB, l *plan.Lens, q sqlite.InstanceQuery) ([]sqlite.InstanceRow, error) {
	rows, err := c.through(db, l, q, func(kept []sqlite.InstanceRow) bool { return len(kept) >= q.Limit })
	if q.Limit > 0 && len(rows) > q.Limit {
		rows = rows[:q.Limit]
	}
	return rows, err
}

// runsThrough are the runs that a lens takes: by themselves, or by what they hold.
func (c *call) runsThrough(db *sqlite.DB, l *plan.Lens, q sqlite.RunQuery) ([]sqlite.RunRow, error) {
	if !l.Picks() {
		return nil, nil
	}
	held := map[int64]bool{}
	limit := q.Limit
	if l.AboutInstances() {
		rows, err := c.through(db, l, sqlite.InstanceQuery{Pipeline: q.Pipeline, From: q.From, To: q.To, Newest: limit > 0, Limit: limit},
			func(kept []sqlite.InstanceRow) bool {
				for _, r := range kept {
					held[r.Run] = true
				}
				return len(held) >= limit
			})
		if err != nil || len(rows) == 0 {
			return nil, err
		}
		for _, r := range rows {
			held[r.Run] = true
		}
		q.From = earlier(rows[0].Interval.Start, rows[len(rows)-1].Interval.Start)
		q.Limit = 0
	} else if l.AboutKinds() {
		q.Limit = 0
	}
	rows, err := db.Runs(c.Ctx, q)
	rows = slices.DeleteFunc(rows, func(r sqlite.RunRow) bool {
		return l.AboutInstances() && !held[r.ID] || !l.Covers(&plan.Run{Interval: r.Interval, Kind: r.Kind})
	})
	if limit > 0 {
		rows = rows[:min(len(rows), limit)]
	}
	return rows, err
}

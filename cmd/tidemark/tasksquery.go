package main

import (
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// wholeIntervals leaves out the oldest interval of a list that may have been cut inside it. Of
// one interval alone all is shown.
func wholeIntervals(c *call, db *sqlite.DB, q sqlite.InstanceQuery, rows []sqlite.InstanceRow) ([]sqlite.InstanceRow, error) {
	newest, oldest := rows[0].Interval.Start, rows[len(rows)-1].Interval.Start
	if newest.Equal(oldest) {
		q.From, q.To, q.Limit = newest, newest, 0
		return db.Instances(c.Ctx, q)
	}
	return slices.DeleteFunc(rows, func(r sqlite.InstanceRow) bool { return r.Interval.Start.Equal(oldest) }), nil
}

func (c *call) instanceQuery(db *sqlite.DB, p *pipelines.Pipeline) (q sqlite.InstanceQuery, err error) {
	q = sqlite.InstanceQuery{Pipeline: p.Name, Limit: c.Int("limit")}
	if q.From, q.To, err = c.rangeFlags(p.Location); err != nil {
		return q, err
	}
	if text := c.Arg(1); text != "" {
		interval, _, err := c.runOf(db, p, text)
		if err != nil {
			return q, err
		}
		q.From, q.To = interval.Start, interval.Start
	}
	if q.States, err = c.states(); err != nil {
		return q, err
	}
	if q.Tasks, err = c.matchingTasks(p); err != nil {
		return q, err
	}
	asked := c.Arg(1) != "" || c.IsSet("limit") || c.IsSet("start-date") || c.IsSet("end-date") || c.IsSet("state")
	if !asked && !c.JSON() {
		q.Limit = shownInstances
	}
	q.Newest = q.Limit > 0
	return q, nil
}

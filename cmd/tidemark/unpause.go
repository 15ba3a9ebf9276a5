package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func unpauseVerb() *verb {
	return &verb{
		name: "unpause", args: "PIPELINE", group: groupChange,
		summary: "Let a paused pipeline go on, as its catchup says",
		about: "Of the intervals that fell due meanwhile the loop makes those that catchup says.\n" +
			"--catchup makes all of them, --skip passes over all of them, on record.",
		example: "tidemark unpause weather\ntidemark unpause weather --catchup --dry-run",
		flags: orderFlags(
			&cli.BoolFlag{Name: "catchup", Usage: "make every interval that was missed"},
			&cli.BoolFlag{Name: "skip", Usage: "pass over every interval that was missed"}),
		run: runUnpause,
	}
}

func runUnpause(c *call) error {
	p, now, err := c.subject()
	if err != nil {
		return err
	}
	args := plan.UnpauseArgs{Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
	switch {
	case c.Bool("catchup") && c.Bool("skip"):
		return usage("conflicting-flags", "--catchup and --skip exclude each other", "without either, the pipeline's catchup decides")
	case c.Bool("catchup"):
		args.Missed = plan.MissedCatchup
	case c.Bool("skip"):
		args.Missed = plan.MissedSkip
	}
	from, err := c.reached(p)
	if err != nil {
		return err
	}
	return c.carryOut(now, order{
		verb: "unpause", defs: byName([]*pipelines.Pipeline{p}), loc: p.Location, create: true,
		free:  args.Missed == plan.MissedPolicy, // it does no more than the schedule says
		query: sqlite.ScopeQuery{Pipelines: []string{p.Name}, From: from, To: later(from, now)},
		decide: func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Unpause(now, scopes[0], args)
		},
	})
}

// reached is where the live schedule stands; without a place, where it will begin.
func (c *call) reached(p *pipelines.Pipeline) (from time.Time, err error) {
	from = p.Start
	err = c.withState(func(db *sqlite.DB) error {
		if db == nil {
			return nil
		}
		rows, err := db.Pipelines(c.Ctx)
		for _, r := range rows {
			if r.Name == p.Name && !r.Last.IsZero() {
				from = r.Last.End
			}
		}
		return err
	})
	return from, err
}

// liveLines say what an order does to the live schedule.
func (c *call) liveLines(o order, p *plan.Plan) [][]string {
	var rows [][]string
	if h := p.Held; h != nil {
		rows = append(rows, []string{fmt.Sprintf("backfill %d", h.Backfill), map[bool]string{true: "is paused", false: "goes on"}[h.Paused]})
	}
	l := p.Live
	if l == nil {
		return rows
	}
	switch {
	case l.Paused && !l.WasPaused:
		rows = append(rows, []string{"schedule", "is paused"})
	case !l.Paused && l.WasPaused:
		rows = append(rows, []string{"schedule", "goes on"})
	}
	if was, is := l.WasLast, l.Last; is != nil && (was == nil || !was.Start.Equal(is.Start)) {
		rows = append(rows, []string{"", "its newest interval is " + label(is.Start, o.loc)})
	}
	for _, s := range l.Skip {
		rows = append(rows, []string{"", fmt.Sprintf("%s passed over: %s (%s)", prose.Plural(s.Count, "interval"), span(s.First.Start, s.Last.Start, o.loc), s.Reason)})
	}
	for _, s := range l.Unskip {
		rows = append(rows, []string{"", fmt.Sprintf("%s passed over no more: %s", prose.Plural(s.Count, "interval"), span(s.First.Start, s.Last.Start, o.loc))})
	}
	return rows
}

package main

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func triggerVerb() *verb {
	return &verb{
		name:    "trigger",
		args:    "PIPELINE [INTERVAL]",
		summary: "Make one run now, whatever the schedule says",
		about: "Without INTERVAL it is the last complete one; a pipeline without a schedule gets\n" +
			"an interval of no length at this instant. An interval has one run: to run one\n" +
			"again, clear it. The schedule later finds the run made and goes on.",
		example: "tidemark trigger weather\ntidemark trigger weather 2014-03-05 --param region=us --dry-run",
		group:   groupChange,
		flags:   orderFlags(paramFlag()),
		run:     runTrigger,
	}
}

func runTrigger(c *call) error {
	p, now, err := c.subject()
	if err != nil {
		return err
	}
	args := plan.TriggerArgs{Reason: c.String("reason"), Ticket: c.String("ticket"), Params: c.StringSlice("param"), Override: c.String("override")}
	if args.Interval, err = c.wanted(p, now); err != nil {
		return err
	}
	until := args.Start
	if args.End.After(until) {
		until = args.End.Add(-time.Microsecond) // what starts within it overlaps it
	}
	return c.carryOut(now, order{
		verb: "trigger", defs: byName([]*pipelines.Pipeline{p}), loc: p.Location, create: true,
		query:  sqlite.ScopeQuery{Pipelines: []string{p.Name}, From: args.Start, To: until},
		decide: func(scopes []*plan.PipelineScope) (*plan.Plan, error) { return plan.Trigger(now, scopes[0], args) },
	})
}

// wanted is the interval that is asked for, or the one that a trigger chooses by itself.
func (c *call) wanted(p *pipelines.Pipeline, now time.Time) (timetable.Interval, error) {
	if c.Arg(1) != "" {
		return c.Interval(p, c.Arg(1))
	}
	v, ok := plan.ManualInterval(p.Timetable, now)
	if !ok {
		return v, &failure{Code: "no-such-interval", Exit: exitNoMatch, Message: "no interval of " + p.Name + " is complete yet",
			Help: "name one: tidemark trigger " + p.Name + " INTERVAL"}
	}
	return v, nil
}

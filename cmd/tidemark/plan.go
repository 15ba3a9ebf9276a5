package main

import (
	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func planVerb() *verb {
	return &verb{
		name:    "plan",
		args:    "[PIPELINE…]",
		summary: "Show what the files mean for the intervals that exist",
		group:   groupChange,
		about: `
After a change of schedule, timezone or start date: which runs are still on the
grid, which are not, which intervals are missing or would overlap, and what the
loop will make and pass over next. It writes nothing. What exists is never
changed or made twice by a schedule: a missing interval is a backfill's.`,
		example: "tidemark plan weather",
		flags:   []cli.Flag{&cli.BoolFlag{Name: "detailed-exitcode", Usage: "exit 4 when the loop has something to make"}},
		run:     runPlan,
	}
}

func runPlan(c *call) error {
	ps, err := c.allOrNamed(c.Args)
	if err != nil {
		return err
	}
	loc := sharedZone(ps)
	now, err := c.Now(loc)
	if err != nil {
		return err
	}
	o := order{verb: "plan", defs: byName(ps), loc: loc, create: true, query: sqlite.ScopeQuery{Pipelines: namesOf(ps)},
		decide: func(scopes []*plan.PipelineScope) (*plan.Plan, error) { return plan.Migrate(now, scopes), nil }}
	p, err := c.preview(o)
	if err != nil {
		return orderFailure(err)
	}
	p.DryRun = true
	if c.JSON() {
		err = c.Document(p)
	} else {
		c.migrationText(o, p)
	}
	if err == nil && c.Bool("detailed-exitcode") && !p.Empty() {
		return exit(exitPlan)
	}
	return err
}

// allOrNamed is the pipelines that the arguments name; without any, all valid ones.
func (c *call) allOrNamed(names []string) ([]*pipelines.Pipeline, error) {
	if len(names) == 0 {
		project, err := c.Project()
		if err != nil {
			return nil, err
		}
		return project.Pipelines, nil
	}
	var ps []*pipelines.Pipeline
	for _, name := range names {
		p, err := c.Pipeline(name)
		if err != nil {
			return nil, err
		}
		ps = append(ps, p)
	}
	return ps, nil
}

// migrationText says for each pipeline what is kept, what is odd and what comes.
func (c *call) migrationText(o order, p *plan.Plan) {
	for _, name := range p.Pipelines {
		groups := newSpans()
		for _, r := range p.Runs {
			if r.Pipeline != name {
				continue
			}
			what, why := "kept", "on the grid"
			if r.Action == plan.Create {
				what, why = "next", r.Why
			}
			groups.add(what, why, r.IntervalStart)
		}
		for _, u := range p.Untouched {
			switch st := u.Stretch; {
			case u.Pipeline != name:
			case st != nil:
				groups.addStretch("skipped", st.Reason, st.First.Start, st.Last.Start, st.Count)
			default:
				groups.add(oddity(u.State), sharedWhy(u), u.IntervalStart)
			}
		}
		c.Printf("%s\n", c.Term.Bold(name))
		if rows := groups.lines(c.zoneOf(name)); len(rows) > 0 {
			writeAligned(c.Out, rows)
		} else {
			c.Printf("  nothing exists, and nothing is due\n")
		}
	}
	for _, w := range p.Warnings {
		c.Warn("%s", w)
	}
}

// oddity names what is odd about an interval.
func oddity(state string) string {
	switch state {
	case "missing", "overlaps", "skipped":
		return state
	}
	return "off the grid"
}

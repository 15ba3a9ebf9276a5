package main

import (
	"fmt"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func backfillVerb() *verb {
	return &verb{
		name:    "backfill",
		args:    "PIPELINE",
		summary: "Make or re-open all intervals of a range, also before start_date",
		about: "Both ends are interval starts and inclusive. What exists already is listed with\n" +
			"what happens to it: --reprocess none leaves it alone, failed runs its failed\n" +
			"instances again, completed runs all of a finished run again.",
		example: "tidemark backfill weather -s 2011-12-01 -e 2011-12-31 --dry-run\n" +
			"tidemark backfill weather --dates 2012-02-29,2012-03-31",
		group: groupChange,
		flags: orderFlags(append(selectionFlags(),
			&cli.StringSliceFlag{Name: "dates", Usage: "instead of a range: the intervals that start in `T`, a day, a month or A..B (repeatable)"},
			&cli.StringFlag{Name: "reprocess", Usage: "`WHICH` of the runs that exist: none, failed or completed", Value: "none"},
			&cli.BoolFlag{Name: "run-backwards", Usage: "newest interval first"},
			&cli.IntFlag{Name: "max-active-runs", Usage: "how many of its runs may be active at once, `N` (default: the pipeline's)"},
		)...),
		run:   runBackfill,
		verbs: backfillVerbs(),
	}
}

func runBackfill(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	now, err := c.Now(p.Location)
	if err != nil {
		return err
	}
	if err := c.oneOf("reprocess", []string{"none", "failed", "completed"}); err != nil {
		return err
	}
	if c.IsSet("max-active-runs") && c.Int("max-active-runs") < 1 {
		return usage("bad-value", "--max-active-runs must be at least 1", "")
	}
	args := plan.BackfillArgs{Reprocess: plan.Reprocess(c.String("reprocess")), MaxActiveRuns: c.Int("max-active-runs"),
		Backwards: c.Bool("run-backwards"), Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
	if args.Selector, err = c.stretch(p); err != nil {
		return err
	}
	ps := byName([]*pipelines.Pipeline{p})
	return c.carryOut(now, order{
		verb: "backfill", defs: ps, loc: p.Location, create: true,
		query: sqlite.ScopeQuery{Pipelines: []string{p.Name}, From: args.Start, To: args.End},
		decide: func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Backfill(now, scopes[0], args)
		},
	})
}

// stretch reads which intervals a backfill is about: both ends of a range, or --dates.
func (c *call) stretch(p *pipelines.Pipeline) (plan.Selector, error) {
	s, err := c.selector(p.Location)
	ends := c.IsSet("start-date") || c.IsSet("end-date")
	switch {
	case err != nil:
		return s, err
	case c.IsSet("dates") && ends:
		return s, usage("conflicting-flags", "--dates stands instead of --start-date and --end-date", "")
	case !c.IsSet("dates") && (!c.IsSet("start-date") || !c.IsSet("end-date")):
		return s, usage("missing-flag", "backfill needs both ends of the range: --start-date and --end-date",
			fmt.Sprintf("for example: tidemark backfill %s -s 2026-03-01 -e 2026-03-31 --dry-run", p.Name))
	}
	for _, text := range splitCommas(c.StringSlice("dates")) {
		r, err := plan.ParseRange(text, p.Location)
		if err != nil || r.From.IsZero() || r.To.IsZero() {
			return s, usage("bad-time", fmt.Sprintf("--dates: %q is not a date or a range of two", text), "write 2026-03-01, 2026-03, or 2026-03-01..2026-03-05")
		}
		s.Ranges = append(s.Ranges, r)
	}
	s.Start, s.End = s.Extent()
	return s, nil
}

package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func backfillVerb() *verb {
	return &verb{
		name:    "backfill",
		args:    "[PIPELINE]",
		summary: "Make or re-open all intervals of a range, also before start_date",
		about: "Both ends are interval starts and inclusive. What exists already is listed with\n" +
			"what happens to it: --reprocess none leaves it alone, failed runs its failed\n" +
			"instances again, completed runs all of a finished run again. --only missing,\n" +
			"failed or skipped narrows the range to such intervals.",
		example: "tidemark backfill weather -s 2011-12-01 -e 2011-12-31 --dry-run\n" +
			"tidemark backfill weather --dates 2012-02-29,2012-03-31\n" +
			"tidemark backfill weather --only skipped",
		group: groupChange,
		flags: orderFlags(append(selectionFlags(),
			&cli.StringSliceFlag{Name: "dates", Usage: "instead of a range: the intervals that start in `T`, a day, a month or A..B (repeatable)"},
			&cli.StringSliceFlag{Name: "interval", Usage: "only the interval that starts at `T` (repeatable)"},
			&cli.StringSliceFlag{Name: "exclude-interval", Usage: "not the intervals that start in `T`, a day, a month or a range A..B (repeatable)"},
			&cli.BoolFlag{Name: "all", Usage: "from start_date to now"},
			&cli.StringFlag{Name: "select", Usage: "all of the choice as one `TEXT`: \"task=/^calc/+ interval=2014-03\""},
			&cli.StringSliceFlag{Name: "only", Usage: "`WHICH` intervals of it: missing, failed or skipped (by the policy; repeatable)"},
			&cli.StringFlag{Name: "reprocess", Usage: "`WHICH` of the runs that exist: none, failed or completed", Value: "none"},
			&cli.BoolFlag{Name: "run-backwards", Usage: "newest interval first"},
			&cli.IntFlag{Name: "max-active-runs", Usage: "how many of its runs may be active at once, `N` (default: the pipeline's)"},
			paramFlag(),
		)...),
		run:   runBackfill,
		verbs: backfillVerbs(),
	}
}

func runBackfill(c *call) error {
	if err := c.oneOf("reprocess", []string{"none", "failed", "completed"}); err != nil {
		return err
	}
	if c.IsSet("max-active-runs") && c.Int("max-active-runs") < 1 {
		return usage("bad-value", "--max-active-runs must be at least 1", "")
	}
	p, err := c.backfilled()
	if err != nil {
		return err
	}
	now, err := c.Now(p.Location)
	if err != nil {
		return err
	}
	args := plan.BackfillArgs{Reprocess: plan.Reprocess(c.String("reprocess")), MaxActiveRuns: c.Int("max-active-runs"),
		Backwards: c.Bool("run-backwards"), Reason: c.String("reason"), Ticket: c.String("ticket"), Params: c.StringSlice("param"), Override: c.String("override")}
	if args.Only, err = c.onlyFlag(); err != nil {
		return err
	}
	if args.Selector, err = c.stretch(p, now, args.Only); err != nil {
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

// backfilled is the one pipeline that a backfill fills.
func (c *call) backfilled() (*pipelines.Pipeline, error) {
	ps, err := c.inQuestion()
	switch {
	case err != nil:
		return nil, err
	case len(ps) > 1:
		return nil, usage("several-pipelines", fmt.Sprintf("a backfill fills one pipeline, and the selection picks %d: %s", len(ps), few(namesOf(ps), 6)),
			"give an order for each of them")
	}
	return ps[0], nil
}

func (c *call) onlyFlag() (list []plan.Only, err error) {
	for _, text := range splitCommas(c.StringSlice("only")) {
		only := plan.Only(text)
		if !slices.Contains(plan.Onlys, only) {
			return nil, usage("bad-value", fmt.Sprintf("--only cannot be %q", text), "one of: missing, failed, skipped")
		}
		list = append(list, only)
	}
	if slices.Contains(list, plan.OnlyFailed) && c.IsSet("reprocess") && c.String("reprocess") == "none" {
		return nil, usage("conflicting-flags", "--only failed runs failed instances again, and --reprocess none leaves them alone", "leave out one of the two")
	}
	return list, nil
}

// stretch reads which intervals a backfill is about: both ends of a range, single ones, or
// all of them. What was passed over has ends of its own.
func (c *call) stretch(p *pipelines.Pipeline, now time.Time, only []plan.Only) (s plan.Selector, err error) {
	if s, err = c.choiceOfBackfill(p.Location); err != nil {
		return s, err
	}
	s.Start, s.End = s.Extent()
	switch {
	case s.All:
		s.Start, s.End = later(s.Start, p.Start), earliest(s.End, now)
	case s.Start.IsZero() && s.End.IsZero() && slices.Equal(only, []plan.Only{plan.OnlySkipped}):
		s.Start, s.End, err = c.passedOver(p)
	case s.Start.IsZero() || s.End.IsZero():
		err = usage("missing-flag", "backfill needs both ends of the range: --start-date and --end-date",
			fmt.Sprintf("for example: tidemark backfill %s -s 2026-03-01 -e 2026-03-31 --dry-run", p.Name))
	}
	return s, err
}

// earliest is the earlier of two instants of which the first may be open.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() {
		return b
	}
	return earlier(a, b)
}

// choiceOfBackfill reads the flags, or --select instead of them.
func (c *call) choiceOfBackfill(loc *time.Location) (plan.Selector, error) {
	if c.IsSet("select") {
		return c.selectedToFill(loc)
	}
	s, err := c.chosen(loc)
	switch ends := c.IsSet("start-date") || c.IsSet("end-date"); {
	case err != nil:
		return s, err
	case c.IsSet("dates") && ends:
		return s, usage("conflicting-flags", "--dates stands instead of --start-date and --end-date", "")
	case s.All && (ends || c.IsSet("dates")):
		return s, usage("conflicting-flags", "--all means the whole range, from start_date to now", "leave it out, or name no other range")
	}
	for _, text := range splitCommas(c.StringSlice("dates")) {
		r, err := plan.ParseRange(text, loc)
		if err != nil || r.From.IsZero() || r.To.IsZero() {
			return s, usage("bad-time", fmt.Sprintf("--dates: %q is not a date or a range of two", text), "write 2026-03-01, 2026-03, or 2026-03-01..2026-03-05")
		}
		s.Ranges = append(s.Ranges, r)
	}
	for _, at := range s.Intervals { // each must exist, as each of --dates must
		s.Ranges = append(s.Ranges, plan.Range{From: at, To: at})
	}
	s.Intervals = nil
	return s, nil
}

// selectedToFill refuses what is about task instances that exist: a backfill makes them.
func (c *call) selectedToFill(loc *time.Location) (plan.Selector, error) {
	if c.IsSet("dates") {
		return plan.Selector{}, usage("conflicting-flags", "--select and --dates exclude each other", "write interval=2026-03-01,2026-03-05")
	}
	s, err := c.selected(loc)
	if err == nil && len(s.States)+len(s.Kinds)+len(s.Operations)+len(s.NotOperations) > 0 {
		err = usage("bad-select", "--select of backfill knows pipeline, tag, task and interval: state, kind and operation are of what exists",
			"narrow the range with --only missing, failed or skipped")
	}
	return s, err
}

// passedOver is from the first to the last interval on record as passed over.
func (c *call) passedOver(p *pipelines.Pipeline) (from, to time.Time, err error) {
	err = c.withState(func(db *sqlite.DB) error {
		if db == nil {
			return nil
		}
		rows, err := db.Skipped(c.Ctx, p.Name, from, to)
		if len(rows) > 0 {
			from, to = rows[0].First.Start, rows[len(rows)-1].Last.Start
		}
		return err
	})
	if err == nil && from.IsZero() {
		err = &failure{Code: "no-match", Exit: exitNoMatch, Message: "nothing of " + p.Name + " was passed over",
			Help: "see: tidemark runs " + p.Name + " --skipped"}
	}
	return from, to, err
}

package main

import (
	"fmt"
	"reflect"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// choiceFlags choose task instances that exist, in one pipeline or in several.
func choiceFlags() []cli.Flag {
	return append(selectionFlags(),
		regexFlag(),
		&cli.StringSliceFlag{Name: "state", Usage: "only instances in state `S` (repeatable)"},
		&cli.BoolFlag{Name: "only-failed", Aliases: []string{"f"}, Usage: "only failed and upstream_failed ones"},
		&cli.BoolFlag{Name: "only-running", Aliases: []string{"r"}, Usage: "only running ones"},
		&cli.StringSliceFlag{Name: "interval", Usage: "only the interval that starts at `T` (repeatable)"},
		&cli.StringSliceFlag{Name: "exclude-interval", Usage: "not the intervals that start in `T`, a day, a month or a range A..B (repeatable)"},
		&cli.IntFlag{Name: "last", Usage: "only the newest `N` runs within the bounds"},
		&cli.BoolFlag{Name: "past", Usage: "and everything before the chosen intervals"},
		&cli.BoolFlag{Name: "future", Usage: "and everything after the chosen intervals"},
		&cli.StringSliceFlag{Name: "tag", Usage: "only pipelines with the tag `NAME` (repeatable)"},
		&cli.BoolFlag{Name: "all", Usage: "the whole pipeline"},
		&cli.StringFlag{Name: "select", Usage: "all of the choice as one `TEXT`: \"task=/^calc/+ interval=2014-03\""},
	)
}

// choice is what the flags of an order choose, and in which pipelines.
type choice struct {
	plan.Selector                          // as the first pipeline reads it
	in            map[string]plan.Selector // what others read otherwise, for their timezone
	ps            []*pipelines.Pipeline
	loc           *time.Location // of what is printed
	now           time.Time
}

// choice reads the flags once for each timezone of the pipelines.
func (c *call) choice() (ch choice, err error) {
	if ch.ps, err = c.inQuestion(); err != nil {
		return ch, err
	}
	ch.loc = sharedZone(ch.ps)
	if ch.now, err = c.Now(ch.loc); err != nil {
		return ch, err
	}
	if ch.Selector, err = c.chosen(ch.ps[0].Location); err != nil {
		return ch, err
	}
	for _, p := range ch.ps[1:] {
		s, err := c.chosen(p.Location)
		if err != nil {
			return ch, err
		}
		if !reflect.DeepEqual(s, ch.Selector) {
			if ch.in == nil {
				ch.in = map[string]plan.Selector{}
			}
			ch.in[p.Name] = s
		}
	}
	return ch, nil
}

// inQuestion are the pipelines that PIPELINE means, or --select where it names some. Of
// several those that the choice leaves out anyhow are not looked at.
func (c *call) inQuestion() (ps []*pipelines.Pipeline, err error) {
	s, err := c.chosen(time.UTC)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Arg(0) != "":
		ps, err = c.Pipelines(c.Arg(0))
	case len(s.Pipelines.Any) == 0:
		err = usage("missing-argument", fmt.Sprintf("tidemark %s needs PIPELINE", c.verb.path()),
			`name it, or select it: --select "pipeline=NAME …"`)
	default:
		ps, err = c.allOrNamed(nil)
	}
	if err != nil {
		return nil, err
	}
	picked := slices.DeleteFunc(slices.Clone(ps), func(p *pipelines.Pipeline) bool { return !s.Picks(p) })
	if len(picked) == 0 {
		return ps, nil // the planner says what they have instead
	}
	return picked, nil
}

// order is an order about what is chosen. It reads no more than the choice may touch.
func (ch choice) order(verb string, decide func([]*plan.PipelineScope) (*plan.Plan, error)) order {
	q := sqlite.ScopeQuery{Pipelines: namesOf(ch.ps), Last: ch.Last}
	q.From, q.To = ch.Bounded().Extent()
	open := q.To.IsZero()
	for _, s := range ch.in {
		from, to := s.Bounded().Extent()
		q.From = earlier(q.From, from) // a zero instant, open, lies before all others
		open = open || to.IsZero()
		q.To = later(q.To, to)
		if s.Last > 0 { // of other bounds: the newest runs of the widest may be too few
			q.Last = 0
		}
	}
	if open {
		q.To = time.Time{}
	}
	return order{verb: verb, defs: byName(ch.ps), loc: ch.loc, query: q, decide: decide}
}

// chosen reads the flags that choose, times without an offset in loc.
func (c *call) chosen(loc *time.Location) (s plan.Selector, err error) {
	if c.IsSet("select") {
		return c.selected(loc)
	}
	if s, err = c.selector(loc); err != nil {
		return s, err
	}
	s.All, s.Past, s.Future, s.Last = c.Bool("all"), c.Bool("past"), c.Bool("future"), c.Int("last")
	if c.IsSet("last") && s.Last < 1 {
		return s, usage("bad-value", "--last must be at least 1", "")
	}
	for _, tag := range splitCommas(c.StringSlice("tag")) {
		s.Tags.Any = append(s.Tags.Any, plan.Exactly(tag))
	}
	if s.States, err = c.states(); err != nil {
		return s, err
	}
	for _, text := range splitCommas(c.StringSlice("interval")) {
		at, err := c.Time("--interval", text, loc, false)
		if err != nil {
			return s, err
		}
		s.Intervals = append(s.Intervals, at)
	}
	for _, text := range splitCommas(c.StringSlice("exclude-interval")) {
		r, err := plan.ParseRange(text, loc)
		if err != nil {
			return s, usage("bad-time", "--exclude-interval: "+err.Error(), "write 2026-03-01, 2026-03, or 2026-03-01..2026-03-05")
		}
		s.Except = append(s.Except, r)
	}
	return s, nil
}

// selected reads --select, which says the whole choice.
func (c *call) selected(loc *time.Location) (plan.Selector, error) {
	for _, f := range choiceFlags() {
		if name := f.Names()[0]; name != "select" && name != "pipeline-regex" && c.IsSet(name) {
			return plan.Selector{}, usage("conflicting-flags", "--select and --"+name+" exclude each other",
				"say all of the choice in --select, or all of it with flags")
		}
	}
	return plan.ParseSelect(c.String("select"), loc)
}

// sharedZone is the timezone of the pipelines, or UTC where they have several.
func sharedZone(ps []*pipelines.Pipeline) *time.Location {
	if loc := soleZone(ps, nil); loc != nil {
		return loc
	}
	return time.UTC
}

package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func clearVerb() *verb {
	return &verb{
		name:    "clear",
		args:    "[PIPELINE]",
		summary: "Put task instances back to waiting: the loop runs them again",
		about: "The flags choose; --upstream and --downstream widen the choice inside each run.\n" +
			"A cleared instance gets all its retries again, and its attempt numbers go on.\n" +
			"One that runs is cancelled first. Whatever catchup says, the loop runs them.",
		example: "tidemark clear weather -t '^calc' -s 2014-03-01 -e 2014-03-31 -d --dry-run\n" +
			"tidemark clear weather --only-failed --last 7",
		group: groupChange,
		flags: orderFlags(append(choiceFlags(),
			&cli.BoolFlag{Name: "run", Usage: "of each run in which something is chosen, everything"},
			&cli.BoolFlag{Name: "same-version", Usage: "bind the runs to the version of the pipeline that they ran with before"},
			&cli.StringSliceFlag{Name: "only", Hidden: true},
			&cli.BoolFlag{Name: "no-running", Usage: "refuse when one of them runs, instead of cancelling it"},
		)...),
		run: runClear,
	}
}

func runClear(c *call) error {
	if c.IsSet("only") {
		return usage("not-of-clear", "clear is about task instances that exist: intervals that are missing or were passed over have none",
			"make them with tidemark backfill --only missing,skipped; to choose skipped task instances write --state skipped")
	}
	ch, err := c.choice()
	if err != nil {
		return err
	}
	if len(ch.ps) == 1 && len(ch.Intervals) > 0 {
		if err := c.haveRuns(ch.ps[0], ch.Intervals); err != nil {
			return err
		}
	}
	args := plan.ClearArgs{Selector: ch.Selector, In: ch.in, WholeRuns: c.Bool("run"), SameVersion: c.Bool("same-version"), NoRunning: c.Bool("no-running"),
		Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
	o := ch.order("clear", func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Clear(ch.now, scopes, args)
	})
	o.query.Versions = args.SameVersion
	return c.carryOut(ch.now, o)
}

// haveRuns refuses single intervals that a pipeline has no run of: half of what was asked
// for is not what was asked for.
func (c *call) haveRuns(p *pipelines.Pipeline, starts []time.Time) error {
	return c.withState(func(db *sqlite.DB) error {
		if db == nil {
			return nil // the plan says that nothing has run yet
		}
		for _, at := range starts {
			run, err := db.RunAt(c.Ctx, p.Name, at)
			if err != nil {
				return err
			}
			if run == nil {
				return &failure{Code: "no-such-interval", Exit: exitNoMatch,
					Message: fmt.Sprintf("%s has no run of an interval that starts at %s", p.Name, label(at, p.Location)),
					Help:    "the nearest start at " + strings.Join(c.nearestRuns(db, p, at), ", ")}
			}
		}
		return nil
	})
}

// states are --state, --only-failed and --only-running together: any of them.
func (c *call) states() ([]plan.State, error) {
	var out []plan.State
	for _, name := range splitCommas(c.StringSlice("state")) {
		s, ok := plan.ParseState(name)
		if !ok {
			return nil, noSuchState(name)
		}
		out = append(out, s)
	}
	if c.Bool("only-failed") {
		out = append(out, plan.Failed, plan.UpstreamFailed)
	}
	if c.Bool("only-running") {
		out = append(out, plan.Running)
	}
	slices.Sort(out)
	return slices.Compact(out), nil
}

func noSuchState(name string) error {
	var names []string
	for _, s := range plan.States {
		names = append(names, s.String())
	}
	help := "one of: " + strings.Join(names, ", ")
	if near := pipelines.Nearest(name, names); near != "" {
		help = fmt.Sprintf("did you mean %q? %s", near, help)
	}
	return usage("bad-value", fmt.Sprintf("no state is named %q", name), help)
}

func byName(ps []*pipelines.Pipeline) map[string]*pipelines.Pipeline {
	m := make(map[string]*pipelines.Pipeline, len(ps))
	for _, p := range ps {
		m[p.Name] = p
	}
	return m
}

func namesOf(ps []*pipelines.Pipeline) []string {
	var names []string
	for _, p := range ps {
		names = append(names, p.Name)
	}
	return names
}

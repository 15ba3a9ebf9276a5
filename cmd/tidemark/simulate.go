package main

import (
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

func simulateVerb() *verb {
	return &verb{
		name:    "simulate",
		args:    "PIPELINE",
		summary: "Show the intervals that a schedule makes, without a database",
		group:   groupWrite,
		about: `
With --from, --to or --count it walks the bare timetable. Without them it shows
what the run loop would decide at --now: which intervals it materialises, which
ones it passes over and why, and which one comes next.

With --diff it answers for the files as they are and as a Git revision has them,
and shows the intervals that appear, vanish or change between the two.`,
		example: `tidemark simulate etl --from 2026-03-28 --count 4
			tidemark simulate etl --now 2026-03-29T12:00 --catchup last:3
			tidemark simulate etl --diff HEAD~1 --from 2026-03-28 --to 2026-04-03`,
		flags: []cli.Flag{
			&cli.StringFlag{Name: "from", Usage: "walk from the first interval that starts at or after `T`; may lie before start_date"},
			&cli.StringFlag{Name: "to", Usage: "walk to the last interval that starts at or before `T`"},
			&cli.IntFlag{Name: "count", Usage: "walk `N` intervals at most"},
			&cli.StringFlag{Name: "last", Usage: "the newest interval that exists already, as `START..END`"},
			&cli.StringFlag{Name: "catchup", Usage: "instead of the pipeline's own: `RULE` is true, false, none, last:N or max_age:D"},
			&cli.StringFlag{Name: "diff", Usage: "compare with the Git revision `REV`"},
			&cli.StringFlag{Name: "manual-at", Usage: "also show the interval that trigger chooses at `T`"},
		},
		run: runSimulate,
	}
}

// simulationDocument is tidemark.simulation/1.
type simulationDocument struct {
	Schema    string         `json:"schema"`
	Pipeline  string         `json:"pipeline"`
	Timezone  string         `json:"timezone"`
	Schedule  *string        `json:"schedule"` // null: manual only
	Now       time.Time      `json:"now"`
	Intervals []simulatedRow `json:"intervals"`
	Next      *simulatedNext `json:"next"`
	Manual    *manualChoice  `json:"manual,omitempty"`
}

type simulatedNext struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Due   time.Time `json:"due"`
}

type manualChoice struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

func runSimulate(c *call) error {
	p, err := c.Pipeline(c.Args[0])
	if err != nil {
		return err
	}
	q, err := c.simulation(p)
	if err != nil {
		return err
	}
	if c.IsSet("diff") {
		return c.compare(p, q, c.String("diff"))
	}
	s := simulate(p, q)
	if c.JSON() {
		return c.Stream(s.document(p, q), "intervals", s.rows(p))
	}
	return c.showSimulation(p, q, s)
}

// simulationQuery is what simulate was asked, every time resolved.
type simulationQuery struct {
	now      time.Time
	walk     bool
	from, to time.Time // zero: start_date, open
	count    int       // 0: all
	last     timetable.Interval
	catchup  timetable.Catchup
	manualAt time.Time // zero: not asked
}

// simulation reads the flags in the pipeline's timezone.
func (c *call) simulation(p *pipelines.Pipeline) (q simulationQuery, err error) {
	q.catchup = p.Catchup
	q.walk = c.IsSet("from") || c.IsSet("to") || c.IsSet("count")
	if err := c.checkWalk(q.walk, p); err != nil {
		return q, err
	}
	q.count = c.Int("count")
	if q.now, err = c.Now(p.Location); err != nil {
		return q, err
	}
	if q.from, err = c.TimeFlag("from", p.Location, false); err != nil {
		return q, err
	}
	if q.to, err = c.TimeFlag("to", p.Location, true); err != nil {
		return q, err
	}
	if q.manualAt, err = c.TimeFlag("manual-at", p.Location, false); err != nil {
		return q, err
	}
	if !q.to.IsZero() && q.to.Before(q.from) {
		return q, usage("end-before-start", "--to lies before --from", "")
	}
	if c.IsSet("last") {
		if q.last, err = c.intervalFlag("--last", c.String("last"), p.Location); err != nil {
			return q, err
		}
	}
	if c.IsSet("catchup") {
		if q.catchup, err = timetable.ParseCatchup(c.String("catchup")); err != nil {
			return q, usage("bad-catchup", "--"+err.Error(), "one of: true, false, none, last:3, max_age:7d")
		}
	}
	return q, nil
}

// checkWalk refuses flags that do not go together and a walk without an end.
func (c *call) checkWalk(walk bool, p *pipelines.Pipeline) error {
	if c.IsSet("diff") && c.IsSet("manual-at") {
		return usage("conflicting-flags", "--manual-at asks about one schedule, --diff compares two", "leave one of them out")
	}
	if !walk {
		return nil
	}
	for _, name := range []string{"last", "catchup"} {
		if c.IsSet(name) {
			return usage("conflicting-flags", "--"+name+" asks for the loop's decision, --from, --to and --count for a walk", "leave one of them out")
		}
	}
	if c.IsSet("count") && c.Int("count") < 1 {
		return usage("bad-value", "--count must be 1 or more", "")
	}
	if !c.IsSet("count") && !c.IsSet("to") && p.End.IsZero() {
		return usage("endless", "the walk has no end", "add --to T or --count N")
	}
	return nil
}

package main

import (
	"fmt"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// orderFlags are those of every verb that changes state: look first, say why, agree.
func orderFlags(more ...cli.Flag) []cli.Flag {
	more = append(more,
		&cli.BoolFlag{Name: "dry-run", Usage: "print the plan and write nothing"},
		yesFlag())
	return append(append(more, recordFlags()...),
		&cli.StringFlag{Name: "out", Usage: "save the plan in `FILE` for tidemark apply, and change nothing"},
		&cli.BoolFlag{Name: "detailed-exitcode", Usage: "with --dry-run: exit 4 when the plan is not empty"},
	)
}

// recordFlags are the words that go on record with an order.
func recordFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "reason", Usage: "why, for the record: `TEXT`"},
		&cli.StringFlag{Name: "ticket", Usage: "the ticket that this belongs to: `ID`"},
		&cli.StringFlag{Name: "override", Usage: "go past a guard rail that allows it, on record: `WHY`"},
	}
}

// selectionFlags choose task instances. Their letters are Airflow's.
func selectionFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "task-regex", Aliases: []string{"t"}, Usage: "tasks whose id matches `RE` (RE2, searched)"},
		&cli.StringFlag{Name: "start-date", Aliases: []string{"s"}, Usage: "intervals that start at `T` or later"},
		&cli.StringFlag{Name: "end-date", Aliases: []string{"e"}, Usage: "intervals that start at `T` or before; a date covers its whole day"},
		&cli.BoolFlag{Name: "upstream", Aliases: []string{"u"}, Usage: "and what they depend on"},
		&cli.BoolFlag{Name: "downstream", Aliases: []string{"d"}, Usage: "and what depends on them"},
	}
}

// selector reads the flags that choose task instances.
func (c *call) selector(loc *time.Location) (s plan.Selector, err error) {
	s = plan.Selector{TaskRegex: c.String("task-regex"), Upstream: c.Bool("upstream"), Downstream: c.Bool("downstream")}
	if s.Start, err = c.TimeFlag("start-date", loc, false); err != nil {
		return s, err
	}
	if s.End, err = c.TimeFlag("end-date", loc, true); err != nil {
		return s, err
	}
	if !s.Start.IsZero() && !s.End.IsZero() && s.End.Before(s.Start) {
		return s, usage("end-before-start", fmt.Sprintf("the range ends before it starts: %s … %s", c.String("start-date"), c.String("end-date")),
			"exchange --start-date and --end-date")
	}
	return s, nil
}

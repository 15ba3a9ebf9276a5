package main

import (
	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

func markVerb() *verb {
	return &verb{
		name:    "mark",
		args:    "[PIPELINE]",
		summary: "Say how task instances, or whole runs, have ended",
		about: "What runs is cancelled. What follows a marked task and failed, or was blocked by\n" +
			"it, is decided again. With --run whole runs are marked: for success all of their\n" +
			"instances, for failure what runs; what has not begun is then skipped.",
		example: "tidemark mark weather --as success -t '^fetch$' --interval 2014-03-05\n" +
			"tidemark mark weather --as failed --run --last 1",
		group: groupChange,
		flags: orderFlags(append(choiceFlags(),
			&cli.StringFlag{Name: "as", Usage: "the `STATE`: success, failed or skipped"},
			&cli.BoolFlag{Name: "run", Usage: "mark whole runs"},
		)...),
		run: runMark,
	}
}

func runMark(c *call) error {
	if !c.IsSet("as") {
		return usage("missing-flag", "mark needs --as", "one of: success, failed, skipped")
	}
	if err := c.oneOf("as", []string{"success", "failed", "skipped"}); err != nil {
		return err
	}
	ch, err := c.choice()
	if err != nil {
		return err
	}
	as, _ := plan.ParseState(c.String("as"))
	args := plan.MarkArgs{Selector: ch.Selector, In: ch.in, As: as, Runs: c.Bool("run"),
		Reason: c.String("reason"), Ticket: c.String("ticket"), Override: c.String("override")}
	return c.carryOut(ch.now, ch.order("mark", func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
		return plan.Mark(ch.now, scopes, args)
	}))
}

package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func applyVerb() *verb {
	return &verb{
		name:    "apply",
		args:    "FILE",
		summary: "Carry out a plan that was saved with --out, exactly its rows",
		about: "If any row of it has moved since, nothing is done, and each of them is listed.\n" +
			"FILE may be - for standard input.",
		example: "tidemark clear weather -t '^calc' --last 7 --out plan.json\ntidemark apply plan.json",
		group:   groupChange,
		flags:   orderFlags(),
		run:     runApply,
	}
}

func runApply(c *call) error {
	saved, err := c.savedPlan(c.Arg(0))
	if err != nil {
		return err
	}
	if c.IsSet("reason") {
		saved.Reason = c.String("reason")
	}
	if c.IsSet("ticket") {
		saved.Ticket = c.String("ticket")
	}
	if saved.Undoes != 0 {
		return c.undo(saved.Undoes, func(p *plan.Plan) error { return plan.Same(saved, p) })
	}
	var ps []*pipelines.Pipeline
	for _, name := range saved.Pipelines {
		p, err := c.Pipeline(name)
		if err != nil {
			return err
		}
		ps = append(ps, p)
	}
	loc := sharedZone(ps)
	now, err := c.Now(loc)
	if err != nil {
		return err
	}
	q := sqlite.ScopeQuery{Pipelines: namesOf(ps)}
	q.From, q.To = extent(saved)
	return c.carryOut(now, order{verb: "apply", defs: byName(ps), loc: loc, create: true, query: q,
		decide: func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
			return plan.Resume(scopes, saved, c.String("override"))
		}})
}

// extent is all the time that the runs of a plan cover.
func extent(p *plan.Plan) (from, to time.Time) {
	for i := range p.Runs {
		r := &p.Runs[i]
		if i == 0 {
			from, to = r.IntervalStart, r.IntervalStart
		}
		from, to = earlier(from, r.IntervalStart), later(later(to, r.IntervalStart), r.IntervalEnd.Add(-time.Microsecond))
	}
	return from, to
}

// savedPlan reads a plan's document.
func (c *call) savedPlan(path string) (*plan.Plan, error) {
	text, err := c.readFile(path)
	if err != nil {
		return nil, usage("cannot-read", fmt.Sprintf("cannot read the plan: %s", err), "")
	}
	p := new(plan.Plan)
	d := json.NewDecoder(bytes.NewReader(text))
	if err := d.Decode(p); err != nil {
		return nil, usage("bad-plan", fmt.Sprintf("%s does not hold a plan: %s", path, err), "save one with --out FILE")
	}
	if p.Schema != "tidemark.plan/1" || !slices.Contains([]string{"clear", "backfill", "mark", "trigger", "undo", "unpause"}, p.Kind) {
		return nil, usage("bad-plan", fmt.Sprintf("%s holds %q of kind %q, which is no order", path, p.Schema, p.Kind), "save one with --out FILE")
	}
	return p, nil
}

func (c *call) readFile(path string) ([]byte, error) {
	if path == "-" {
		return io.ReadAll(c.In)
	}
	return os.ReadFile(path)
}

// save writes a plan's document for apply.
func (c *call) save(p *plan.Plan, path string) error {
	text, err := json.MarshalIndent(p, "", "  ")
	if err == nil {
		err = os.WriteFile(path, append(text, '\n'), 0o644)
	}
	if err != nil {
		return &failure{Code: "cannot-write", Exit: exitFailed, Message: "cannot save the plan: " + err.Error()}
	}
	c.Note("saved in %s; carry out exactly this: tidemark apply %s", path, path)
	return nil
}

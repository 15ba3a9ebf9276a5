package main

import (
	"errors"
	"io/fs"
	"os"
	"os/user"
	"runtime/debug"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// order is a change to plan, show, confirm and apply.
type order struct {
	verb   string
	query  sqlite.ScopeQuery
	defs   map[string]*pipelines.Pipeline
	loc    *time.Location // of what is printed; nil: UTC
	free   bool           // nobody needs to agree to it
	create bool           // whether it makes sense before anything has run
	decide func([]*plan.PipelineScope) (*plan.Plan, error)
}

// carryOut is the way of an order over pipelines: both plans come from the same decide.
func (c *call) carryOut(now time.Time, o order) (err error) {
	if o.query.Machine, err = c.machine(); err != nil {
		return err
	}
	return c.settle(o,
		func() (*plan.Plan, error) { return c.preview(o) },
		func(preview *plan.Plan) (*plan.Plan, error) { return c.apply(now, o, preview) })
}

// settle is the one way in which an order becomes real: the plan is made from what is
// stored, shown, agreed to, and made again in the transaction that applies it. If it has
// become another plan than a person agreed to, nothing is done. Who says -y agrees to what
// the transaction finds, beside a runner that moves on all the time: that is planned once,
// and shown when it is done.
func (c *call) settle(o order, preview func() (*plan.Plan, error), apply func(seen *plan.Plan) (*plan.Plan, error)) error {
	if o.loc == nil {
		o.loc = time.UTC
	}
	if c.program.asked == nil { // a process of its own: what serves others has its heap follow its load
		defer debug.SetGCPercent(debug.SetGCPercent(busyGrowth))
	}
	if c.Bool("yes") && !c.looksOnly() && !c.isNew() {
		return c.become(o, nil, apply)
	}
	seen, err := preview()
	if err != nil {
		return c.forPeople(orderFailure(err), o.loc)
	}
	if seen.DryRun = c.looksOnly(); seen.DryRun || seen.Empty() {
		return c.looked(o, seen)
	}
	if !c.JSON() {
		c.planText(o, seen)
	}
	if !o.free {
		if err := c.Confirm(question{verb: o.verb, count: rowsOf(seen), noun: nounOf(seen)}); err != nil {
			return err
		}
	}
	return c.become(o, seen, apply)
}

// become applies an order, after a look at its plan or without one, and says what it did.
func (c *call) become(o order, seen *plan.Plan, apply func(*plan.Plan) (*plan.Plan, error)) error {
	applied, err := apply(seen)
	if err != nil {
		return c.forPeople(orderFailure(err), o.loc)
	}
	switch {
	case applied.Operation == nil:
		return c.looked(o, applied)
	case c.JSON():
		return c.Document(applied)
	case seen == nil:
		c.planText(o, applied)
	}
	c.done(o, applied)
	return nil
}

// agreed refuses a plan that is not the one that a person has seen, if any.
func (c *call) agreed(p, seen *plan.Plan) error {
	if a := c.program.asked; a != nil && a.digest != "" && p.Digest != a.digest {
		return movedOn()
	}
	if seen != nil && p.Digest != seen.Digest {
		return movedOn()
	}
	return nil
}

// preview plans and writes nothing.
func (c *call) preview(o order) (*plan.Plan, error) {
	scopes, err := c.scopes(o)
	if err != nil {
		return nil, err
	}
	p, err := o.decide(scopes)
	var refused *plan.Refusal
	if errors.As(err, &refused) && refused.Code == "no-match" && len(refused.Problems) > 0 && !o.create && c.isNew() {
		refused.Problems = nil
		refused.Message += ": nothing has run yet"
		refused.Help = "begin with: tidemark run --until-idle, or make intervals with tidemark backfill"
	}
	return p, err
}

// isNew says whether nothing has ever run here.
func (c *call) isNew() bool {
	db, err := c.Database()
	if err != nil {
		return false
	}
	_, err = os.Stat(db)
	return errors.Is(err, fs.ErrNotExist)
}

func (c *call) scopes(o order) ([]*plan.PipelineScope, error) {
	db, err := c.openReadOnly()
	if errors.Is(err, sqlite.ErrNotExist) {
		var scopes []*plan.PipelineScope
		for _, name := range o.query.Pipelines {
			scopes = append(scopes, &plan.PipelineScope{Name: name, Def: o.defs[name]})
		}
		return scopes, nil
	}
	if err != nil {
		return nil, err
	}
	defer db.Close()
	return db.Scopes(c.Ctx, o.query, o.defs)
}

func (c *call) apply(now time.Time, o order, preview *plan.Plan) (*plan.Plan, error) {
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	db, err := at.open()
	if err != nil {
		return nil, err
	}
	defer db.Close()
	if err := db.Register(c.Ctx, ordered(o), commitOf(c.Ctx, at.root), now); err != nil {
		return nil, err
	}
	return db.Apply(c.Ctx, now, o.query, o.defs, c.actor(), func(scopes []*plan.PipelineScope) (*plan.Plan, error) {
		p, err := o.decide(scopes)
		if err == nil {
			err = c.agreed(p, preview)
		}
		return p, err
	})
}

func ordered(o order) []*pipelines.Pipeline {
	var ps []*pipelines.Pipeline
	for _, name := range o.query.Pipelines {
		if p := o.defs[name]; p != nil {
			ps = append(ps, p)
		}
	}
	return ps
}

// looksOnly says whether nothing shall be changed.
func (c *call) looksOnly() bool { return c.Bool("dry-run") || c.IsSet("out") }

// looked ends an order that changes nothing: a dry run, or a plan without rows.
func (c *call) looked(o order, p *plan.Plan) error {
	if c.JSON() {
		if err := c.Document(p); err != nil {
			return err
		}
	} else {
		c.planText(o, p)
		switch {
		case p.Empty():
			c.Printf("\nNothing to do.\n")
		case c.IsSet("out"):
			c.Printf("\nNothing was changed.\n")
		default:
			c.Printf("\nDry run: nothing was changed. Without --dry-run it is done.\n")
		}
	}
	if c.IsSet("out") {
		if err := c.save(p, c.String("out")); err != nil {
			return err
		}
	}
	if c.Bool("detailed-exitcode") && !p.Empty() {
		return exit(exitPlan)
	}
	return nil
}

// done says what was applied and how to take it back.
func (c *call) done(o order, p *plan.Plan) {
	what := past(o.verb)
	if rowsOf(p) > 0 || p.Live == nil && p.Held == nil {
		what += ": " + prose.Plural(rowsOf(p), nounOf(p))
	}
	c.Printf("\n%s %s · operation %d\n", c.Term.Glyph("success"), what, *p.Operation)
	if p.Undo != nil {
		c.Printf("  undo   %s\n", *p.Undo)
	}
	if p.Counts.RunsCreated+p.Counts.RunsReopened > 0 {
		c.Printf("  next   tidemark run --until-idle   (a runner that is running sees it by itself)\n")
	}
}

func past(verb string) string {
	switch verb {
	case "clear":
		return "cleared"
	case "undo":
		return "undone"
	case "mark":
		return "marked"
	case "trigger":
		return "triggered"
	case "apply":
		return "applied"
	case "unpause":
		return "unpaused"
	}
	return verb + " recorded"
}

// rowsOf is how much a plan changes: task instances, or runs where it changes more of those.
func rowsOf(p *plan.Plan) int {
	runs := 0
	for i := range p.Runs {
		if p.Runs[i].Action != plan.None {
			runs++
		}
	}
	return max(p.Counts.Instances, runs)
}

func nounOf(p *plan.Plan) string {
	if n := p.Counts.Instances; n > 0 && n == rowsOf(p) {
		return "task instance"
	}
	return "run"
}

// actor is who gives the order.
func (c *call) actor() sqlite.Actor {
	if a := c.program.asked; a != nil {
		return a.who
	}
	name := c.Env("USER")
	if u, err := user.Current(); err == nil && name == "" {
		name = u.Username
	}
	return sqlite.Actor{User: name, Host: hostname()}
}

// openReadOnly opens the database for a command that writes nothing at all.
func (c *call) openReadOnly() (*sqlite.DB, error) {
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	return sqlite.OpenReadOnly(at.db)
}

func movedOn() error {
	return usage("stale-plan", "the state has moved on since the plan was shown; nothing was changed",
		"look at the new plan and give the order again")
}

package runner

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Definitions is what the files say now. A pipeline whose file is broken is in it with
// the last version that was good.
type Definitions struct {
	Pipelines []*pipelines.Pipeline
	Pools     map[string]int // slots by name
	Workshop  *Workshop
	// Parse reads an earlier version of a pipeline's file; nil: there is none to be read.
	Parse func(file, source string) (*pipelines.Pipeline, error)
}

// Runner is the loop and what it works with.
type Runner struct {
	Store    Store
	Executor Executor
	Clock    Clock
	Log      *slog.Logger
	Trace    *slog.Logger // hears an account of every turn; nil: none is kept

	Definitions Definitions        // at the start
	Reload      <-chan Definitions // whenever the files have changed; nil: never
	Only        []string           // pipelines to run; empty: all
	Parallelism int                // attempts that may run at once
	Ahead       int                // how many more the executor may hold at most: it starts them as slots become free
	UntilIdle   bool               // return when nothing is due, running or retrying
	Poll        time.Duration      // how often to ask whether another process wrote; 0: 100 ms

	// Observe sees every decision after it is durable, in the loop's goroutine.
	Observe func(now time.Time, d *plan.Decision)

	// Watch begins to tell of writes to the database, whoever writes, so that a loop that has
	// nothing to do need not ask so often; nil, or a nil channel: nobody can tell.
	Watch func() (writes <-chan struct{}, stop func())

	// Noticed is called when another process has written, before the turn that looks at it.
	Noticed func()

	defs    map[string]*pipelines.Pipeline
	reports []plan.Report
	ended   []string // keys that the executor may forget once the next decision is durable
	pace    pace
	fetches *fetches
	state   standing
	looked  bool // whether a turn was taken since the start
}

// Outcome says how an idle loop was left.
type Outcome struct {
	Stuck []Stuck // unfinished runs that cannot go on, per pipeline
}

// Stuck is a pipeline with unfinished runs that nothing will move, and why.
type Stuck struct {
	Pipeline string
	Runs     int
	Why      string
}

// WhyPaused is the Why of a pipeline that only waits to be unpaused.
const WhyPaused = "it is paused"

// Run turns and waits until ctx ends or, with UntilIdle, until there is nothing to do.
// Tasks that run when ctx ends go on; the next runner adopts them.
func (r *Runner) Run(ctx context.Context) (Outcome, error) {
	if err := r.start(ctx); err != nil {
		return Outcome{}, err
	}
	r.fetches = newFetches()
	defer r.fetches.close()
	for {
		d, err := r.turn(ctx)
		if err != nil {
			return Outcome{}, err
		}
		if d.Again {
			continue
		}
		if r.UntilIdle && r.state.idle && len(r.reports) == 0 {
			changed, err := r.changed(ctx)
			if changed {
				continue // somebody gave an order while the last decision was carried out
			}
			return Outcome{Stuck: r.wanted(r.state.stuck)}, err
		}
		if err := r.wait(ctx, d.Wake); err != nil {
			return Outcome{}, err
		}
	}
}

// wanted leaves out what this runner was not asked to run.
func (r *Runner) wanted(all []Stuck) []Stuck {
	return slices.DeleteFunc(all, func(s Stuck) bool { return len(r.Only) > 0 && !slices.Contains(r.Only, s.Pipeline) })
}

// start makes the definitions known and takes over what an earlier runner left.
func (r *Runner) start(ctx context.Context) error {
	if r.Poll == 0 {
		r.Poll = 100 * time.Millisecond
	}
	if err := r.define(ctx, r.Definitions); err != nil {
		return err
	}
	open, err := r.Store.OpenAttempts(ctx)
	if err != nil {
		return err
	}
	if err := r.Definitions.Workshop.prepare(open); err != nil {
		return fmt.Errorf("cannot prepare what attempts leave: %w", err)
	}
	return r.Executor.Adopt(keys(open))
}

func (r *Runner) define(ctx context.Context, d Definitions) error {
	if err := r.Store.Register(ctx, d.Pipelines, d.Workshop.Commit, r.Clock.Now()); err != nil {
		return err
	}
	r.Definitions = d
	r.defs = make(map[string]*pipelines.Pipeline, len(d.Pipelines))
	for _, p := range d.Pipelines {
		r.defs[p.Name] = p
	}
	return nil
}

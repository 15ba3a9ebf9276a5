package runner

import (
	"context"
	"errors"
	"sync"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// The loop does not wait for the programs that print secrets. An attempt that needs one is
// queued, and handed to the executor when they have ended: the executor has not heard of it
// until then, so that after a crash it is one that was never begun.

// fetches are the attempts that wait for secrets. The loop owns them; each has a goroutine
// that sends it one value and ends.
type fetches struct {
	done    chan fetched
	stops   map[string]context.CancelFunc // by key
	closing chan struct{}
	wait    sync.WaitGroup
}

// fetched is an attempt that has its secrets, or why it has not.
type fetched struct {
	ctx context.Context // cancelled with the attempt
	key plan.AttemptKey
	job Job
	err error
}

func newFetches() *fetches {
	return &fetches{done: make(chan fetched), stops: map[string]context.CancelFunc{}, closing: make(chan struct{})}
}

// begin fetches what a job lacks.
func (f *fetches) begin(w *Workshop, key plan.AttemptKey, job Job, secrets []pipelines.Secret) {
	if f.stops[job.Key] != nil {
		return
	}
	ctx, stop := context.WithCancel(context.Background())
	f.stops[job.Key] = stop
	f.wait.Go(func() {
		err := w.fetch(ctx, &job, secrets)
		select {
		case f.done <- fetched{ctx, key, job, err}:
		case <-f.closing:
		}
	})
}

// cancel ends the programs of attempts that nobody wants any more.
func (f *fetches) cancel(keys []plan.AttemptKey) {
	for _, key := range keys {
		if stop := f.stops[key.String()]; stop != nil {
			stop()
		}
	}
}

// close gives up what waits; the next runner begins it.
func (f *fetches) close() {
	close(f.closing)
	for _, stop := range f.stops {
		stop()
	}
	f.wait.Wait()
}

// fetched hands an attempt over that has its secrets. One that could not have them, or was
// cancelled meanwhile, has ended: that is a report like any other.
func (r *Runner) fetched(f fetched) error {
	err := f.err
	if f.ctx.Err() != nil {
		err = errors.New("cancelled")
	}
	r.fetches.stops[f.job.Key]()
	delete(r.fetches.stops, f.job.Key)
	if err == nil {
		return r.Executor.Start([]Job{f.job})
	}
	r.Definitions.Workshop.discard([]string{f.job.Key})
	r.reports = append(r.reports, plan.Report{AttemptKey: f.key, Event: plan.Ended,
		Time: r.Clock.Now(), ExitCode: -1, Reason: err.Error()})
	return nil
}

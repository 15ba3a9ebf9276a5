package runner

import (
	"context"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// turn looks once, decides once, writes once, then acts.
func (r *Runner) turn(ctx context.Context) (plan.Decision, error) {
	now := r.Clock.Now()
	a := account{reports: len(r.reports), began: time.Now()}
	d, err := r.Store.Update(ctx, now, func(w *plan.World) plan.Decision {
		a.read = time.Since(a.began)
		r.furnish(now, w)
		d := plan.Step(now, w)
		r.state = standingOf(w, &d)
		a.decide = time.Since(a.began) - a.read
		return d
	})
	a.write = time.Since(a.began) - a.read - a.decide
	if err != nil {
		return d, err // the reports are kept: the next runner hears them again
	}
	r.reports, r.looked = r.reports[:0], true
	if r.Observe != nil && !d.Empty() {
		r.Observe(now, &d)
	}
	acting := time.Now()
	err = r.act(&d)
	a.act = time.Since(acting)
	a.tell(r.Trace, now, &d)
	return d, err
}

// furnish adds to the stored world what only the loop knows.
func (r *Runner) furnish(now time.Time, w *plan.World) {
	w.Reports = r.reports
	w.Parallelism = r.Parallelism + r.pace.ahead(now, r.Ahead)
	w.Pools = r.Definitions.Pools
	w.Adopting = !r.looked
	for _, p := range w.Pipelines {
		p.Def = r.defs[p.Name]
		if len(r.Only) > 0 && !slices.Contains(r.Only, p.Name) {
			p.Paused = true // what runs may end; nothing new begins
		}
		r.bind(p)
	}
}

// bind gives the runs that are bound to a version its definition. The one of today needs none.
func (r *Runner) bind(p *plan.PipelineState) {
	for _, run := range p.Running {
		r.version(p, run.Version)
	}
	for _, lane := range p.Lanes {
		for _, run := range lane.Queued {
			r.version(p, run.Version)
		}
	}
}

func (r *Runner) version(p *plan.PipelineState, v *plan.Version) {
	if v == nil || p.Def == nil || v.Def != nil || v.Problem != "" || v.Fingerprint == p.Def.Fingerprint {
		return
	}
	if r.Definitions.Parse == nil {
		v.Problem = "no earlier version can be read here"
		return
	}
	def, err := r.Definitions.Parse(v.File, v.Source)
	if err != nil {
		v.Problem = err.Error()
		return
	}
	v.Def = def
}

// act carries the durable decision out. Intent is on disk before a process exists.
func (r *Runner) act(d *plan.Decision) error {
	if len(r.ended) > 0 {
		if err := r.Executor.Forget(r.ended); err != nil {
			return err
		}
		r.Definitions.Workshop.discard(r.ended)
		r.ended = r.ended[:0]
	}
	if len(d.Cancel) > 0 {
		r.fetches.cancel(d.Cancel)
		if err := r.Executor.Cancel(keys(d.Cancel)); err != nil {
			return err
		}
	}
	jobs := r.jobs(d.Start)
	if len(jobs) == 0 {
		return nil
	}
	return r.Executor.Start(jobs)
}

// jobs renders the attempts to start. One that cannot be rendered has failed: that is a
// report like any other.
func (r *Runner) jobs(starts []plan.Start) []Job {
	jobs := make([]Job, 0, len(starts))
	results := map[*plan.Run]map[string]map[string]any{}
	for _, s := range starts {
		if _, known := results[s.Run]; !known {
			results[s.Run] = s.Run.Results()
		}
		job, printed, err := r.Definitions.Workshop.Job(s, results[s.Run])
		if err != nil {
			r.reports = append(r.reports, plan.Report{AttemptKey: s.AttemptKey, Event: plan.Ended,
				Time: r.Clock.Now(), ExitCode: -1, Reason: err.Error()})
			continue
		}
		job.Shift = r.Clock.Shift
		if len(printed) > 0 {
			r.fetches.begin(r.Definitions.Workshop, s.AttemptKey, job, printed)
			continue
		}
		jobs = append(jobs, job)
	}
	return jobs
}

// hear translates what the executor says into the words of the plan.
func (r *Runner) hear(batch []Report) {
	left := r.Definitions.Workshop.leavings(len(batch))
	for _, b := range batch {
		key, err := ParseKey(b.Key)
		if err != nil {
			r.Log.Error("the executor reports an attempt that is not ours", "key", b.Key)
			continue
		}
		report := plan.Report{AttemptKey: key, Time: r.Clock.Of(b.Time), ExitCode: b.ExitCode, Signal: b.Signal, Reason: b.Reason}
		switch b.Event {
		case Started:
			report.Event = plan.Started
		case Ended:
			report.Event = plan.Ended
			r.Definitions.Workshop.harvest(&report, left)
			r.pace.end(report.Time)
			r.ended = append(r.ended, b.Key)
		case Unbegun:
			report.Event = plan.Unbegun
		case Lost:
			report.Event = plan.Lost
			r.ended = append(r.ended, b.Key)
		}
		r.reports = append(r.reports, report)
	}
}

// wait sleeps until something may have changed: a report, an instant, a file, or a write
// by another process.
func (r *Runner) wait(ctx context.Context, wake time.Time) error {
	poll := time.NewTicker(r.Poll)
	defer poll.Stop()
	alarm := r.alarm(wake)
	if alarm != nil {
		defer alarm.Stop()
	}
	var writes <-chan struct{} // nil: nobody tells
	stop := func() {}
	defer func() { stop() }()
	for asked := 0; len(r.reports) == 0; {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case batch := <-r.Executor.Reports():
			r.hear(batch)
		case f := <-r.fetches.done:
			if err := r.fetched(f); err != nil {
				return err
			}
		case d := <-r.Reload:
			return r.define(ctx, d)
		case <-tick(alarm):
			return nil
		case <-writes: // not all of it is there yet
			stop()
			writes, stop, asked = nil, func() {}, -patience
			poll.Reset(r.Poll / 5)
		case <-poll.C:
			if asked++; asked == patience && r.Watch != nil {
				if w, end := r.Watch(); w != nil {
					writes, stop = w, end
					poll.Reset(patience * r.Poll)
				}
			}
			if changed, err := r.changed(ctx); err != nil || changed {
				return err
			}
		}
	}
	return r.drain()
}

// patience is how often the loop asks in vain before it has itself be told of writes. Then
// it asks so much more seldom, for what does not tell.
const patience = 10

// changed says whether another process has written, here and to who wants to know.
func (r *Runner) changed(ctx context.Context) (bool, error) {
	changed, err := r.Store.Changed(ctx)
	if changed && r.Noticed != nil {
		r.Noticed()
	}
	return changed, err
}

// drain takes the reports that wait already, so that one transaction holds them all.
func (r *Runner) drain() error {
	for {
		select {
		case batch := <-r.Executor.Reports():
			r.hear(batch)
		case f := <-r.fetches.done:
			if err := r.fetched(f); err != nil {
				return err
			}
		default:
			return nil
		}
	}
}

func (r *Runner) alarm(wake time.Time) *time.Timer {
	if wake.IsZero() {
		return nil
	}
	return time.NewTimer(max(wake.Sub(r.Clock.Now()), 0))
}

func tick(t *time.Timer) <-chan time.Time {
	if t == nil {
		return nil
	}
	return t.C
}

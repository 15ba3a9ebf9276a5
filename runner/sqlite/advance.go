package sqlite

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// advance moves the world on as the decision says. Whoever decided may have moved the runs
// already: every step here may be taken twice.
func (db *DB) advance(now time.Time, d *plan.Decision, done outcome) {
	c := db.cache
	touched := map[string]bool{}
	for _, ch := range d.Runs {
		touched[ch.Run.Pipeline] = true
		db.advanceRun(now, ch)
	}
	for _, t := range d.Turn {
		c.stale[t.Pipeline] = true
	}
	for _, ch := range d.Tasks {
		db.advanceTask(ch)
	}
	for _, ch := range d.Attempts {
		db.advanceAttempt(ch)
	}
	for _, k := range d.Cancel {
		if in := db.instance(k.Run, k.Task, k.MapIndex); in != nil && in.Open && in.Try == k.Try {
			in.Cancelling = true
		}
	}
	for _, cur := range d.Cursors {
		if p := c.pipeline(cur.Pipeline); p != nil {
			p.last = cur.Last
		}
	}
	for name := range touched {
		c.sortOut(c.pipeline(name), done)
	}
	for name, n := range done.created {
		if p := c.pipeline(name); p != nil {
			p.nQueued += n
		}
		c.stale[name] = true
	}
}

func (db *DB) advanceRun(now time.Time, ch plan.RunChange) {
	c := db.cache
	run, p := c.runs[ch.Run.ID], c.pipeline(ch.Run.Pipeline)
	if run == nil {
		c.stale[ch.Run.Pipeline] = true
		return
	}
	p.count(ch.From, -1)
	p.count(ch.To, +1)
	run.State = ch.To
	switch {
	case ch.From == ch.To:
	case ch.To == plan.RunQueued: // where it stands in the queue is not in memory
		c.stale[run.Pipeline] = true
	case ch.To == plan.RunRunning:
		run.StartedAt = now
	case ch.To.Final():
		run.EndedAt, run.Previous = now, nil
		r := db.defs.pipelines[run.Pipeline]
		if run.Partial && r != nil && (len(r.past) > 0 || p.bound()) {
			c.stale[run.Pipeline] = true // which tasks are fresh after it is not in memory
		}
		if ch.To == plan.RunSuccess && r != nil && (r.looksBack || p.bound()) {
			run.Succeeded(p.unfinished())
		}
	}
	for _, born := range ch.Born {
		if db.instance(run.ID, born.Task, born.MapIndex) == nil {
			run.Instances = append(run.Instances, born)
		}
	}
	for _, gone := range ch.Gone {
		run.Instances = slices.DeleteFunc(run.Instances, func(in plan.Instance) bool {
			return in.Task == gone.Task && in.MapIndex == gone.MapIndex
		})
	}
	if len(ch.Born)+len(ch.Gone) > 0 {
		db.arrange(run)
	}
}

// bound says whether an unfinished run follows a version, which may look back where the file does not.
func (p *pipelineCache) bound() bool {
	return slices.ContainsFunc(p.unfinished(), func(r *plan.Run) bool { return r.Version != nil })
}

func (p *pipelineCache) count(s plan.RunState, by int) {
	switch s {
	case plan.RunQueued:
		p.nQueued += by
	case plan.RunRunning:
		p.nRunning += by
	}
}

// sortOut puts each run of a pipeline where its state belongs.
func (c *cache) sortOut(p *pipelineCache, done outcome) {
	all := p.unfinished()
	p.running = p.running[:0]
	for _, l := range p.lanes {
		l.queued = l.queued[:0]
	}
	for _, run := range all {
		switch run.State {
		case plan.RunQueued:
			if i := slices.IndexFunc(p.lanes, func(l *laneCache) bool { return l.id == run.Lane }); i >= 0 {
				p.lanes[i].queued = append(p.lanes[i].queued, run)
			}
		case plan.RunRunning:
			p.running = append(p.running, run)
		default:
			delete(c.runs, run.ID)
		}
	}
	slices.SortFunc(p.running, plan.ByInterval)
	p.lanes = slices.DeleteFunc(p.lanes, func(l *laneCache) bool { return done.lanes[l.id] })
	for _, l := range p.lanes {
		if l.more && len(l.queued) <= c.limit/2 {
			c.stale[p.name] = true
		}
	}
}

// instance finds a task instance, in most runs at the place of its definition.
func (db *DB) instance(run int64, task string, mapIndex int) *plan.Instance {
	r := db.cache.runs[run]
	if r == nil {
		return nil
	}
	if i := db.place(r.Pipeline, task); i < len(r.Instances) {
		if in := &r.Instances[i]; in.Task == task && in.MapIndex == mapIndex {
			return in
		}
	}
	for i := range r.Instances {
		if in := &r.Instances[i]; in.Task == task && in.MapIndex == mapIndex {
			return in
		}
	}
	return nil
}

func (db *DB) advanceTask(ch plan.TaskChange) {
	in := db.instance(ch.Run.ID, ch.Task, ch.MapIndex)
	if in == nil {
		return
	}
	in.State, in.Try, in.NotBefore = ch.To, ch.Try, ch.NotBefore
	in.TryLimit = ch.TryLimit
}

func (db *DB) advanceAttempt(ch plan.AttemptChange) {
	in := db.instance(ch.Run, ch.Task, ch.MapIndex)
	if in == nil || ch.Try < in.Try {
		return
	}
	switch {
	case ch.To == plan.AttemptQueued:
		in.Open, in.Cancelling, in.StartedAt = true, false, time.Time{}
		in.Results = nil
	case ch.To == plan.AttemptRunning:
		in.StartedAt = ch.At
	default:
		in.Open, in.Cancelling, in.Results = false, false, ch.Results
		if !ch.StartedAt.IsZero() {
			in.StartedAt = ch.StartedAt
		}
	}
}

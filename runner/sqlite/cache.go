package sqlite

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// cache is the active world as the last transaction left it.
type cache struct {
	limit     int // of queued runs that are in memory, a lane
	pipelines []*pipelineCache
	runs      map[int64]*plan.Run // the unfinished ones that are in memory
	stale     map[string]bool     // pipelines to be read again before the next decision
}

// pipelineCache is what the database says of a pipeline. Whoever decides gets state, may
// rearrange it, and gets it new the next time.
type pipelineCache struct {
	name              string
	paused            bool
	last              timetable.Interval
	lanes             []*laneCache
	running           []*plan.Run // oldest interval first
	nQueued, nRunning int         // how many exist

	state *plan.PipelineState
}

type laneCache struct {
	id        int64
	maxActive int
	paused    bool
	backwards bool
	first     time.Time
	queued    []*plan.Run // the first ones in their order
	more      bool

	state *plan.Lane
}

// present is the world to decide on.
func (c *cache) present() *plan.World {
	w := &plan.World{Pipelines: make([]*plan.PipelineState, len(c.pipelines))}
	for i, p := range c.pipelines {
		s := p.state
		*s = plan.PipelineState{Name: p.name, Paused: p.paused, Last: p.last,
			Lanes: s.Lanes[:0], Running: append(s.Running[:0], p.running...)}
		for _, l := range p.lanes {
			*l.state = plan.Lane{ID: l.id, MaxActive: l.maxActive, Paused: l.paused, Backwards: l.backwards, First: l.first, More: l.more,
				Queued: append(l.state.Queued[:0], l.queued...)}
			s.Lanes = append(s.Lanes, l.state)
		}
		w.Pipelines[i] = s
	}
	return w
}

func (p *pipelineCache) unfinished() []*plan.Run {
	runs := slices.Clone(p.running)
	for _, l := range p.lanes {
		runs = append(runs, l.queued...)
	}
	return runs
}

func (c *cache) pipeline(name string) *pipelineCache {
	for _, p := range c.pipelines {
		if p.name == name {
			return p
		}
	}
	return nil
}

// refresh reads again the pipelines of which memory holds too little.
func (db *DB) refresh(w *conn) error {
	c := db.cache
	for name := range c.stale {
		p := c.pipeline(name)
		if p == nil { // it came into being with the last decision
			return db.load(w)
		}
		for _, run := range p.unfinished() {
			delete(c.runs, run.ID)
		}
		if err := db.loadRuns(w, c, p); err != nil {
			return err
		}
	}
	clear(c.stale)
	return nil
}

package main

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// tally counts what one `tidemark run` has done, per pipeline.
type tally struct {
	pipelines map[string]*pipelineTally
	running   map[plan.AttemptKey]active
}

type active struct {
	pipeline string
	interval time.Time
	task     string
	since    time.Time
}

type pipelineTally struct {
	known       int // runs that were unfinished when we looked first, or were made since
	done        map[plan.RunState]int
	first, last time.Time // interval starts of the runs that ended
	tasks       map[string]*taskTally
	newest      []*plan.Run // that ended, newest interval first
}

type taskTally struct {
	ends  map[plan.State]int
	took  []time.Duration
	total time.Duration
}

// keepNewest is how many runs the summary shows results of.
const keepNewest = 5

func newTally() *tally {
	return &tally{pipelines: map[string]*pipelineTally{}, running: map[plan.AttemptKey]active{}}
}

func (t *tally) of(pipeline string) *pipelineTally {
	p := t.pipelines[pipeline]
	if p == nil {
		p = &pipelineTally{done: map[plan.RunState]int{}, tasks: map[string]*taskTally{}}
		t.pipelines[pipeline] = p
	}
	return p
}

// add counts a decision.
func (t *tally) add(now time.Time, d *plan.Decision) {
	for _, c := range d.Create {
		t.of(c.Pipeline).known++
	}
	for _, c := range d.Tasks {
		if c.From != c.To {
			t.task(now, c)
		}
	}
	for _, c := range d.Runs {
		t.run(c)
	}
}

func (t *tally) task(now time.Time, c plan.TaskChange) {
	key := plan.AttemptKey{Run: c.Run.ID, Task: c.Task, MapIndex: c.MapIndex, Try: c.Try}
	if c.To == plan.Running {
		t.running[key] = active{c.Run.Pipeline, c.Run.Interval.Start, c.Task, now}
	} else {
		delete(t.running, key)
	}
	p := t.of(c.Run.Pipeline)
	task := p.tasks[c.Task]
	if task == nil {
		task = &taskTally{ends: map[plan.State]int{}}
		p.tasks[c.Task] = task
	}
	if c.To.Final() {
		task.ends[c.To]++
	}
	if c.Duration > 0 {
		task.took = append(task.took, c.Duration)
		task.total += c.Duration
	}
}

func (t *tally) run(c plan.RunChange) {
	p := t.of(c.Run.Pipeline)
	if !c.To.Final() {
		return
	}
	p.done[c.To]++
	start := c.Run.Interval.Start
	if p.first.IsZero() || start.Before(p.first) {
		p.first = start
	}
	if start.After(p.last) {
		p.last = start
	}
	p.newest = append(p.newest, c.Run)
	slices.SortFunc(p.newest, func(a, b *plan.Run) int { return b.Interval.Start.Compare(a.Interval.Start) })
	p.newest = slices.CompactFunc(p.newest, func(a, b *plan.Run) bool { return a.ID == b.ID })
	p.newest = p.newest[:min(len(p.newest), keepNewest)]
}

func (p *pipelineTally) ended() int { return p.done[plan.RunSuccess] + p.done[plan.RunFailed] }

func (t *tally) failedRuns() int {
	n := 0
	for _, p := range t.pipelines {
		n += p.done[plan.RunFailed]
	}
	return n
}

// names are the pipelines for which anything happened.
func (t *tally) names() []string {
	names := slices.Sorted(maps.Keys(t.pipelines))
	return slices.DeleteFunc(names, func(n string) bool { return t.pipelines[n].ended() == 0 })
}

// oldest are the running attempts, those that began first in front.
func (t *tally) oldest() []active {
	return slices.SortedFunc(maps.Values(t.running), func(a, b active) int {
		return cmp.Or(a.since.Compare(b.since), cmp.Compare(a.pipeline, b.pipeline), a.interval.Compare(b.interval), cmp.Compare(a.task, b.task))
	})
}

func (t *taskTally) median() time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	slices.Sort(t.took)
	return t.took[len(t.took)/2]
}

func (t *taskTally) longest() time.Duration {
	if len(t.took) == 0 {
		return 0
	}
	return slices.Max(t.took)
}

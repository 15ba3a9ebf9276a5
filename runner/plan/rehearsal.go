package plan

import (
	"cmp"
	"container/heap"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// rehearsal is one way in which the work may go.
type rehearsal struct {
	on     Machine
	draw   uint64
	now    time.Duration
	live   int
	pools  map[string]int // slots taken
	lanes  []*rehearsedLane
	ending endings

	done     []time.Duration // when each run ended
	finished []float64       // seconds of work that were done by then
	work     float64
}

// rehearsedLane is the queue of one lot.
type rehearsedLane struct {
	*lot
	place  int
	next   int // of its runs, the first that has not begun
	active int
	live   int
	ready  chores
	runs   []*rehearsedRun // those that have begun
}

// rehearsedRun is a run under way.
type rehearsedRun struct {
	lane  *rehearsedLane
	n     int   // its place in the lane
	left  []int // by task: instances that have not ended
	wait  []int // by task: how much it still waits for
	count int   // instances that have not ended
	live  int
}

// chore is a task instance that could start, or has.
type chore struct {
	run  *rehearsedRun
	task int
}

func (c chore) def() *pipelines.Task { return c.run.lane.work.Def.Tasks[c.task] }

// rehearse goes through all of it and says how long it took, with what was cut off.
func (f *forecasting) rehearse(n uint64) time.Duration {
	r := &rehearsal{on: f.on, draw: n * 0x9e3779b97f4a7c15, pools: map[string]int{}}
	for i, l := range f.lots {
		r.lanes = append(r.lanes, &rehearsedLane{lot: l, place: i})
	}
	for {
		for _, l := range r.lanes {
			r.begin(l)
		}
		r.submit()
		if len(r.ending) == 0 {
			break
		}
		r.now = r.ending[0].at
		for len(r.ending) > 0 && r.ending[0].at == r.now {
			r.end(heap.Pop(&r.ending).(ending).chore)
		}
	}
	rest := 0.0
	for _, l := range f.lots {
		rest += l.rest
	}
	return r.now + r.pace(rest)
}

// pace is how long so much more work takes, at the pace of the middle half.
func (r *rehearsal) pace(seconds float64) time.Duration {
	n := len(r.done)
	if seconds == 0 || n < 4 {
		return time.Duration(seconds * float64(time.Second))
	}
	from, to := n/4, 3*n/4
	work := r.finished[to] - r.finished[from]
	if work <= 0 {
		return 0
	}
	return time.Duration(seconds / work * float64(r.done[to]-r.done[from]))
}

// begin starts runs up to what may be active.
func (r *rehearsal) begin(l *rehearsedLane) {
	for l.active < l.lot.active && l.next < len(l.lot.runs) {
		tasks := len(l.work.Def.Tasks)
		run := &rehearsedRun{lane: l, n: l.next, left: make([]int, tasks), wait: make([]int, tasks)}
		l.runs = append(l.runs, run)
		l.next++
		l.active++
		for _, t := range l.lot.runs[run.n].Tasks {
			run.left[t]++
			run.count++
		}
		for t, left := range run.left {
			if left == 0 {
				continue
			}
			for _, up := range l.work.Def.Upstream(t) {
				if run.left[up] > 0 {
					run.wait[t]++
				}
			}
			if l.work.Def.Tasks[t].DependsOnPast && run.n > 0 && l.runs[run.n-1].left[t] > 0 {
				run.wait[t]++
			}
		}
		for t := range run.left {
			r.offer(run, t)
		}
	}
}

// offer makes a task ready that waits for nothing any more.
func (r *rehearsal) offer(run *rehearsedRun, t int) {
	if run.wait[t] > 0 {
		return
	}
	for range run.left[t] {
		heap.Push(&run.lane.ready, chore{run, t})
	}
}

// submit begins what has room, the heaviest first, then the oldest.
func (r *rehearsal) submit() {
	var passed []chore
	for r.live < r.on.Parallelism {
		l := r.turn()
		if l == nil {
			break
		}
		c := heap.Pop(&l.ready).(chore)
		if !r.room(c) {
			passed = append(passed, c)
			continue
		}
		r.move(c, 1)
		draw := spread(r.draw+uint64(c.run.lane.place), c.run.n)
		heap.Push(&r.ending, ending{r.now + c.run.lane.takes(c.task, draw), c})
	}
	for _, c := range passed {
		heap.Push(&c.run.lane.ready, c)
	}
}

// turn is the lane whose next task weighs most; of equals the one with the fewest at work.
func (r *rehearsal) turn() (best *rehearsedLane) {
	for _, l := range r.lanes {
		if len(l.ready) == 0 {
			continue
		}
		if best == nil || cmp.Or(cmp.Compare(best.ready[0].def().Weight, l.ready[0].def().Weight), cmp.Compare(l.live, best.live)) < 0 {
			best = l
		}
	}
	return best
}

func (r *rehearsal) room(c chore) bool {
	def, t := c.run.lane.work.Def, c.def()
	switch {
	case t.Pool != "" && r.pools[t.Pool]+t.PoolSlots > r.on.Pools[t.Pool] && r.pools[t.Pool] > 0:
		return false
	case def.MaxActiveTasks > 0 && c.run.lane.live >= def.MaxActiveTasks:
		return false
	case def.MaxActiveTasksPerRun > 0 && c.run.live >= def.MaxActiveTasksPerRun:
		return false
	}
	return true
}

// move counts a chore in, or out.
func (r *rehearsal) move(c chore, n int) {
	r.live += n
	c.run.live += n
	c.run.lane.live += n
	if t := c.def(); t.Pool != "" {
		r.pools[t.Pool] += n * t.PoolSlots
	}
}

// end lets what waited for a chore go on.
func (r *rehearsal) end(c chore) {
	r.move(c, -1)
	run, l := c.run, c.run.lane
	r.work += l.mean[c.task]
	run.count--
	if run.left[c.task]--; run.left[c.task] == 0 {
		for _, down := range l.work.Def.Downstream(c.task) {
			r.release(run, down)
		}
		if c.def().DependsOnPast && run.n+1 < len(l.runs) {
			r.release(l.runs[run.n+1], c.task)
		}
	}
	if run.count == 0 {
		l.active--
		r.done = append(r.done, r.now)
		r.finished = append(r.finished, r.work)
	}
}

// release takes one obstacle away.
func (r *rehearsal) release(run *rehearsedRun, t int) {
	if run.wait[t] > 0 {
		run.wait[t]--
		r.offer(run, t)
	}
}

// chores is a heap of what is ready in a lane: the heaviest first, then the oldest.
type chores []chore

func (h chores) Len() int { return len(h) }
func (h chores) Less(i, j int) bool {
	a, b := h[i], h[j]
	return cmp.Or(cmp.Compare(b.def().Weight, a.def().Weight), cmp.Compare(a.run.n, b.run.n), cmp.Compare(a.task, b.task)) < 0
}
func (h chores) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *chores) Push(x any)   { *h = append(*h, x.(chore)) }
func (h *chores) Pop() any {
	last := len(*h) - 1
	c := (*h)[last]
	*h = (*h)[:last]
	return c
}

// ending is a chore that ends at some time.
type ending struct {
	at time.Duration
	chore
}

// endings is a heap of what is at work.
type endings []ending

func (h endings) Len() int { return len(h) }
func (h endings) Less(i, j int) bool {
	a, b := h[i], h[j]
	return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.run.lane.place, b.run.lane.place),
		cmp.Compare(a.run.n, b.run.n), cmp.Compare(a.task, b.task)) < 0
}
func (h endings) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *endings) Push(x any)   { *h = append(*h, x.(ending)) }
func (h *endings) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	*h = (*h)[:last]
	return e
}

package plan

import (
	"container/heap"
	"math"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// submitReady begins attempts while the world has room: each goes to the pipeline that has
// the fewest with the executor, within it to the lane that has the fewest, within it to the
// oldest interval and the first task. So a backlog never starves others. Draws are settled
// by the instant, which no pipeline has on its side for ever. What weighs more goes first,
// whoever has how many; what has no room elsewhere, in its pool or beside its like, is
// passed over, and keeps nobody behind it waiting.
func (s *step) submitReady() {
	for i, q := range s.ready {
		q.turn = mix(s.now, i)
		for j := range q.lanes {
			q.lanes[j].turn = mix(s.now, j)
		}
	}
	s.ready = compact(s.ready)
	for _, q := range s.ready {
		q.sort()
	}
	h := queues(s.ready)
	heap.Init(&h)
	for s.live < s.world.Parallelism && len(h) > 0 {
		q := h[0]
		if lane, it := q.next(); s.room(q, it) {
			lane.live++
			q.count(it.run)
			s.take(q.pipe.Def, it.in)
			s.submit(q.pipe, it.run, it.in)
		}
		if q.empty() {
			heap.Pop(&h)
			continue
		}
		heap.Fix(&h, 0)
	}
}

// submit begins the next attempt of an instance.
func (s *step) submit(p *PipelineState, run *Run, in *Instance) {
	s.live++
	in.Try++
	in.TryLimit = max(in.TryLimit, in.Try)
	in.Open, in.Cancelling, in.StartedAt = true, false, time.Time{}
	in.Results = nil
	s.shift(run, in, submit, TaskChange{})
	k := in.key(run)
	s.decision.Attempts = append(s.decision.Attempts, AttemptChange{AttemptKey: k, Pipeline: p.Name,
		To: AttemptQueued, At: s.now, ExitCode: -1, Operation: in.Operation})
	s.decision.Start = append(s.decision.Start, Start{AttemptKey: k, Run: run, Def: p.Def})
}

func mix(t time.Time, i int) uint64 { return spread(uint64(t.UnixMicro()), i) }

// spread makes of numbers others that look like chance and are always the same: splitmix64
// of Steele, Lea and Flood.
func spread(z uint64, i int) uint64 {
	z += uint64(i+1) * 0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// queue is what a pipeline could submit, by lane, and how much of it the executor holds.
type queue struct {
	pipe  *PipelineState
	lanes []laneQueue
	live  int
	runs  map[int64]int // how much of it, by run, where that is bounded
	turn  uint64
}

type laneQueue struct {
	lane  int64
	live  int
	turn  uint64
	items []readyItem
}

type readyItem struct {
	run  *Run
	in   *Instance
	task *pipelines.Task
}

func (q *queue) of(lane int64) *laneQueue {
	for i := range q.lanes {
		if q.lanes[i].lane == lane {
			return &q.lanes[i]
		}
	}
	q.lanes = append(q.lanes, laneQueue{lane: lane})
	return &q.lanes[len(q.lanes)-1]
}

func (q *queue) add(run *Run, in *Instance, task *pipelines.Task) {
	l := q.of(run.Lane)
	l.items = append(l.items, readyItem{run, in, task})
}

// sort puts what weighs more first. Where all weigh the same it costs one look.
func (q *queue) sort() {
	heavier := func(a, b readyItem) int { return b.task.Weight - a.task.Weight }
	for i := range q.lanes {
		if items := q.lanes[i].items; !slices.IsSortedFunc(items, heavier) {
			slices.SortStableFunc(items, heavier)
		}
	}
}

// weight is that of what comes next.
func (q *queue) weight() int {
	w := math.MinInt
	for i := range q.lanes {
		w = max(w, q.lanes[i].weight())
	}
	return w
}

func (l *laneQueue) weight() int {
	if len(l.items) == 0 {
		return math.MinInt
	}
	return l.items[0].task.Weight
}

// hold counts an attempt that the executor has.
func (q *queue) hold(run *Run) {
	q.of(run.Lane).live++
	q.count(run)
}

func (q *queue) count(run *Run) {
	q.live++
	if q.pipe.Def == nil || q.pipe.Def.MaxActiveTasksPerRun == 0 {
		return
	}
	if q.runs == nil {
		q.runs = map[int64]int{}
	}
	q.runs[run.ID]++
}

func (q *queue) empty() bool {
	for i := range q.lanes {
		if len(q.lanes[i].items) > 0 {
			return false
		}
	}
	return true
}

// next takes what comes next: what weighs most, of the lane that has the fewest at work.
func (q *queue) next() (*laneQueue, readyItem) {
	var best *laneQueue
	for i := range q.lanes {
		l := &q.lanes[i]
		if len(l.items) > 0 && (best == nil || l.before(best)) {
			best = l
		}
	}
	it := best.items[0]
	best.items = best.items[1:]
	return best, it
}

func (l *laneQueue) before(other *laneQueue) bool {
	if a, b := l.weight(), other.weight(); a != b {
		return a > b
	}
	return fewer(l.live, other.live, l.turn, other.turn)
}

func fewer(a, b int, turnA, turnB uint64) bool { return a < b || a == b && turnA < turnB }

// compact drops the queues that have nothing to submit.
func compact(qs []*queue) []*queue {
	kept := qs[:0]
	for _, q := range qs {
		if !q.empty() {
			kept = append(kept, q)
		}
	}
	return kept
}

// queues is a heap of pipelines: first the one whose next weighs most, then the one with the
// fewest attempts at work.
type queues []*queue

func (h queues) Len() int { return len(h) }
func (h queues) Less(i, j int) bool {
	if a, b := h[i].weight(), h[j].weight(); a != b {
		return a > b
	}
	return fewer(h[i].live, h[j].live, h[i].turn, h[j].turn)
}
func (h queues) Swap(i, j int) { h[i], h[j] = h[j], h[i] }
func (h *queues) Push(x any)   { *h = append(*h, x.(*queue)) }
func (h *queues) Pop() any {
	last := len(*h) - 1
	q := (*h)[last]
	*h = (*h)[:last]
	return q
}

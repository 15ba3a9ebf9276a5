package plan

import (
	"container/heap"
	"time"
)

// submitReady begins attempts while the world has room: each goes to the pipeline that has
// the fewest with the executor, within it to the lane that has the fewest, within it to the
// oldest interval and the first task. So a backlog never starves others. Draws are settled
// by the instant, which no pipeline has on its side for ever.
func (s *step) submitReady() {
	for i, q := range s.ready {
		q.turn = mix(s.now, i)
		for j := range q.lanes {
			q.lanes[j].turn = mix(s.now, j)
		}
	}
	s.ready = compact(s.ready)
	h := queues(s.ready)
	heap.Init(&h)
	for s.live < s.world.Parallelism && len(h) > 0 {
		q := h[0]
		run, in := q.next()
		s.submit(q.pipe, run, in)
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

// mix spreads an instant over numbers: splitmix64 of Steele, Lea and Flood.
func mix(t time.Time, i int) uint64 {
	z := uint64(t.UnixMicro()) + uint64(i+1)*0x9e3779b97f4a7c15
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return z ^ z>>31
}

// queue is what a pipeline could submit, by lane, and how much of it the executor holds.
type queue struct {
	pipe  *PipelineState
	lanes []laneQueue
	live  int
	turn  uint64
}

type laneQueue struct {
	lane  int64
	live  int
	turn  uint64
	items []readyItem
}

type readyItem struct {
	run *Run
	in  *Instance
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

func (q *queue) add(run *Run, in *Instance) {
	l := q.of(run.Lane)
	l.items = append(l.items, readyItem{run, in})
}

// hold counts an attempt that the executor has.
func (q *queue) hold(lane int64) {
	q.live++
	q.of(lane).live++
}

func (q *queue) empty() bool {
	for i := range q.lanes {
		if len(q.lanes[i].items) > 0 {
			return false
		}
	}
	return true
}

func (q *queue) next() (*Run, *Instance) {
	var best *laneQueue
	for i := range q.lanes {
		l := &q.lanes[i]
		if len(l.items) > 0 && (best == nil || fewer(l.live, best.live, l.turn, best.turn)) {
			best = l
		}
	}
	it := best.items[0]
	best.items = best.items[1:]
	best.live++
	q.live++
	return it.run, it.in
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

// queues is a heap of pipelines: first the one with the fewest attempts at work.
type queues []*queue

func (h queues) Len() int           { return len(h) }
func (h queues) Less(i, j int) bool { return fewer(h[i].live, h[j].live, h[i].turn, h[j].turn) }
func (h queues) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *queues) Push(x any)        { *h = append(*h, x.(*queue)) }
func (h *queues) Pop() any {
	last := len(*h) - 1
	q := (*h)[last]
	*h = (*h)[:last]
	return q
}

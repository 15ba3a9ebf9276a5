package plan

import (
	"container/heap"
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// queue is what a pipeline could submit, by lane, and how much of it the executor holds.
type queue struct {
	pipe  *PipelineState
	lanes []laneQueue
	live  int
	runs  map[int64]int // how much of it, by run, where that is bounded
	turn  uint64
	next  [3]*laneQueue // whose turn it is, by side
	at    [3]int        // where it stands in the line of a side; -1: not in it
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
	gone bool // it was begun, or had no room
}

// contender is what could start, and where it stands.
type contender struct {
	queue *queue
	lane  *laneQueue
	item  *readyItem
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
	l.items = append(l.items, readyItem{run: run, in: in, task: task})
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

// head is what a pipeline would begin next, of a side.
func (q *queue) head(view side) contender {
	l := q.next[view]
	return contender{q, l, &l.items[0]}
}

// choose finds the lane of a side that has the fewest at work; nil where none has anything.
func (q *queue) choose(view side) {
	var best *laneQueue
	for i := range q.lanes {
		l := &q.lanes[i]
		if len(l.items) == 0 || view != anySide && (l.lane == 0) != (view == liveSide) {
			continue
		}
		if best == nil || fewer(l.live, best.live, l.turn, best.turn) {
			best = l
		}
	}
	q.next[view] = best
}

// trim drops what is gone from the front.
func (l *laneQueue) trim() {
	for len(l.items) > 0 && l.items[0].gone {
		l.items = l.items[1:]
	}
}

func fewer(a, b int, turnA, turnB uint64) bool { return a < b || a == b && turnA < turnB }

// line is a heap of the pipelines that could begin something of a side: first the one
// whose next weighs most, of those the one that has the fewest attempts at work.
type line struct {
	view   side
	queues []*queue
}

func newLine(view side, all []*queue) line {
	l := line{view: view}
	for _, q := range all {
		q.choose(view)
		if q.at[view] = -1; q.next[view] != nil {
			q.at[view] = len(l.queues)
			l.queues = append(l.queues, q)
		}
	}
	heap.Init(&l)
	return l
}

// settle finds the place of a pipeline of which something is gone.
func (l *line) settle(q *queue) {
	at := q.at[l.view]
	if at < 0 {
		return
	}
	if q.choose(l.view); q.next[l.view] == nil {
		heap.Remove(l, at)
		return
	}
	heap.Fix(l, at)
}

func (l *line) Len() int { return len(l.queues) }

func (l *line) Less(i, j int) bool {
	a, b := l.queues[i], l.queues[j]
	if x, y := a.head(l.view).item.task.Weight, b.head(l.view).item.task.Weight; x != y {
		return x > y
	}
	return fewer(a.live, b.live, a.turn, b.turn)
}

func (l *line) Swap(i, j int) {
	l.queues[i], l.queues[j] = l.queues[j], l.queues[i]
	l.queues[i].at[l.view], l.queues[j].at[l.view] = i, j
}

func (l *line) Push(x any) { l.queues = append(l.queues, x.(*queue)) }

func (l *line) Pop() any {
	last := len(l.queues) - 1
	q := l.queues[last]
	l.queues = l.queues[:last]
	q.at[l.view] = -1
	return q
}

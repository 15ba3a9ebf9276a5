package plan

import "slices"

// Slots go by turns, and all that could start takes part in them:
//
//   - Live runs and backfills are the two sides. Where both have something that could start,
//     the side that has less than its share at work goes first: a quarter of all slots, at
//     least one. Where both have less, the one that has fewer.
//   - Where both have their share, or one has nothing to start, it is the turn of the pipeline
//     whose next task weighs most, of those the one that has the fewest at work.
//   - Within a pipeline it is the turn of the lane that has the fewest at work, and within the
//     lane of the task that weighs most, of those the oldest interval and the first task.
//   - A pool has shares too. Whoever would take a slot of it, while the other side has less
//     than a quarter of them, at least one, and wants one, lets that side go first.
//
// Draws are settled by the instant, which nobody has on its side for ever. So no weight and
// no backlog of one side lets the other wait for ever, and nothing is kept free for anybody.

// side is one of the two that share slots.
type side uint8

const (
	liveSide side = iota // the schedule, and what people ask for of single runs
	fillSide             // backfills
	anySide              // both of them
)

func sideOf(run *Run) side {
	if run.Lane == 0 {
		return liveSide
	}
	return fillSide
}

func (s side) other() side { return 1 - s }

// share is the part of some slots that each side has before weight counts.
func share(slots int) int { return max(slots/4, 1) }

// first is the side that goes first where both want something, by what each has of it;
// anySide where both have their share.
func (s *step) first(has [2]int, slots int) side {
	a, b := has[liveSide], has[fillSide]
	switch n := share(slots); {
	case a >= n && b >= n:
		return anySide
	case a < b:
		return liveSide
	case b < a:
		return fillSide
	}
	return side(mix(s.now, -1) & 1)
}

// entitled is the side whose turn it is, or anySide.
func (s *step) entitled(lines *[3]line) side {
	if len(lines[liveSide].queues) == 0 || len(lines[fillSide].queues) == 0 {
		return anySide
	}
	return s.first(s.busy, s.world.Parallelism)
}

// instead is what goes in the place of c, because it is the other side's turn in their
// pool; c itself, if it is not or the other side wants nothing of it.
func (s *step) instead(c contender) contender {
	pool, own := c.item.task.Pool, sideOf(c.item.run)
	if pool == "" || s.first(s.slots[pool], s.world.Pools[pool]) != own.other() {
		return c
	}
	waiting := s.waiting[pool]
	if waiting == nil {
		return c
	}
	for rest := &waiting[own.other()]; len(*rest) > 0; *rest = (*rest)[1:] {
		if other := (*rest)[0]; !other.item.gone {
			return other
		}
	}
	return c
}

// lineUp orders what could start, for all and for each side.
func (s *step) lineUp() (lines [3]line) {
	s.ready = slices.DeleteFunc(s.ready, (*queue).empty)
	for i, q := range s.ready {
		q.turn = mix(s.now, i)
		for j := range q.lanes {
			q.lanes[j].turn = mix(s.now, j)
		}
		q.sort()
	}
	for i := range lines {
		lines[i] = newLine(side(i), s.ready)
	}
	if len(lines[liveSide].queues) > 0 && len(lines[fillSide].queues) > 0 {
		s.gather()
	}
	return lines
}

// gather notes who wants slots of the pools, the heaviest first.
func (s *step) gather() {
	s.waiting = map[string]*[2][]contender{}
	for _, q := range s.ready {
		for i := range q.lanes {
			l := &q.lanes[i]
			for j := range l.items {
				it := &l.items[j]
				if it.task.Pool == "" {
					continue
				}
				w := s.waiting[it.task.Pool]
				if w == nil {
					w = new([2][]contender)
					s.waiting[it.task.Pool] = w
				}
				w[sideOf(it.run)] = append(w[sideOf(it.run)], contender{q, l, it})
			}
		}
	}
	for _, w := range s.waiting {
		for _, side := range w {
			slices.SortStableFunc(side, func(a, b contender) int { return b.item.task.Weight - a.item.task.Weight })
		}
	}
}

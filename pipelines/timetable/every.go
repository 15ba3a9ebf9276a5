package timetable

// every fires in absolute time, each step seconds, on a grid that runs both ways from its anchor.
type every struct{ anchor, step int64 }

func (e every) next(u int64) (int64, bool) {
	t := e.anchor - floorDiv(e.anchor-max(u, minUnix), e.step)*e.step
	return t, t <= maxUnix
}

func (e every) prev(u int64) (int64, bool) {
	t := e.anchor + floorDiv(min(u, maxUnix)-e.anchor, e.step)*e.step
	return t, t >= minUnix
}

func (e every) walk(u int64) func() (int64, bool) {
	t, ok := e.next(u)
	return func() (int64, bool) {
		now := t
		if ok = ok && now <= maxUnix; ok {
			t += e.step
		}
		return now, ok
	}
}

func (e every) count(from, to int64) int {
	from, to = max(from, minUnix), min(to, maxUnix+1)
	if from >= to {
		return 0
	}
	return int(floorDiv(to-1-e.anchor, e.step) - floorDiv(from-1-e.anchor, e.step))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

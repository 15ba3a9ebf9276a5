package timetable

// A mark is one bound of the grid with the tick that made it. Without align they are the same instant.
// Marks ascend strictly in both.
type mark struct{ bound, tick int64 }

// A grid is the marks of a schedule, without beginning or end but for the years 1 and 9999.
type grid interface {
	first(u int64) (mark, bool)       // the first mark whose bound is at or after u
	last(u int64) (mark, bool)        // the last mark whose bound is at or before u
	closed(u int64) (mark, bool)      // the last mark whose tick is at or before u
	walk(u int64) func() (mark, bool) // the marks from first(u) on
	count(from, to int64) int         // how many bounds lie in [from, to)
}

// ticks are the instants at which a schedule fires, ascending strictly.
type ticks interface {
	next(u int64) (int64, bool)        // the first tick at or after u
	prev(u int64) (int64, bool)        // the last tick at or before u
	walk(u int64) func() (int64, bool) // the ticks from next(u) on
	count(from, to int64) int          // how many ticks lie in [from, to)
}

// plain is the grid of a schedule without align: each tick is a bound.
type plain struct{ ticks }

func (p plain) first(u int64) (mark, bool) {
	t, ok := p.next(u)
	return mark{t, t}, ok
}

func (p plain) last(u int64) (mark, bool) {
	t, ok := p.prev(u)
	return mark{t, t}, ok
}

func (p plain) closed(u int64) (mark, bool) { return p.last(u) }

func (p plain) walk(u int64) func() (mark, bool) {
	next := p.ticks.walk(u)
	return func() (mark, bool) {
		t, ok := next()
		return mark{t, t}, ok
	}
}

// aligned is the grid of a schedule with align: the bound of a tick is the last beginning of a unit at or
// before it. Where a change of clocks pushes two ticks into one unit, the later one is dropped: a bound is
// made once, by its first tick.
type aligned struct {
	ticks ticks
	units ticks // the beginnings of hours, days, weeks or months: themselves the ticks of a cron
}

func (a aligned) first(u int64) (mark, bool) {
	for t, ok := a.ticks.next(u); ok; t, ok = a.ticks.next(t + 1) {
		if b, ok := a.units.prev(t); ok && b >= u {
			return mark{b, t}, true
		}
	}
	return mark{}, false
}

func (a aligned) last(u int64) (mark, bool) {
	after, ok := a.units.next(u + 1)
	if !ok {
		after = maxUnix + 1
	}
	return a.closed(after - 1)
}

func (a aligned) closed(u int64) (mark, bool) {
	t, ok := a.ticks.prev(u)
	if !ok {
		return mark{}, false
	}
	b, ok := a.units.prev(t)
	if !ok {
		return mark{}, false
	}
	t, ok = a.ticks.next(b) // not always the same one: see the type
	return mark{b, t}, ok
}

func (a aligned) walk(u int64) func() (mark, bool) {
	next, align, bound := a.ticks.walk(u), a.ascending(), int64(longBefore)
	return func() (mark, bool) {
		for t, ok := next(); ok; t, ok = next() {
			if b, ok := align(t); ok && b >= u && b > bound {
				bound = b
				return mark{b, t}, true
			}
		}
		return mark{}, false
	}
}

// ascending aligns ticks that ascend: it walks from unit to unit, and searches only for one far ahead.
func (a aligned) ascending() func(t int64) (int64, bool) {
	const far = 50
	begin, end := int64(longBefore), int64(longBefore)
	var next func() (int64, bool)
	step := func() {
		begin, end = end, forever
		if u, ok := next(); ok {
			end = u
		}
	}
	return func(t int64) (int64, bool) {
		for i := 0; end <= t && i < far && next != nil; i++ {
			step()
		}
		if end <= t {
			b, ok := a.units.prev(t)
			if !ok {
				return 0, false
			}
			end, next = b, a.units.walk(b+1)
			step()
		}
		return begin, true
	}
}

// count walks: units are an hour at least, so that even centuries are few marks.
func (a aligned) count(from, to int64) int {
	n, next := 0, a.walk(from)
	for m, ok := next(); ok && m.bound < to; m, ok = next() {
		n++
	}
	return n
}

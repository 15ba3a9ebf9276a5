package runner

import "time"

// window is how far back the pace looks, and so how much work, in time, the executor is
// given ahead of its slots: enough to bridge some turns of the loop on a busy machine, too
// little for anybody to notice that a more urgent task came a moment later.
const window = 100 * time.Millisecond

// pace is when attempts have ended lately. Tasks of milliseconds would have their slots
// idle for the length of a turn, one after the other; tasks of seconds need nothing ahead.
type pace struct {
	ends []time.Time // in the order in which they were heard
}

// end notes that an attempt has ended.
func (p *pace) end(t time.Time) { p.ends = append(p.ends, t) }

// ahead is how many attempts have ended within the window, at most limit. It forgets those
// that it will not count again.
func (p *pace) ahead(now time.Time, limit int) int {
	old := 0
	for old < len(p.ends) && now.Sub(p.ends[old]) > window {
		old++
	}
	p.ends = append(p.ends[:0], p.ends[max(old, len(p.ends)-limit):]...)
	return len(p.ends)
}

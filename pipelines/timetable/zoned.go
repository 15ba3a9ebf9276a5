package timetable

import "time"

// zoned is the ticks of a cron in a timezone.
//
// Each segment of the zone has ticks of its own: the readings that match, minus its offset. They belong to
// the segment from its beginning until reach. Where the clocks go forward, reach lies beyond the segment by
// the length of the gap: readings that do not exist are taken with the offset before, which moves them
// forward by just that length. Where the clocks go back, reach lies short of the end by as much: a reading
// that occurs twice belongs to the next segment. So both rules are one sum, and ticks are the union of what
// the segments own. In absolute time each segment owns exactly itself.
type zoned struct {
	cron *cron
	loc  *time.Location
}

type zonedSegment struct {
	segment
	reach int64
}

func (z zoned) at(u int64) zonedSegment {
	s := zonedSegment{segment: segmentAt(z.loc, u)}
	s.reach = s.hi
	if !z.cron.absolute() {
		s.reach += s.shift
	}
	return s
}

func (z zoned) next(u int64) (int64, bool) { return z.walk(u)() }

// slack is more than any clock differs from UTC: readings further than that from an instant are not shown there.
const slack = 2 * daySeconds

// prev searches segments backwards: in the one that contains u, in what the one before it moved past its
// end, and so on, passing over those in which no reading matches.
func (z zoned) prev(u int64) (int64, bool) {
	u = min(u, maxUnix)
	for s := z.at(u); u >= minUnix; {
		best, found := s.last(z.cron, u, s.lo)
		if s.lo <= minUnix {
			return best, found && best >= minUnix
		}
		before := z.at(s.lo - 1)
		if before.reach > s.lo {
			if t, ok := before.last(z.cron, u, s.lo); ok {
				best, found = max(best, t), true
			}
		}
		if found {
			return best, best >= minUnix
		}
		u, s = s.lo-1, before
		if w, ok := z.cron.lastWall(u+slack, minUnix-slack); !ok {
			return 0, false
		} else if w+slack < u {
			u, s = w+slack, z.at(w+slack)
		}
	}
	return 0, false
}

// last is the segment's last tick in [floor, u].
func (s zonedSegment) last(c *cron, u, floor int64) (int64, bool) {
	w, ok := c.lastWall(min(u, s.reach-1)+s.off, max(floor, minUnix)+s.off)
	if !ok {
		return longBefore, false
	}
	return w - s.off, true
}

// count adds up whole segments by their days, and walks where two of them own ticks together.
func (z zoned) count(from, to int64) int {
	n := 0
	from, to = max(from, minUnix), min(to, maxUnix+1)
	for from < to {
		s := z.at(from)
		alone := s.lo
		if s.lo > minUnix {
			alone = max(alone, z.at(s.lo-1).reach)
		}
		if from < alone {
			next := z.walk(from)
			for t, ok := next(); ok && t < min(alone, to); t, ok = next() {
				n++
			}
			from = alone
			continue
		}
		if until := min(s.hi, s.reach, to); from < until {
			n += z.cron.count(from+s.off, until+s.off)
		}
		from = s.hi
	}
	return n
}

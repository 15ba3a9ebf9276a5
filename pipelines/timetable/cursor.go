package timetable

// cursor walks the ticks of a cron in a zone: in the segment it is in, and, after the clocks went forward,
// beside it in what the segment before moved past its end.
type cursor struct {
	z    zoned
	here lane
	old  lane
}

// A lane is the ticks that one segment owns. at is the next of them, forever when there is none.
type lane struct {
	seg  zonedSegment
	wall wall
	at   int64
}

func (z zoned) walk(u int64) func() (int64, bool) {
	u = max(u, minUnix)
	c := &cursor{z: z, old: lane{at: forever}}
	c.here.enter(z, z.at(min(u, maxUnix)), u)
	if lo := c.here.seg.lo; lo > minUnix {
		if before := z.at(lo - 1); before.reach > u {
			c.old.enter(z, before, u)
		}
	}
	return c.next
}

func (k *lane) enter(z zoned, s zonedSegment, u int64) {
	k.seg, k.wall.c = s, z.cron
	k.wall.from(u + s.off)
	k.step()
}

func (k *lane) step() {
	if k.at = k.wall.next() - k.seg.off; k.at >= k.seg.reach {
		k.at = forever
	}
}

func (c *cursor) next() (int64, bool) {
	for {
		t := c.here.at
		if t < c.here.seg.hi && c.old.at == forever {
			c.here.step()
			return t, t <= maxUnix
		}
		if t = min(t, c.old.at); t < c.here.seg.hi {
			c.take(t)
			return t, t <= maxUnix
		}
		if c.here.seg.hi > maxUnix {
			return 0, false
		}
		c.cross()
	}
}

// take leaves a tick behind, in both lanes where they fall together.
func (c *cursor) take(t int64) {
	if c.here.at == t {
		c.here.step()
	}
	if c.old.at == t {
		c.old.step()
	}
}

// cross goes to the next segment and keeps what this one moved into it. It passes over segments in which no reading
// matches: a cron for leap days has nothing to do in sixteen half-years of summer time.
func (c *cursor) cross() {
	hi := c.here.seg.hi
	reading := wall{c: c.z.cron}
	reading.from(hi - slack)
	if far := reading.next() - slack; far > hi {
		hi, c.old.at = min(far, maxUnix), forever
	} else {
		c.old = c.here
	}
	c.here.enter(c.z, c.z.at(hi), hi)
}

package plan

import (
	"time"
)

// submitReady begins attempts while the world has room. Whose turn it is, and what goes
// in the place of whom, is told in share.go; what has no room elsewhere, in its pool or
// beside its like, is passed over, and keeps nobody behind it waiting.
func (s *step) submitReady() {
	lines := s.lineUp()
	for s.live < s.world.Parallelism && len(lines[anySide].queues) > 0 {
		turn := s.entitled(&lines)
		c := s.instead(lines[turn].queues[0].head(turn))
		c.item.gone = true
		if s.room(c.queue, c.item) {
			c.lane.live++
			c.queue.count(c.item.run)
			s.take(c.queue.pipe.defOf(c.item.run), c.item.run, c.item.in)
			s.busy[sideOf(c.item.run)]++
			s.submit(c.queue.pipe, c.item.run, c.item.in)
		}
		c.lane.trim()
		for i := range lines {
			lines[i].settle(c.queue)
		}
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
	a := AttemptChange{AttemptKey: k, Pipeline: p.Name,
		To: AttemptQueued, At: s.now, ExitCode: -1, Operation: in.Operation}
	if run.Version != nil {
		a.Bound, _ = p.defOf(run).Task(in.Task)
	}
	s.decision.Attempts = append(s.decision.Attempts, a)
	s.decision.Start = append(s.decision.Start, Start{AttemptKey: k, Run: run, Def: p.defOf(run), Item: in.Item})
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

package plan

import (
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// DefaultMaxCreate bounds the runs that one step makes, so that a long catchup is written
// in transactions of a second and not of minutes.
const DefaultMaxCreate = 5000

// materialise makes runs of the intervals that are due, records those that the policy
// passes over and moves the live schedule on.
//
// With catchup true the runs come in chunks: the next step goes on where this one ended.
// The other policies look back from the newest interval, so a second look at a later
// instant could pass over what the first one chose: what they choose is made at once.
func (s *step) materialise(p *PipelineState) {
	if !p.works() || p.Def.Timetable == nil {
		return
	}
	d := p.Def.Timetable.Decide(s.now, p.Last, p.Def.Catchup)
	last := p.Last
	for _, stretch := range d.Skipped {
		s.decision.Skip = append(s.decision.Skip, SkippedStretch{p.Name, stretch})
		last = stretch.Last
	}
	for period := range d.Run {
		if p.Def.Catchup.Mode == timetable.CatchupTrue && s.made >= s.maxCreate() {
			s.decision.Again = true
			break
		}
		s.create(p, period)
		last = period.Interval
	}
	if d.Next != nil {
		s.wake(d.Next.Due)
		if last.IsZero() && p.Def.Catchup.Mode == timetable.CatchupNone {
			last = before(p.Def.Timetable, d.Next.Interval)
		}
	}
	if last != p.Last {
		p.Last = last
		s.decision.Cursors = append(s.decision.Cursors, Cursor{p.Name, last})
	}
}

func (s *step) create(p *PipelineState, period timetable.Period) {
	s.made++
	s.decision.Create = append(s.decision.Create, NewRun{
		Pipeline: p.Name, Interval: period.Interval, Due: period.Due, Kind: Scheduled})
	if len(p.Lanes) == 0 {
		p.Lanes = []*Lane{{}}
	}
	p.Lanes[0].More = true
}

func (s *step) maxCreate() int {
	if s.world.MaxCreate > 0 {
		return s.world.MaxCreate
	}
	return DefaultMaxCreate
}

// before is the interval that ends where first starts. With catchup none the live schedule
// stands there from the first sight on, although nothing was due: else the second sight
// would take itself for the first and pass over the interval that was in progress.
func before(t *timetable.Timetable, first timetable.Interval) timetable.Interval {
	if p, ok := t.Containing(first.Start.Add(-1)); ok {
		return p.Interval
	}
	return timetable.Interval{Start: first.Start, End: first.Start}
}

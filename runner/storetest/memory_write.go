package storetest

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// write applies a decision in its order. Like a database it refuses a change from another
// state than the row's.
func (s *state) write(now time.Time, d *plan.Decision) error {
	for _, n := range d.Create {
		s.create(now, n)
	}
	s.skipped = append(s.skipped, d.Skip...)
	for _, c := range d.Cursors {
		s.know(c.Pipeline)
		s.last[c.Pipeline] = c.Last
	}
	for _, ch := range d.Runs {
		if err := s.moveRun(now, ch); err != nil {
			return err
		}
	}
	for _, ch := range d.Tasks {
		if err := s.moveTask(ch); err != nil {
			return err
		}
	}
	for _, ch := range d.Attempts {
		if err := s.moveAttempt(ch); err != nil {
			return err
		}
	}
	for _, k := range d.Cancel {
		if in := s.instance(s.run(k.Run), k.Task, k.MapIndex); in != nil && in.Open && in.Try == k.Try {
			in.Cancelling = true
		}
	}
	return nil
}

func (s *state) create(now time.Time, n plan.NewRun) {
	s.know(n.Pipeline)
	for _, r := range s.runs {
		if r.Pipeline == n.Pipeline && r.Interval == n.Interval {
			return
		}
		if r.Pipeline == n.Pipeline && r.Interval.Start.Before(n.Interval.End) && n.Interval.Start.Before(r.Interval.End) {
			s.skipped = append(s.skipped, plan.SkippedStretch{Pipeline: n.Pipeline, Stretch: timetable.Stretch{
				First: n.Interval, Last: n.Interval, Count: 1, Reason: "overlaps a run"}})
			return
		}
	}
	s.runs = append(s.runs, &plan.Run{ID: int64(len(s.runs) + 1), Pipeline: n.Pipeline, Interval: n.Interval,
		Kind: n.Kind, Lane: n.Lane, CreatedAt: now})
}

func (s *state) moveRun(now time.Time, ch plan.RunChange) error {
	r := s.run(ch.Run.ID)
	if r == nil || r.State != ch.From {
		return fmt.Errorf("run %d is not in the state that was seen", ch.Run.ID)
	}
	if ch.From != ch.To {
		r.State = ch.To
		switch {
		case ch.To == plan.RunRunning:
			r.StartedAt = now
		case ch.To.Final():
			r.EndedAt = now
		}
	}
	for _, in := range ch.Born {
		if s.instance(r, in.Task, in.MapIndex) != nil {
			return fmt.Errorf("run %d has task %q already", r.ID, in.Task)
		}
		r.Instances = append(r.Instances, in)
	}
	for _, in := range ch.Gone {
		if now := s.instance(r, in.Task, in.MapIndex); now == nil || now.State != in.State || now.Try > 0 || now.Open {
			return fmt.Errorf("run %d cannot let task %q go", r.ID, in.Task)
		}
		r.Instances = slices.DeleteFunc(r.Instances, func(x plan.Instance) bool { return x.Task == in.Task && x.MapIndex == in.MapIndex })
	}
	s.arrange(r)
	return nil
}

func (s *state) moveTask(ch plan.TaskChange) error {
	in := s.instance(s.run(ch.Run.ID), ch.Task, ch.MapIndex)
	if in == nil || in.State != ch.From {
		return fmt.Errorf("task %q of run %d is not in the state that was seen", ch.Task, ch.Run.ID)
	}
	in.State, in.Try, in.TryLimit, in.NotBefore = ch.To, ch.Try, ch.TryLimit, ch.NotBefore
	return nil
}

func (s *state) moveAttempt(ch plan.AttemptChange) error {
	in := s.instance(s.run(ch.Run), ch.Task, ch.MapIndex)
	was, known := s.attempts[ch.AttemptKey]
	switch {
	case in == nil, known != (ch.To != plan.AttemptQueued), known && !was.Open():
		return fmt.Errorf("attempt %s is not in the state that was seen", ch.AttemptKey)
	}
	s.attempts[ch.AttemptKey] = ch.To
	switch {
	case ch.To == plan.AttemptQueued:
		in.Open, in.Cancelling, in.StartedAt = true, false, time.Time{}
		in.Results = nil
	case ch.To == plan.AttemptRunning:
		in.StartedAt = ch.At
	default:
		in.Open, in.Cancelling, in.Results = false, false, ch.Results
		if !ch.StartedAt.IsZero() {
			in.StartedAt = ch.StartedAt
		}
	}
	return nil
}

package plan

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Migrate says what today's files mean for what exists: which runs are still on the
// schedule's grid, which are not, which intervals before the live schedule are missing or
// overlap one, and what the loop will make and pass over next. Nothing that exists is ever
// re-created or changed by a schedule, so the plan's only rows are what the loop will do.
func Migrate(now time.Time, scopes []*PipelineScope) *Plan {
	m := &migration{draft: newDraft("plan", "", "", nil), now: now}
	for _, s := range scopes {
		m.Pipelines = append(m.Pipelines, s.Name)
		if s.Def != nil && s.Def.Timetable != nil {
			m.existing(s)
			m.missing(s)
			m.next(s)
		}
	}
	return m.done()
}

type migration struct {
	*draft
	now time.Time
}

// existing tells the runs that fit today's grid from those that no longer do.
func (m *migration) existing(s *PipelineScope) {
	for _, run := range s.Runs {
		period, ok := s.Def.Timetable.Containing(run.Interval.Start)
		if (ok && period.Interval == run.Interval) || run.Kind == Manual {
			m.Runs = append(m.Runs, PlanRun{Pipeline: s.Name, IntervalStart: run.Interval.Start, IntervalEnd: run.Interval.End,
				State: ptr(run.State), To: ptr(run.State), Action: None, Why: "kept", Run: run.ID})
			m.start(run.Interval.Start)
			continue
		}
		m.leave(s.Name, "", run.Interval.Start, run.State.String(), "kept, though no longer on the grid")
	}
}

// missing lists the intervals up to the live schedule's place that have no run.
func (m *migration) missing(s *PipelineScope) {
	if s.Last.IsZero() {
		return
	}
	for period := range s.Def.Timetable.Between(s.Def.Start, s.Last.End) {
		if period.End.After(s.Last.End) {
			break
		}
		switch run, overlap := runAt(s.Runs, period.Interval); {
		case run != nil, s.passedOver(period.Interval) != nil: // the record says why there is none
		case overlap != nil:
			m.leave(s.Name, "", period.Start, "overlaps", "never made: "+coversPart(overlap))
		default:
			m.leave(s.Name, "", period.Start, "missing", "has no run; tidemark backfill makes it")
		}
	}
}

// next is what the loop does by itself: the part that is safe.
func (m *migration) next(s *PipelineScope) {
	if s.Paused {
		m.Warnings = append(m.Warnings, pausedWarning(s.Name))
	}
	d := s.Def.Timetable.Decide(m.now, s.Last, s.Def.Catchup)
	for _, stretch := range d.Skipped {
		m.leave(s.Name, "", stretch.First.Start, "skipped", fmt.Sprintf("%d passed over: %s", stretch.Count, stretch.Reason))
		m.Untouched[len(m.Untouched)-1].Stretch = &stretch
	}
	m.early(s)
	for period := range d.Run {
		switch run, overlap := runAt(s.Runs, period.Interval); {
		case run != nil && run.Interval == period.Interval:
			continue // an order was quicker
		case run != nil:
			overlap = run
			fallthrough
		case overlap != nil:
			m.leave(s.Name, "", period.Start, "overlaps", "never made: "+coversPart(overlap))
			continue
		}
		m.start(period.Start)
		m.Runs = append(m.Runs, PlanRun{Pipeline: s.Name, IntervalStart: period.Start, IntervalEnd: period.End,
			To: ptr(RunQueued), Action: Create, Why: whyDue(s, period), Due: period.Due})
	}
}

// early lists what is due and would come next, did it not lie before a start_date that was moved.
func (m *migration) early(s *PipelineScope) {
	if s.Last.IsZero() {
		return
	}
	for period := range s.Def.Timetable.Between(s.Last.End, s.Def.Start) {
		if period.Due.After(m.now) || !period.Start.Before(s.Def.Start) {
			break
		}
		if run, overlap := runAt(s.Runs, period.Interval); run == nil && overlap == nil {
			m.leave(s.Name, "", period.Start, "missing", "before start_date; tidemark backfill makes it")
		}
	}
}

func whyDue(s *PipelineScope, period timetable.Period) string {
	if s.Def.Timetable.OnGrid(period.Start) {
		return "due"
	}
	return "a bridge from the old grid to the new one"
}

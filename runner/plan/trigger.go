package plan

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// TriggerArgs is what `trigger` was asked. The interval is that of a run that a person wants
// now, whatever the schedule says.
type TriggerArgs struct {
	timetable.Interval
	Params   []string `json:",omitempty"` // NAME=VALUE
	Reason   string
	Ticket   string
	Override string `json:",omitempty"`
}

// ManualInterval is the interval of a trigger that names none: the last complete one of the
// schedule, or for a pipeline without a schedule the instant itself.
func ManualInterval(t *timetable.Timetable, now time.Time) (timetable.Interval, bool) {
	if t == nil {
		return timetable.Interval{Start: now, End: now}, true
	}
	return t.Manual(now)
}

// Trigger plans one run of all tasks of a pipeline. There is one run an interval, whoever
// asks for it: where one exists it is refused, and the tick that would have made it later
// finds it made. Errors are *Refusal.
func Trigger(now time.Time, s *PipelineScope, args TriggerArgs) (*Plan, error) {
	if s.Def == nil {
		return nil, noDefinition(s.Name)
	}
	params, refusal := Given(s.Def, args.Params)
	if refusal != nil {
		return nil, refusal
	}
	d := newDraft("trigger", args.Reason, args.Ticket, args)
	d.Pipelines = append(d.Pipelines, s.Name)
	d.Bounds.Start, d.Bounds.End = known(args.Start), known(args.Start)
	run, overlap := runAt(s.Runs, args.Interval)
	switch {
	case run != nil:
		return nil, &Refusal{Code: "exists",
			Message: fmt.Sprintf("%s has a run of %s already: it is %s", s.Name, stamp(args.Start), run.State),
			Help:    fmt.Sprintf("to run it again: tidemark clear %s --interval %s", s.Name, stamp(args.Start))}
	case overlap != nil:
		return nil, &Refusal{Code: "overlaps",
			Message: fmt.Sprintf("the run of %s to %s covers part of %s to %s", stamp(overlap.Interval.Start), stamp(overlap.Interval.End),
				stamp(args.Start), stamp(args.End)),
			Help: "an interval's data belongs to one run"}
	}
	for t := range s.Def.Tasks {
		d.create(s, 0, args.Start, t, ofTheRun)
	}
	due := args.End
	d.Runs = append(d.Runs, PlanRun{Pipeline: s.Name, IntervalStart: args.Start, IntervalEnd: args.End,
		To: ptr(RunQueued), Action: Create, Why: "does not exist", Due: due, Params: params})
	if args.End.After(now) {
		d.Warnings = append(d.Warnings, "the interval is not over before "+stamp(args.End)+": its data may be incomplete")
	}
	if start := s.Def.Start; args.Start.Before(start) {
		d.Warnings = append(d.Warnings, "the interval starts before start_date "+stamp(start))
	}
	if end := s.Def.End; !end.IsZero() && args.Start.After(end) {
		d.Warnings = append(d.Warnings, "the interval starts after end_date "+stamp(end))
	}
	if s.Paused {
		d.Warnings = append(d.Warnings, pausedWarning(s.Name))
	}
	return d.done().estimate([]*PipelineScope{s}).guarded(railsOf([]*PipelineScope{s}), args.Override)
}

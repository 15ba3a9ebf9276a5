package timetable

import (
	"fmt"
	"time"
)

// Spec is a schedule as a pipeline's file states it.
type Spec struct {
	Cron     string        // five fields, six with seconds last, or a preset; or
	Every    time.Duration // whole seconds of absolute time, anchored at Start
	Align    Align
	Delay    time.Duration  // added to the tick that closes an interval
	Location *time.Location // of the cron and of Align; nil is UTC
	Start    time.Time      // start_date
	End      time.Time      // end_date: the last start of an interval, inclusive; zero is open
}

// New makes a timetable, or says in a *CronError or a *SpecError why there is none.
func New(s Spec) (*Timetable, error) {
	if s.Location == nil {
		s.Location = time.UTC
	}
	if err := s.check(); err != nil {
		return nil, err
	}
	t := &Timetable{start: ceil(s.Start), end: maxUnix, delay: s.Delay}
	if !s.End.IsZero() {
		t.end = floor(s.End)
	}
	fires, warnings, err := s.ticks()
	if err != nil {
		return nil, err
	}
	t.grid, t.warnings = plain{fires}, warnings
	if s.Align != AlignNone {
		t.grid = aligned{fires, s.Align.units(s.Location)}
	}
	if first, ok := t.grid.first(t.start); !ok || first.bound > t.end {
		t.warnings = append(t.warnings, "no interval starts between start_date and end_date")
	}
	return t, nil
}

func (s Spec) check() error {
	hasEvery := s.Every != 0
	switch {
	case s.Cron == "" && !hasEvery:
		return &SpecError{"schedule", "needs cron or every"}
	case s.Cron != "" && hasEvery:
		return &SpecError{"schedule", "takes cron or every, not both"}
	case s.Every < 0:
		return &SpecError{"every", fmt.Sprintf("must be positive, not %s", s.Every)}
	case s.Every%time.Second != 0:
		return &SpecError{"every", fmt.Sprintf("must be whole seconds, not %s", s.Every)}
	case int(s.Align) >= len(alignments):
		return &SpecError{"align", "is not one of hour, day, week, month"}
	case s.Delay < 0:
		return &SpecError{"delay", fmt.Sprintf("must not be negative, not %s", s.Delay)}
	case s.Start.IsZero():
		return &SpecError{"start_date", "is required with a schedule"}
	case outside(s.Start):
		return &SpecError{"start_date", "lies outside the years 1 to 9999"}
	case hasEvery && s.Start.Nanosecond() != 0:
		return &SpecError{"start_date", "anchors every, so it must be a whole second"}
	case s.End.IsZero():
		return nil
	case outside(s.End):
		return &SpecError{"end_date", "lies outside the years 1 to 9999"}
	case s.End.Before(s.Start):
		return &SpecError{"end_date", "lies before start_date"}
	}
	return nil
}

func outside(x time.Time) bool { return x.Unix() < minUnix || x.Unix() > maxUnix }

// ticks is what fires, checked against align.
func (s Spec) ticks() (ticks, []string, error) {
	if s.Every > 0 {
		if s.Every < alignments[s.Align].longest {
			return nil, nil, s.empty("every " + FormatDuration(s.Every))
		}
		return every{s.Start.Unix(), int64(s.Every / time.Second)}, s.drift(), nil
	}
	expr := s.Cron
	if x, ok := ExpandPreset(expr); ok {
		expr = x
	}
	c, err := parseCron(expr)
	if err != nil {
		return nil, nil, err
	}
	if s.Align != AlignNone && s.Align.crowds(c) {
		return nil, nil, s.empty(fmt.Sprintf("cron %q", s.Cron))
	}
	return zoned{c, s.Location}, c.warnings, nil
}

func (s Spec) empty(what string) error {
	return &SpecError{"align", fmt.Sprintf("%s fires more than once in some %s, so that an interval would be empty", what, s.Align)}
}

// drift warns of whole days in a zone that changes its clocks.
func (s Spec) drift() []string {
	const day = 24 * time.Hour
	if s.Every%day != 0 || s.Align != AlignNone || segmentAt(s.Location, s.Start.Unix()).hi == forever {
		return nil
	}
	return []string{fmt.Sprintf("every %s is absolute time: it shifts against the wall clock of %s when the clocks change; a cron does not",
		FormatDuration(s.Every), s.Location)}
}

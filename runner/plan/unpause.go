package plan

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Missed says what becomes of the intervals that fell due while a pipeline was paused.
type Missed string

// The ways to treat what was missed.
const (
	MissedPolicy  Missed = ""        // the loop makes what the pipeline's catchup says
	MissedCatchup Missed = "catchup" // all of it is made
	MissedSkip    Missed = "skip"    // all of it is passed over, on record
)

// UnpauseArgs is what `unpause` was asked.
type UnpauseArgs struct {
	Missed   Missed
	Reason   string
	Ticket   string
	Override string `json:",omitempty"` // why it may go past guard rails; empty: it may not
}

// Live is what an order does to the live schedule of a pipeline.
type Live struct {
	Pipeline  string   `json:"pipeline"`
	Paused    bool     `json:"paused"` // after it
	WasPaused bool     `json:"was_paused"`
	Last      *Place   `json:"last"` // the newest interval that it made or passed over, after it
	WasLast   *Place   `json:"was_last"`
	Skip      []Passed `json:"skip"`   // recorded as passed over
	Unskip    []Passed `json:"unskip"` // taken from that record
}

// Place is an interval.
type Place struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
}

// Passed is a stretch of intervals that is passed over.
type Passed struct {
	First  Place  `json:"first"`
	Last   Place  `json:"last"`
	Count  int    `json:"count"`
	Reason string `json:"reason"`
}

// liveArguments keep with the operation what an undo needs.
type liveArguments struct {
	UnpauseArgs
	Live *Live
}

func placeOf(v timetable.Interval) *Place {
	if v.IsZero() {
		return nil
	}
	return &Place{v.Start.UTC(), v.End.UTC()}
}

func (p *Place) equal(other *Place) bool {
	return p == other || p != nil && other != nil && p.Start.Equal(other.Start) && p.End.Equal(other.End)
}

func (l *Live) line() string {
	if l == nil {
		return ""
	}
	text := func(p *Place) string {
		if p == nil {
			return absent
		}
		return stamp(p.Start)
	}
	return fmt.Sprintf("schedule %s %t %t %s %s %v %v", l.Pipeline, l.WasPaused, l.Paused, text(l.WasLast), text(l.Last), l.Skip, l.Unskip)
}

// Unpause plans to let a paused pipeline go on, and what becomes of what was missed
// meanwhile. Errors are *Refusal.
func Unpause(now time.Time, s *PipelineScope, args UnpauseArgs) (*Plan, error) {
	if s.Def == nil && args.Missed != MissedPolicy {
		return nil, noDefinition(s.Name)
	}
	d := newDraft("unpause", args.Reason, args.Ticket, args)
	d.Pipelines = append(d.Pipelines, s.Name)
	if !s.Paused {
		d.Warnings = append(d.Warnings, s.Name+" is not paused")
		return d.done(), nil
	}
	u := &unpausing{draft: d, s: s, live: &Live{Pipeline: s.Name, WasPaused: true, Last: placeOf(s.Last), WasLast: placeOf(s.Last)}}
	d.Live = u.live
	d.Arguments = liveArguments{args, u.live}
	if s.Def == nil || s.Def.Timetable == nil {
		return d.done().guarded(railsOf([]*PipelineScope{s}), args.Override)
	}
	missed := s.Def.Timetable.Decide(now, s.Last, timetable.Catchup{Mode: timetable.CatchupTrue})
	if missed.Count*len(s.Def.Tasks) > MaxBackfillRows && args.Missed == MissedCatchup {
		return nil, &Refusal{Code: "too-many",
			Message: fmt.Sprintf("%d intervals were missed: more than %d task instances at once", missed.Count, MaxBackfillRows),
			Help:    "unpause with --skip, and fill the range in parts with tidemark backfill"}
	}
	switch args.Missed {
	case MissedCatchup:
		u.make(missed)
	case MissedSkip:
		u.pass(missed)
	default:
		u.foretell(now, missed.Count)
	}
	return d.done().guarded(railsOf([]*PipelineScope{s}), args.Override)
}

// unpausing is an unpause in the making.
type unpausing struct {
	*draft
	s    *PipelineScope
	live *Live
}

// make plans a run for every interval that was missed and has none.
func (u *unpausing) make(missed timetable.Decision) {
	for period := range missed.Run {
		u.live.Last = placeOf(period.Interval)
		run, overlap := runAt(u.s.Runs, period.Interval)
		switch {
		case run != nil:
			u.complete(run)
			continue
		case overlap != nil:
			u.leaveOverlapped(u.s.Name, period.Start, overlap)
			continue
		}
		for t := range u.s.Def.Tasks {
			u.create(u.s, 0, period.Start, t, "missed while paused")
		}
		u.Runs = append(u.Runs, PlanRun{Pipeline: u.s.Name, IntervalStart: period.Start, IntervalEnd: period.End,
			To: ptr(RunQueued), Action: Create, Why: "missed while paused", Due: period.Due})
	}
}

// complete plans the tasks that a run was made without, as the schedule itself does when it
// reaches the interval: it comes there only once. A whole run is left alone.
func (u *unpausing) complete(run *Run) {
	run = ordered(u.s.Def, run)
	var place placement
	if place.of(u.s.Def, run) == 0 || !run.Partial {
		u.leave(u.s.Name, "", run.Interval.Start, run.State.String(), "already exists: "+run.State.String())
		return
	}
	for t := range u.s.Def.Tasks {
		if place.first[t] == place.end[t] {
			u.create(u.s, run.ID, run.Interval.Start, t, "absent from a run of some tasks")
		}
	}
	u.Runs = append(u.Runs, reopened(u.s.Name, run))
}

// pass records all that was missed as passed over.
func (u *unpausing) pass(missed timetable.Decision) {
	stretch := Passed{Reason: "paused"}
	for period := range missed.Run {
		if stretch.Count++; stretch.Count == 1 {
			stretch.First = *placeOf(period.Interval)
		}
		stretch.Last = *placeOf(period.Interval)
		u.start(period.Start)
	}
	if stretch.Count > 0 {
		u.live.Skip, u.live.Last = []Passed{stretch}, &stretch.Last
	}
}

// foretell says what the loop will do by itself.
func (u *unpausing) foretell(now time.Time, missed int) {
	if missed == 0 {
		return
	}
	d := u.s.Def.Timetable.Decide(now, u.s.Last, u.s.Def.Catchup)
	u.Warnings = append(u.Warnings, fmt.Sprintf("of %d intervals that were missed the schedule makes %d (%s); --catchup makes all, --skip none",
		missed, d.Count, u.s.Def.Catchup.Reason()))
}

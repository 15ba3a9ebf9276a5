package plan

import (
	"fmt"
	"slices"
	"sort"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// MaxBackfillRows bounds the task instances of one backfill: what a person can still mean,
// and one transaction still holds.
const MaxBackfillRows = 1_000_000

// maxListed bounds the intervals that a backfill lists although they are not yet due.
const maxListed = 100

// Backfill plans to make every interval of a range that is due and has no run, also before
// start_date, and to treat the runs that exist as args.Reprocess says. Errors are *Refusal.
func Backfill(now time.Time, scope *PipelineScope, args BackfillArgs) (*Plan, error) {
	sel, refusal := compile(args.Selector)
	if refusal != nil {
		return nil, refusal
	}
	if refusal = canBackfill(scope, args, sel); refusal != nil {
		return nil, refusal
	}
	params, refusal := Given(scope.Def, args.Params)
	if refusal != nil {
		return nil, refusal
	}
	b := &backfilling{draft: newDraft("backfill", args.Reason, args.Ticket, args), sel: sel, now: now, args: args, s: scope, params: params}
	b.Pipelines = append(b.Pipelines, scope.Name)
	b.selects(args.Selector)
	b.Selection.Only = args.Only
	b.Lane = &Lane{MaxActive: args.MaxActiveRuns, Backwards: args.Backwards}
	b.why = sel.widen(scope.Def, func(t int) bool { return sel.matches(scope.Def.Tasks[t].ID) })
	sum := newSummary(len(b.why))
	b.full = slices.Clone(b.why)
	for t, why := range along(scope.Def, func(t int) bool { return b.why[t] != "" }) {
		if b.full[t] == "" {
			b.full[t] = why
		}
	}
	for t, why := range b.full {
		if why != "" {
			sum.note(t, why)
		}
	}
	sum.report(scope.Def, &b.Selection)
	if refusal = b.walk(); refusal != nil {
		return nil, refusal
	}
	b.order()
	b.warn()
	return b.done().estimate([]*PipelineScope{scope}).guarded(railsOf([]*PipelineScope{scope}), args.Override)
}

// canBackfill refuses what cannot be planned at all.
func canBackfill(s *PipelineScope, args BackfillArgs, sel *selection) *Refusal {
	switch {
	case s.Def == nil:
		return noDefinition(s.Name)
	case s.Def.Timetable == nil:
		return &Refusal{Code: "no-schedule",
			Message: fmt.Sprintf("pipeline %q has no schedule, so it has no intervals to fill", s.Name),
			Help:    "tidemark trigger " + s.Name + " makes a single run"}
	case args.Start.IsZero() || args.End.IsZero():
		return &Refusal{Code: "empty-selection", Message: "backfill needs both ends of a range",
			Help: "name the first and the last interval start: -s 2026-03-01 -e 2026-03-31"}
	case args.Backwards && slices.ContainsFunc(s.Def.DependOnPast(), sel.matches):
		return &Refusal{Code: "backwards-past",
			Message: fmt.Sprintf("task %q of %s depends on its past, so the newest interval cannot be first", s.Def.DependOnPast()[0], s.Name),
			Help:    "leave out --run-backwards, or select other tasks"}
	case slices.ContainsFunc(s.Def.Tasks, func(t *pipelines.Task) bool { return sel.matches(t.ID) && !sel.takes(t.ID, -1) }):
		return &Refusal{Code: "bad-value", Message: "a backfill makes task instances, and how many a mapped task has its list will say",
			Help: "select the task without an index; tidemark clear runs single instances again"}
	case !slices.ContainsFunc(tasksOf(&PipelineScope{Def: s.Def}), sel.matches):
		return noTask(args.TaskRegex, []*PipelineScope{s})
	}
	return nil
}

// backfilling is a backfill in the making.
type backfilling struct {
	*draft
	sel    *selection
	s      *PipelineScope
	args   BackfillArgs
	now    time.Time
	params Params
	why    []string // by task: why it is selected
	full   []string // and, with the setups and teardowns of those, why a new run has it
	tasks  int      // how many full names
	fills  int      // intervals that it is about and that are due, those with a run included
	passed passed   // what whyMade said last
	early  int      // intervals before start_date
	late   int      // intervals after end_date
	notDue int
}

// walk goes through the grid of today's schedule.
func (b *backfilling) walk() *Refusal {
	if b.tooMany() {
		return &Refusal{Code: "too-many",
			Message: fmt.Sprintf("that may be more than %d task instances at once", MaxBackfillRows),
			Help:    "fill the range in parts"}
	}
	for _, r := range b.args.Ranges {
		if refusal := b.holds(r); refusal != nil {
			return refusal
		}
	}
	b.Runs, b.Instances = slices.Grow(b.Runs, b.fills), slices.Grow(b.Instances, b.fills*b.tasks)
	if b.only(OnlySkipped) {
		b.bridges(b.interval)
	}
	for period := range b.s.Def.Timetable.Between(b.args.Start, b.args.End) {
		if !b.sel.covers(&Run{Interval: period.Interval}) {
			continue
		}
		if period.Due.After(b.now) {
			if len(b.args.Only) > 0 && !b.only(OnlyMissing) {
				break
			}
			if b.notDue++; b.notDue > maxListed {
				break
			}
			b.leave(b.s.Name, "", period.Start, "not due", "due at "+stamp(period.Due))
			continue
		}
		b.interval(period)
	}
	if len(b.starts) == 0 {
		return b.nothing(Range{b.args.Start, b.args.End})
	}
	return nil
}

// holds refuses a date at which no interval starts: it would be left out in silence.
func (b *backfilling) holds(r Range) *Refusal {
	for range b.s.Def.Timetable.Between(r.From, r.To) {
		return nil
	}
	return b.nothing(r)
}

// tooMany counts before anything is made.
func (b *backfilling) tooMany() bool {
	for _, why := range b.full {
		if why != "" {
			b.tasks++
		}
	}
	for period := range b.s.Def.Timetable.Between(b.args.Start, b.args.End) {
		if period.Due.After(b.now) {
			break
		}
		if run, _ := runAt(b.s.Runs, period.Interval); !b.sel.covers(&Run{Interval: period.Interval}) || !b.about(period.Interval, run) {
			continue
		}
		if b.fills++; b.fills*b.tasks > MaxBackfillRows {
			return true
		}
	}
	return false
}

// nothing refuses a range in which no interval starts.
func (b *backfilling) nothing(in Range) *Refusal {
	r := &Refusal{Code: "no-match", Message: fmt.Sprintf("no interval of %s starts between %s and %s",
		b.s.Name, stamp(in.From), stamp(in.To))}
	if len(b.args.Only) > 0 {
		r.Message = fmt.Sprintf("no interval of %s between %s and %s is %s", b.s.Name, stamp(in.From), stamp(in.To), alternatives(b.args.Only))
		r.Help = fmt.Sprintf("tidemark runs %s lists the runs, with --skipped what was passed over", b.s.Name)
		return r
	}
	for _, near := range b.s.Def.Timetable.Nearest(in.From, 2) {
		r.Problems = append(r.Problems, stamp(near.Start))
	}
	r.Help = fmt.Sprintf("the nearest ones start at %v", r.Problems)
	return r
}

// queued is the state in which runs are made; nobody changes it.
var queued = RunQueued

// interval plans for one interval that is due.
func (b *backfilling) interval(period timetable.Period) {
	run, overlap := runAt(b.s.Runs, period.Interval)
	switch {
	case !b.about(period.Interval, run):
		return
	case run != nil:
		b.existing(run)
		return
	case overlap != nil:
		b.leaveOverlapped(b.s.Name, period.Start, overlap)
		return
	}
	if period.Start.Before(b.s.Def.Start) {
		b.early++
	}
	if end := b.s.Def.End; !end.IsZero() && period.Start.After(end) {
		b.late++
	}
	for t, why := range b.full {
		if why != "" {
			b.create(b.s, 0, period.Start, t, why)
		}
	}
	b.Runs = append(b.Runs, PlanRun{Pipeline: b.s.Name, IntervalStart: period.Start, IntervalEnd: period.End,
		To: &queued, Action: Create, Why: b.whyMade(period.Interval), Due: period.Due, Partial: b.sel.named(), Params: b.params})
}

// runAt finds, in runs by interval start, the run of an interval, or else one that overlaps it.
func runAt(runs []*Run, v timetable.Interval) (run, overlap *Run) {
	i := sort.Search(len(runs), func(i int) bool { return !runs[i].Interval.Start.Before(v.Start) })
	if i < len(runs) && runs[i].Interval.Start.Equal(v.Start) {
		return runs[i], nil
	}
	if i < len(runs) && runs[i].Interval.Start.Before(v.End) {
		return nil, runs[i]
	}
	if i > 0 && runs[i-1].Interval.End.After(v.Start) {
		return nil, runs[i-1]
	}
	return nil, nil
}

// order numbers the runs as they shall be executed.
func (b *backfilling) order() {
	if b.args.Backwards {
		slices.Reverse(b.Runs)
	}
	n := 0
	for i := range b.Runs {
		if b.Runs[i].Action != None {
			n++
			b.Runs[i].Ordinal = n
		}
	}
}

// kept counts the runs of a plan that exist and run again.
func (p *Plan) kept() (n int) {
	for i := range p.Runs {
		if p.Runs[i].State != nil {
			n++
		}
	}
	return n
}

func (b *backfilling) warn() {
	b.outside(b.early, "before start_date", b.s.Def.Start)
	b.outside(b.late, "after end_date", b.s.Def.End)
	if len(b.Untouched) > 0 && len(b.Untouched) == min(b.notDue, maxListed) && b.Empty() {
		b.Warnings = append(b.Warnings, "none of these intervals is over yet: the first is "+b.Untouched[0].Why)
	}
	if n := b.Plan.kept(); n > 0 && b.params != "" {
		b.Warnings = append(b.Warnings, fmt.Sprintf("%d runs exist already and keep the params that they have", n))
	}
	if b.notDue > maxListed {
		b.Warnings = append(b.Warnings, fmt.Sprintf("of the intervals that are not due only the first %d are listed", maxListed))
	}
	if b.s.Paused && len(b.Instances) > 0 {
		b.Warnings = append(b.Warnings, pausedWarning(b.s.Name))
	}
}

// outside warns of intervals that the live schedule never makes.
func (b *backfilling) outside(n int, where string, limit time.Time) {
	switch n {
	case 0:
	case 1:
		b.Warnings = append(b.Warnings, fmt.Sprintf("1 interval starts %s %s", where, stamp(limit)))
	default:
		b.Warnings = append(b.Warnings, fmt.Sprintf("%d intervals start %s %s", n, where, stamp(limit)))
	}
}

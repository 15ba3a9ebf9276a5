package plan

import (
	"fmt"
	"time"
)

// Undo plans to give back to the rows of an operation the state that they had before it,
// as far as nothing has happened to them since; what has is left alone and listed. An undo
// is an operation like any other and can be undone. Errors are *Refusal.
func Undo(_ time.Time, scope *UndoScope, args UndoArgs) (*Plan, error) {
	if scope.Undone {
		return nil, &Refusal{Code: "already-undone",
			Message: fmt.Sprintf("operation %d is undone already", scope.Operation),
			Help:    "tidemark operations shows which operation undid it; that one can be undone"}
	}
	u := &undoing{draft: newDraft("undo", args.Reason, args.Ticket, args), scope: scope, runs: make(map[int64]*undoneRun, len(scope.Runs))}
	u.Undoes = scope.Operation
	for i := range scope.Runs {
		image := &scope.Runs[i]
		u.runs[image.key()] = &undoneRun{image: image, made: image.Before == nil && image.Action == Create}
	}
	u.live()
	u.hold()
	for i := range scope.Instances {
		u.instance(&scope.Instances[i])
	}
	for i := range scope.Runs {
		u.run(&scope.Runs[i])
	}
	u.Pipelines = scope.Pipelines()
	return u.done().guarded(args.Rails, args.Override)
}

// undoing is an undo in the making.
type undoing struct {
	*draft
	scope *UndoScope
	runs  map[int64]*undoneRun
}

// undoneRun is what becomes of the rows of one run.
type undoneRun struct {
	image    *RunImage
	made     bool // by the operation
	finals   int  // rows that get a final state back
	opens    int  // rows that wait again
	restored int
	kept     int // rows that cannot be restored
}

func (r *RunImage) key() int64 { return r.Run }

// instance plans for one row.
func (u *undoing) instance(m *InstanceImage) {
	run := u.runs[m.Run]
	if run == nil {
		run = &undoneRun{}
		u.runs[m.Run] = run
	}
	if m.Before == nil && m.Now == nil {
		return
	}
	if why := u.obstacle(m, run); why != "" {
		run.kept++
		u.leave(m.Pipeline, m.Task, m.Interval.Start, m.now(), why)
		u.Untouched[len(u.Untouched)-1].MapIndex = m.MapIndex
		return
	}
	run.restored++
	r := PlanRow{Pipeline: m.Pipeline, Task: m.Task, MapIndex: m.MapIndex, IntervalStart: m.Interval.Start,
		Action: Restore, Why: "as before operation " + fmt.Sprint(u.scope.Operation), Run: m.Run}
	if m.Now != nil {
		r.State, r.Try = m.Now.State.known(), m.Now.Try
	}
	switch {
	case m.Before == nil:
		r.To, r.Action = m.Now.State, Remove
		if !m.Now.State.Final() {
			run.finals++
		}
	case m.Now == nil:
		r.To, r.Action, r.Try, r.TryLimit = m.Before.State, Create, m.Before.Try, m.Before.TryLimit
	default:
		r.To, r.TryLimit = m.Before.State, m.Before.TryLimit
		if !m.Before.State.Final() {
			run.opens++
		}
		if m.Before.State.Final() && !m.Now.State.Final() {
			run.finals++
		}
	}
	u.row(r)
}

// obstacle says why a row cannot get back what it had, or nothing.
func (u *undoing) obstacle(m *InstanceImage, run *undoneRun) string {
	now, before := m.Now, m.Before
	switch {
	case run.made && run.image.Begun:
		return "its run has begun"
	case run.made && run.image.Claimed:
		return claimed
	case now == nil && m.Action != Remove:
		return "is gone"
	case now == nil && run.image != nil && run.image.Taken:
		return "another run has its interval since"
	case now == nil:
		return ""
	case now.Operation != u.scope.Operation:
		return "another order has changed it since"
	case now.Open && before != nil && before.Open && now.Try == before.Try:
		return "its attempt is being cancelled"
	case now.Open || now.State.Live() || before != nil && now.Try != before.Try || before == nil && now.Try > 0:
		return "has run again since"
	case before != nil && (before.Open || before.State.Live()):
		return "was " + before.State.String() + ", and that attempt was cancelled"
	case m.Action != Restore && m.Action != Marked && now.State != Waiting && now.State != Removed:
		return "is " + now.State.String() + " since"
	}
	return ""
}

func (m *InstanceImage) now() string {
	if m.Now == nil {
		return absent
	}
	return m.Now.State.String()
}

// run plans for one run: it gets its state back when all its rows do and no other order
// left work in it. Else it ends by itself, as runs do.
func (u *undoing) run(m *RunImage) {
	r := u.runs[m.key()]
	p := PlanRun{Pipeline: m.Pipeline, IntervalStart: m.Interval.Start, IntervalEnd: m.Interval.End,
		State: m.Now, To: m.Before, Action: Restore, Why: "as before operation " + fmt.Sprint(u.scope.Operation),
		Run: m.Run, Due: m.Due, Partial: m.Partial}
	switch {
	case m.Before == nil && m.Now == nil:
		return
	case m.Before == nil && m.Begun:
		p.To, p.Action, p.Why = m.Now, None, "has begun"
		if r.kept == 0 {
			u.leave(m.Pipeline, "", m.Interval.Start, m.Now.String(), "has begun")
		}
	case m.Before == nil && m.Claimed:
		p.To, p.Action, p.Why = m.Now, None, claimed
		if r.kept == 0 {
			u.leave(m.Pipeline, "", m.Interval.Start, m.Now.String(), claimed)
		}
	case m.Before == nil && r.kept == 0:
		p.Action, p.Why = Remove, "was made by it and never began"
	case m.Before == nil:
		p.To, p.Action, p.Why = m.Now, None, "holds rows that stay"
	case m.Now == nil && m.Taken:
		if r.kept == 0 {
			u.leave(m.Pipeline, "", m.Interval.Start, absent, "another run has its interval since")
		}
		return
	case m.Now == nil:
		p.Run, p.Action, p.Params, p.Kind = 0, Create, m.Params, m.Kind
	case r.opens > 0 && m.Now.Final():
		p.To, p.Action = ptr(RunQueued), Reopen
	case *m.Before == *m.Now, !m.Before.Final() && !m.Now.Final():
		p.To, p.Action, p.Why = m.Now, None, "is "+m.Now.String()
	case r.kept > 0 && r.restored > 0 && m.Now.Final(): // its end is decided anew
		p.To, p.Action = ptr(RunQueued), Reopen
	case r.kept > 0 || r.restored == 0 && m.Action != Marked || m.Before.Final() && m.Unfinished > r.finals:
		p.To, p.Action, p.Why = m.Now, None, "has work left"
	case !m.Before.Final(): // a run that was ended whole begins again
		p.To, p.Action = ptr(RunQueued), Reopen
	}
	if p.Action != None {
		u.start(p.IntervalStart)
	}
	u.Runs = append(u.Runs, p)
}

// claimed is why a run that an order made stays: without it the interval would have none.
const claimed = "the schedule has reached its interval since"

// live plans to give the live schedule its place back, if it has not moved on since. Else
// the runs that the operation made are its own.
func (u *undoing) live() {
	was := u.scope.Live
	if was == nil || u.scope.Paused != was.Paused {
		return
	}
	back := &Live{Pipeline: was.Pipeline, Paused: was.WasPaused, WasPaused: was.Paused, WasLast: placeOf(u.scope.Last), Last: was.WasLast,
		Skip: was.Unskip, Unskip: was.Skip}
	if !back.WasLast.equal(was.Last) {
		back.Last, back.Skip, back.Unskip = back.WasLast, nil, nil
		for i := range u.scope.Runs {
			u.scope.Runs[i].Claimed = true
		}
		u.Warnings = append(u.Warnings, "the schedule has moved on since: its place, and what was made or passed over, stay")
	}
	u.Live, u.Arguments = back, liveArguments{Live: back}
}

// hold plans to let a backfill that was paused go on, or the other way about.
func (u *undoing) hold() {
	was := u.scope.Held
	switch {
	case was == nil:
	case u.scope.Over:
		u.Warnings = append(u.Warnings, fmt.Sprintf("backfill %d is over: it is neither paused nor goes on", was.Backfill))
	case u.scope.Holds != was.Paused:
		u.Warnings = append(u.Warnings, fmt.Sprintf("backfill %d has been paused or resumed since", was.Backfill))
	default:
		u.Held = &Hold{Backfill: was.Backfill, Paused: was.WasPaused, WasPaused: was.Paused}
		u.Arguments = heldArguments{was.Backfill, u.Held}
	}
}

// Pipelines are those that the operation was about, in the order of its rows.
func (s *UndoScope) Pipelines() []string {
	names := []string{}
	seen := map[string]bool{}
	add := func(name string) {
		if !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	}
	if s.Live != nil {
		add(s.Live.Pipeline)
	}
	if s.Held != nil {
		add(s.HeldFor)
	}
	for i := range s.Runs {
		add(s.Runs[i].Pipeline)
	}
	for i := range s.Instances {
		add(s.Instances[i].Pipeline)
	}
	return names
}

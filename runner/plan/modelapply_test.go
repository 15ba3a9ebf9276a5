package plan

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// operation is an order on record, with what its rows were before it.
type operation struct {
	id        int64
	kind      string
	undone    bool
	instances []InstanceImage
	runs      []RunImage
}

func (m *model) scope(pipeline string) *PipelineScope {
	p := m.pipe(pipeline)
	s := &PipelineScope{Name: p.name, Def: p.def, Last: p.last, Paused: p.paused, Skipped: p.skipped}
	for _, r := range m.runs {
		if r.Pipeline == pipeline {
			s.Runs = append(s.Runs, clone(r))
		}
	}
	return s
}

// clear plans a clear and fails the test if it is refused.
func (m *model) clear(args ClearArgs) *Plan {
	m.t.Helper()
	p, err := Clear(m.now, []*PipelineScope{m.scope("p")}, args)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *model) mark(args MarkArgs) *Plan {
	m.t.Helper()
	p, err := Mark(m.now, []*PipelineScope{m.scope("p")}, args)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *model) backfill(args BackfillArgs) *Plan {
	m.t.Helper()
	p, err := Backfill(m.now, m.scope("p"), args)
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

func (m *model) undo(op int64) *Plan {
	m.t.Helper()
	p, err := Undo(m.now, m.undoScope(op), UndoArgs{})
	if err != nil {
		m.t.Fatal(err)
	}
	return p
}

// apply writes a plan as one operation.
func (m *model) apply(p *Plan) int64 {
	keepsItsWord(m.t, p)
	op := &operation{id: int64(len(m.operations)) + 1, kind: p.Kind}
	m.operations = append(m.operations, op)
	if p.Lane != nil {
		lane := *p.Lane
		lane.ID = op.id
		if p.Bounds.First != nil {
			lane.First = *p.Bounds.First
		}
		m.pipe(p.Pipelines[0]).lanes = append(m.pipe(p.Pipelines[0]).lanes, lane)
	}
	if p.Undoes > 0 {
		m.operations[p.Undoes-1].undone = true
	}
	removed := map[int64]bool{}
	for _, r := range p.Runs {
		m.applyRun(op, r, p.Lane != nil)
		removed[r.Run] = r.Action == Remove
	}
	for _, row := range p.Instances {
		m.applyRow(op, row, removed[row.Run] && row.Run > 0)
	}
	return op.id
}

func (m *model) applyRun(op *operation, r PlanRun, lane bool) {
	v := timetable.Interval{Start: r.IntervalStart, End: r.IntervalEnd}
	image := RunImage{Pipeline: r.Pipeline, Run: r.Run, Interval: v, Action: Action(r.Action), Before: r.State, Due: r.Due, Partial: r.Partial}
	switch r.Action {
	case Create:
		id := int64(0)
		if lane {
			id = op.id
		}
		image.Run = m.insert(r.Pipeline, v, Backfilled, id, r.Partial).ID
	case Remove:
		m.runs = slices.DeleteFunc(m.runs, func(x *Run) bool { return x.ID == r.Run })
	case Reopen, Restore, Marked:
		x := m.run(r.Run)
		x.State, x.EndedAt = *r.To, time.Time{}
		if r.To.Final() {
			x.EndedAt = m.now
		}
		if lane {
			x.Lane = op.id
		}
	}
	op.runs = append(op.runs, image)
}

func (m *model) applyRow(op *operation, row PlanRow, gone bool) {
	run := m.at(row.Pipeline, row.IntervalStart)
	image := InstanceImage{Pipeline: row.Pipeline, Task: row.Task, MapIndex: row.MapIndex, Action: row.Action}
	if gone {
		image.Run, image.Before = row.Run, &InstanceSnapshot{State: *row.State, Try: row.Try, TryLimit: 1, Operation: 0}
		image.Interval.Start = row.IntervalStart
		op.instances = append(op.instances, image)
		return
	}
	image.Run, image.Interval = run.ID, run.Interval
	if row.Action == Marked && row.State == nil {
		run.Instances = append(run.Instances, Instance{Task: row.Task, MapIndex: row.MapIndex, State: row.To, TryLimit: row.TryLimit, Operation: op.id})
		arrange(m.pipe(run.Pipeline).def, run)
		op.instances = append(op.instances, image)
		return
	}
	switch row.Action {
	case Create:
		if row.Run == 0 && !run.Partial {
			return // born when the run starts
		}
		run.Instances = append(run.Instances, Instance{Task: row.Task, MapIndex: row.MapIndex, State: row.To, TryLimit: row.TryLimit, Operation: op.id})
		arrange(m.pipe(run.Pipeline).def, run)
	case Remove:
		image.Before = snapshot(m.instance(run.ID, row.Task, row.MapIndex))
		run.Instances = slices.DeleteFunc(run.Instances, func(in Instance) bool { return in.Task == row.Task && in.MapIndex == row.MapIndex })
	default:
		in := m.instance(run.ID, row.Task, row.MapIndex)
		image.Before = snapshot(in)
		in.State, in.NotBefore, in.Operation = row.To, time.Time{}, op.id
		if row.TryLimit > 0 {
			in.TryLimit = row.TryLimit
		}
		if !in.Open {
			in.Lost = 0
		}
	}
	op.instances = append(op.instances, image)
}

func snapshot(in *Instance) *InstanceSnapshot {
	return &InstanceSnapshot{State: in.State, Try: in.Try, TryLimit: in.TryLimit, Operation: in.Operation, Open: in.Open}
}

func (m *model) undoScope(id int64) *UndoScope {
	op := m.operations[id-1]
	s := &UndoScope{Operation: id, Kind: op.kind, Undone: op.undone}
	for _, image := range op.runs {
		image.Now, image.Unfinished = nil, 0
		if r := m.run(image.Run); r != nil {
			image.Now = ptr(r.State)
			for i := range r.Instances {
				if !r.Instances[i].State.Final() {
					image.Unfinished++
				}
			}
		}
		image.Taken = image.Now == nil && m.at(image.Pipeline, image.Interval.Start) != nil
		for k := range m.attempts {
			image.Begun = image.Begun || k.Run == image.Run
		}
		s.Runs = append(s.Runs, image)
	}
	for _, image := range op.instances {
		if r := m.run(image.Run); r != nil {
			for i := range r.Instances {
				if in := &r.Instances[i]; in.Task == image.Task && in.MapIndex == image.MapIndex {
					image.Now = snapshot(in)
				}
			}
		}
		s.Instances = append(s.Instances, image)
	}
	return s
}

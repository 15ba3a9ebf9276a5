package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// model is the store of the tests: what a database would hold, and an executor's view of
// it. It writes decisions and plans row by row and refuses what does not fit.
type model struct {
	t           testing.TB
	now         time.Time
	pipes       []*modelPipe
	runs        []*Run
	attempts    map[AttemptKey]AttemptState
	reports     []Report
	lastRun     int64
	operations  []*operation
	parallelism int
	pools       map[string]int
	maxCreate   int
	queuedLimit int // how many queued runs of a lane a world shows
	log         []string
	ended       []int64 // runs that ended since the last check
}

type modelPipe struct {
	name    string
	def     *pipelines.Pipeline
	paused  bool
	last    timetable.Interval
	lanes   []Lane
	skipped []timetable.Stretch
}

func newModel(t testing.TB, defs ...*pipelines.Pipeline) *model {
	m := &model{t: t, now: day0, attempts: map[AttemptKey]AttemptState{}, parallelism: 100, queuedLimit: 100}
	for _, def := range defs {
		m.pipes = append(m.pipes, &modelPipe{name: def.Name, def: def, lanes: []Lane{{}}})
	}
	return m
}

func (m *model) pipe(name string) *modelPipe {
	for _, p := range m.pipes {
		if p.name == name {
			return p
		}
	}
	m.t.Fatalf("no pipeline %q", name)
	return nil
}

func (m *model) run(id int64) *Run {
	for _, r := range m.runs {
		if r.ID == id {
			return r
		}
	}
	return nil
}

func (m *model) at(pipeline string, start time.Time) *Run {
	for _, r := range m.runs {
		if r.Pipeline == pipeline && r.Interval.Start.Equal(start) {
			return r
		}
	}
	return nil
}

// add makes a queued run of daily interval n by hand.
func (m *model) add(pipeline string, n int) *Run {
	return m.insert(pipeline, daily(n), Manual, 0, false)
}

func (m *model) insert(pipeline string, v timetable.Interval, k Kind, lane int64, partial bool) *Run {
	m.lastRun++
	r := &Run{ID: m.lastRun, Pipeline: pipeline, Interval: v, Kind: k, Lane: lane, Partial: partial, CreatedAt: m.now}
	m.runs = append(m.runs, r)
	slices.SortStableFunc(m.runs, ByInterval)
	return r
}

func clone(r *Run) *Run {
	c := *r
	c.Instances = slices.Clone(r.Instances)
	return &c
}

// world is what a step may see: copies, so that only decisions change the model.
func (m *model) world() *World {
	w := &World{Reports: m.reports, Parallelism: m.parallelism, Pools: m.pools, MaxCreate: m.maxCreate}
	for _, p := range m.pipes {
		s := &PipelineState{Name: p.name, Def: p.def, Paused: p.paused, Last: p.last}
		for i := range p.lanes {
			lane := p.lanes[i]
			m.fill(p, &lane)
			s.Lanes = append(s.Lanes, &lane)
		}
		for _, r := range m.runs {
			if r.Pipeline == p.name && r.State == RunRunning {
				if p.def != nil {
					arrange(p.def, r)
				}
				s.Running = append(s.Running, clone(r))
			}
		}
		m.join(p, s)
		w.Pipelines = append(w.Pipelines, s)
	}
	return w
}

func (m *model) fill(p *modelPipe, lane *Lane) {
	lane.Queued, lane.More = nil, false
	for _, r := range m.runs {
		if r.Pipeline == p.name && r.State == RunQueued && r.Lane == lane.ID {
			lane.Queued = append(lane.Queued, clone(r))
		}
	}
	if lane.Backwards {
		slices.Reverse(lane.Queued)
	}
	if len(lane.Queued) > m.queuedLimit {
		lane.Queued, lane.More = lane.Queued[:m.queuedLimit], true
	}
}

// join gives each run that a step may look at the one before it.
func (m *model) join(p *modelPipe, s *PipelineState) {
	for _, r := range m.runs {
		if p.def != nil && p.def.LooksBack() && r.Pipeline == p.name && r.State == RunSuccess {
			r.Succeeded(s.Running)
			for _, l := range s.Lanes {
				r.Succeeded(l.Queued)
			}
		}
	}
	if p.def == nil || len(p.def.DependOnPast()) == 0 {
		return
	}
	shown := map[int64]*Run{}
	for _, r := range s.Running {
		shown[r.ID] = r
	}
	for _, l := range s.Lanes {
		for _, r := range l.Queued {
			shown[r.ID] = r
		}
	}
	had := map[string]bool{}
	var before *Run
	for _, r := range m.runs {
		if r.Pipeline != p.name {
			continue
		}
		if see := shown[r.ID]; see != nil {
			see.Previous = before
			for _, id := range p.def.DependOnPast() {
				if !had[id] {
					see.Fresh = append(see.Fresh, id)
				}
			}
			before = see
		} else {
			before = clone(r)
		}
		for i := range r.Instances {
			had[r.Instances[i].Task] = true
		}
	}
}

// step takes one step and writes it.
func (m *model) step() Decision {
	w := m.world()
	m.reports = nil
	d := Step(m.now, w)
	m.write(&d)
	m.agrees(w)
	return d
}

// settle steps until nothing is left to do at this instant.
func (m *model) settle() (last Decision) {
	for range 10_000 {
		d := m.step()
		if !d.Again {
			return d
		}
	}
	m.t.Fatal("the steps do not end")
	return last
}

// write applies a decision as a database would: in order, each row from the state that the
// decision names.
func (m *model) write(d *Decision) {
	for _, c := range d.Create {
		if m.at(c.Pipeline, c.Interval.Start) == nil {
			m.insert(c.Pipeline, c.Interval, c.Kind, c.Lane, false)
		}
	}
	for _, s := range d.Skip {
		p := m.pipe(s.Pipeline)
		p.skipped = append(p.skipped, s.Stretch)
	}
	for _, c := range d.Cursors {
		m.pipe(c.Pipeline).last = c.Last
	}
	for _, t := range d.Turn {
		for i := range m.pipe(t.Pipeline).lanes {
			if lane := &m.pipe(t.Pipeline).lanes[i]; lane.ID == t.Lane {
				lane.Backwards = false
			}
		}
	}
	for _, c := range d.Runs {
		m.writeRun(c)
	}
	for _, c := range d.Tasks {
		m.writeTask(c)
	}
	for _, c := range d.Attempts {
		m.writeAttempt(c)
	}
	for _, k := range d.Cancel {
		m.instance(k.Run, k.Task, k.MapIndex).Cancelling = true
	}
	for _, s := range d.Start {
		if m.attempts[s.AttemptKey] != AttemptQueued {
			m.t.Fatalf("%s is started, but is %s", s.AttemptKey, m.attempts[s.AttemptKey])
		}
	}
}

func (m *model) writeRun(c RunChange) {
	r := m.run(c.Run.ID)
	if r.State != c.From {
		m.t.Fatalf("run %d is %s, not %s", r.ID, r.State, c.From)
	}
	if c.From != c.To && c.To == RunRunning {
		r.StartedAt = m.now
	}
	if c.To.Final() {
		r.EndedAt = m.now
		m.ended = append(m.ended, r.ID)
	}
	r.State = c.To
	for _, in := range c.Born {
		if r.Instance(in.Task, in.MapIndex) != nil || in.State != Waiting {
			m.t.Fatalf("run %d has %s already", r.ID, in.Name())
		}
	}
	for _, in := range c.Gone {
		if now := r.Instance(in.Task, in.MapIndex); now == nil || now.State != in.State || now.Try > 0 || now.Open {
			m.t.Fatalf("run %d cannot let %s go: %+v", r.ID, in.Name(), now)
		}
		r.Instances = slices.DeleteFunc(r.Instances, func(x Instance) bool { return x.Task == in.Task && x.MapIndex == in.MapIndex })
	}
	r.Instances = append(r.Instances, c.Born...)
	if def := m.pipe(r.Pipeline).def; def != nil {
		arrange(def, r)
	}
	if c.From != c.To {
		m.log = append(m.log, fmt.Sprintf("%s>%s", r.Interval.Start.Format("0102"), c.To))
	}
}

func (m *model) instance(run int64, task string, index int) *Instance {
	r := m.run(run)
	for i := range r.Instances {
		if in := &r.Instances[i]; in.Task == task && in.MapIndex == index {
			return in
		}
	}
	m.t.Fatalf("run %d has no instance %s[%d]", run, task, index)
	return nil
}

func (m *model) writeTask(c TaskChange) {
	in := m.instance(c.Run.ID, c.Task, c.MapIndex)
	if in.State != c.From {
		m.t.Fatalf("%s is %s, not %s", c.Task, in.State, c.From)
	}
	in.State, in.Try, in.TryLimit, in.NotBefore = c.To, c.Try, c.TryLimit, c.NotBefore
	m.log = append(m.log, strings.TrimSpace(fmt.Sprintf("%s:%s %s", InstanceName(c.Task, c.MapIndex), c.To, c.Reason)))
}

func (m *model) writeAttempt(c AttemptChange) {
	in := m.instance(c.Run, c.Task, c.MapIndex)
	old, exists := m.attempts[c.AttemptKey]
	switch {
	case c.To == AttemptQueued && (exists || in.Open):
		m.t.Fatalf("%s is begun twice, or beside another", c.AttemptKey)
	case c.To != AttemptQueued && (!exists || !old.Open()):
		m.t.Fatalf("%s becomes %s, but is not open: %v %v %+v", c.AttemptKey, c.To, exists, old, *in)
	}
	m.attempts[c.AttemptKey] = c.To
	in.Open = c.To.Open()
	switch {
	case c.To == AttemptQueued:
		in.StartedAt, in.Cancelling, in.Results = time.Time{}, false, nil
	case c.To == AttemptRunning:
		in.StartedAt = c.At
	default:
		in.Cancelling, in.Results = false, c.Results
		if in.Lost++; c.To != AttemptLost {
			in.Lost = 0
		}
		if !c.StartedAt.IsZero() {
			in.StartedAt = c.StartedAt
		}
	}
}

package storetest

import (
	"math/rand/v2"
	"reflect"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// same asks both handles for the world and compares.
func (s *stage) same() {
	s.Helper()
	mine, fresh := s.look(s.Store), s.look(s.Other)
	if !reflect.DeepEqual(mine, fresh) {
		s.Fatalf("two handles see two worlds:\n%s\n%s", describe(mine), describe(fresh))
	}
}

func clonePipeline(p *plan.PipelineState) *plan.PipelineState {
	c := &plan.PipelineState{Name: p.Name, Paused: p.Paused, Last: p.Last, Running: cloneRuns(p.Running)}
	for _, l := range p.Lanes {
		lane := *l
		lane.Queued = cloneRuns(l.Queued)
		c.Lanes = append(c.Lanes, &lane)
	}
	return c
}

func cloneRuns(runs []*plan.Run) []*plan.Run {
	all := []*plan.Run{}
	for _, r := range runs {
		c := copyRun(r)
		c.Instances = append([]plan.Instance{}, r.Instances...)
		all = append(all, c)
	}
	return all
}

// histories lets the real planner decide while attempts start, end and get lost, and a
// person puts tasks back, all at random. How many queued runs are in memory may differ
// between two handles, so only what all of them hold is compared.
func histories(s *stage) {
	for seed := range uint64(6) {
		h := &history{stage: &stage{T: s.T, Harness: s.Harness, now: s.now.Add(time.Hour)}, r: rand.New(rand.NewPCG(seed, 7))}
		if seed == 0 {
			h.declare("a", "b", "c")
			h.create(0, 20)
		} else {
			h.declare("a", "b", "c")
		}
		for range 60 {
			h.step()
		}
		s.now = h.now
	}
}

type history struct {
	*stage
	r    *rand.Rand
	open []plan.AttemptKey
	runs []int64
}

func (h *history) step() {
	h.now = h.now.Add(time.Duration(h.r.IntN(40)) * time.Second)
	store := h.Store
	if h.r.IntN(8) == 0 {
		store = h.Other
	}
	h.turn(store, h.decide)
	if len(h.runs) > 0 && h.r.IntN(10) == 0 {
		run := h.runs[h.r.IntN(len(h.runs))]
		h.check(h.Reset(run, h.def.Tasks[h.r.IntN(3)].ID))
	}
	if h.r.IntN(4) == 0 {
		h.same()
		h.verify()
	}
}

func (h *history) decide(w *plan.World) plan.Decision {
	w.Parallelism = 4
	for _, p := range w.Pipelines {
		p.Def = h.def
	}
	w.Reports = h.reports()
	d := plan.Step(h.now, w)
	for _, st := range d.Start {
		h.open = append(h.open, st.AttemptKey)
	}
	for _, ch := range d.Runs {
		if ch.To.Final() && !slices.Contains(h.runs, ch.Run.ID) {
			h.runs = append(h.runs, ch.Run.ID)
		}
	}
	return d
}

// reports says something of some of the open attempts.
func (h *history) reports() []plan.Report {
	var all []plan.Report
	h.open = slices.DeleteFunc(h.open, func(k plan.AttemptKey) bool {
		r := plan.Report{AttemptKey: k, Time: h.now, StartedAt: h.now}
		switch h.r.IntN(8) {
		case 0:
			r.Event = plan.Started
		case 1:
			r.Event, r.ExitCode = plan.Ended, 1
		case 2, 3, 4:
			r.Event = plan.Ended
		case 5:
			r.Event, r.Reason = plan.Lost, "the executor lost it"
		default:
			return false
		}
		all = append(all, r)
		return r.Event != plan.Started
	})
	return all
}

func describe(p *plan.PipelineState) string {
	text := ""
	for _, l := range p.Lanes {
		text += "lane " + time.Duration(l.ID).String() + ":"
		for _, r := range l.Queued {
			text += " " + describeRun(r)
		}
	}
	for _, r := range p.Running {
		text += "\n  running " + describeRun(r)
	}
	return text
}

func describeRun(r *plan.Run) string {
	text := r.Interval.Start.Format(time.DateOnly) + "["
	for _, in := range r.Instances {
		text += " " + in.Task + "=" + in.State.String()
	}
	return text + "]"
}

var _ runner.Store = (*Memory)(nil)

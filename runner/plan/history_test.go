package plan

import (
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

var (
	histories = flag.Int("histories", 3000, "random histories to live through")
	seed      = flag.Uint64("seed", 0, "the one history to live through again; 0: all")
)

// TestRandomHistories lives through days in which reports are lost, doubled and late, and
// people clear, fill, undo, pause and edit, and checks after every step what must never be.
// A failure names its seed: go test -run RandomHistories -seed N replays it.
func TestRandomHistories(t *testing.T) {
	if *seed != 0 {
		newHistory(t, *seed).live()
		return
	}
	for n := uint64(1); n <= uint64(*histories) && !t.Failed(); n++ {
		t.Run(fmt.Sprintf("seed=%d", n), func(t *testing.T) { newHistory(t, n).live() })
	}
}

type history struct {
	*model
	rng  *rand.Rand
	past []Report                      // to be repeated
	made map[string]timetable.Interval // the newest interval made or passed over
}

func newHistory(t *testing.T, seed uint64) *history {
	h := &history{rng: rand.New(rand.NewPCG(seed, 17)), made: map[string]timetable.Interval{}}
	var defs []*pipelines.Pipeline
	for i := range 1 + h.rng.IntN(3) {
		p := h.edit(t, fmt.Sprintf("p%d", i))
		p.MaxActiveRuns = 1 + h.rng.IntN(3)
		schedule(t, p, h.policy())
		defs = append(defs, p)
	}
	h.model = newModel(t, defs...)
	h.now = day0.Add(time.Duration(h.rng.IntN(96)) * time.Hour)
	h.parallelism, h.maxCreate, h.queuedLimit = 1+h.rng.IntN(5), 2, 2
	return h
}

func (h *history) policy() timetable.Catchup {
	return []timetable.Catchup{
		{Mode: timetable.CatchupTrue}, {Mode: timetable.CatchupFalse}, {Mode: timetable.CatchupNone},
		{Mode: timetable.CatchupLastN, N: 3}, {Mode: timetable.CatchupMaxAge, Age: 72 * time.Hour},
	}[h.rng.IntN(5)]
}

// edit makes a graph of some of the tasks a to f. In some of them a is a setup, and f its
// teardown.
func (h *history) edit(t testing.TB, name string) *pipelines.Pipeline {
	p := &pipelines.Pipeline{Name: name, Location: time.UTC, Start: day0}
	prepares := h.rng.IntN(3) == 0
	for _, id := range "abcdef" {
		if h.rng.IntN(4) == 0 && len(p.Tasks) > 0 {
			continue
		}
		task := &pipelines.Task{ID: string(id), SkipExitCode: 99, RetryDelay: time.Minute,
			QueueTimeout: []time.Duration{0, 0, time.Minute, time.Hour}[h.rng.IntN(4)],
			Retries:      h.rng.IntN(2), AllowFailure: h.rng.IntN(6) == 0}
		if h.rng.IntN(3) == 0 {
			task.TriggerRule = pipelines.TriggerRule(h.rng.IntN(int(pipelines.Always) + 1))
		}
		for _, up := range p.Tasks {
			if h.rng.IntN(3) == 0 {
				task.Needs = append(task.Needs, up.ID)
			}
		}
		switch h.rng.IntN(5) {
		case 0:
			task.ForEach = overNumbers(t, h.rng.IntN(4))
		case 1:
			if len(task.Needs) > 0 {
				task.ForEach = overResult(t, task.Needs[0])
			}
		}
		task.Setup = prepares && id == 'a'
		if prepares && id == 'f' {
			task.Teardown, task.TriggerRule = []string{"a"}, pipelines.AllDoneSetupSuccess
		}
		p.Tasks = append(p.Tasks, task)
	}
	if err := pipelines.Build(p); err != nil {
		t.Fatal(err)
	}
	return p
}

func (h *history) live() {
	for range 40 {
		switch h.rng.IntN(10) {
		case 0:
			h.now = h.now.Add(time.Duration(h.rng.IntN(40)) * time.Hour)
		case 1:
			h.order()
		case 2:
			h.meddle()
		default:
			h.now = h.now.Add(time.Duration(h.rng.IntN(90)) * time.Second)
			h.speak()
		}
		h.look()
	}
	h.drain()
}

// speak lets the executor report some of what it holds, and repeat itself.
func (h *history) speak() {
	for _, run := range h.runs {
		for i := range run.Instances {
			if in := &run.Instances[i]; in.Open && h.rng.IntN(2) == 0 {
				h.report(h.handingOn(Report{AttemptKey: in.key(run), Time: h.now, Event: Event(h.rng.IntN(3)),
					ExitCode: []int{0, 0, 0, 1, 99}[h.rng.IntN(5)]}))
			}
		}
	}
	if len(h.past) > 0 && h.rng.IntN(2) == 0 {
		h.reports = append(h.reports, h.past[h.rng.IntN(len(h.past))])
	}
}

// handingOn gives a good end a list as its result, or something that is none.
func (h *history) handingOn(r Report) Report {
	if r.Event == Ended && r.ExitCode == 0 {
		r.Results = map[string]string{"x": []string{"[]", "[1]", "[1, 2]", "[1, 2, 3]", "none"}[h.rng.IntN(5)]}
	}
	return r
}

// overNumbers is for_each over so many numbers, overResult over what a task hands on.
func overNumbers(t testing.TB, n int) *pipelines.ForEach {
	return forEach(t, fmt.Sprintf("tasks: {m: {for_each: %s, run: echo}}", strings.Join(strings.Fields(fmt.Sprint([]int{1, 2, 3}[:n])), ", ")))
}

func overResult(t testing.TB, task string) *pipelines.ForEach {
	return forEach(t, fmt.Sprintf("tasks: {%s: echo, m: {needs: %[1]s, for_each: '${{ tasks.%[1]s.results.x }}', run: echo}}", task))
}

var forEachs = map[string]*pipelines.ForEach{}

func forEach(t testing.TB, text string) *pipelines.ForEach {
	if forEachs[text] == nil {
		task, _ := file(t, text).Task("m")
		forEachs[text] = task.ForEach
	}
	return forEachs[text]
}

func (h *history) report(r Report) {
	h.past = append(h.past, r)
	if h.rng.IntN(5) > 0 { // else it is lost on its way
		h.reports = append(h.reports, r)
	}
}

// meddle changes what surrounds the runs.
func (h *history) meddle() {
	p := h.pipes[h.rng.IntN(len(h.pipes))]
	switch h.rng.IntN(4) {
	case 0:
		p.paused = !p.paused
	case 1:
		lane := &p.lanes[h.rng.IntN(len(p.lanes))]
		lane.Paused = !lane.Paused && lane.ID > 0
	case 2:
		def := h.edit(h.t, p.name)
		def.MaxActiveRuns, def.Timetable, def.Catchup = p.def.MaxActiveRuns, p.def.Timetable, p.def.Catchup
		p.def = def
	case 3:
		h.reports = append(h.reports, Report{AttemptKey: AttemptKey{Run: 99, Task: "z", MapIndex: -1, Try: 1}, Event: Ended})
	}
}

// look takes one step and checks it.
func (h *history) look() {
	before := h.open()
	d := h.step()
	if open := h.open(); open > max(h.parallelism, before) {
		h.t.Fatalf("%d attempts are open, %d may be", open, h.parallelism)
	}
	h.undone(&d)
	for _, p := range h.pipes {
		h.contiguous(p, &d)
		for _, lane := range p.lanes {
			h.bounded(p, lane, &d)
		}
		h.expanded(p)
	}
}

// expanded checks that what runs of a mapped task is of an item, that an instance without an
// index stands alone, and that no index is left out. An undo gives back what a list took
// away, whatever the list is now.
func (h *history) expanded(p *modelPipe) {
	if slices.ContainsFunc(h.operations, func(o *operation) bool { return o.kind == "undo" }) {
		return
	}
	for _, run := range h.runs {
		if run.Pipeline != p.name {
			continue
		}
		count, last, alone := map[string]int{}, map[string]int{}, map[string]bool{}
		for i := range run.Instances {
			in := &run.Instances[i]
			if in.State == Removed {
				continue
			}
			if in.MapIndex < 0 {
				alone[in.Task] = true
			}
			count[in.Task]++
			last[in.Task] = max(last[in.Task], in.MapIndex+1)
		}
		for task, n := range count {
			if alone[task] && n > 1 || !alone[task] && n != last[task] {
				h.t.Fatalf("%s is not whole: %s", task, show([]*Run{run}))
			}
		}
	}
}

// undone checks that a teardown is begun when a setup of its own has succeeded and nothing
// that it comes after goes on, and given up only when none has.
func (h *history) undone(d *Decision) {
	for i := range d.Tasks {
		c := &d.Tasks[i]
		def, run := h.pipe(c.Run.Pipeline).def, h.run(c.Run.ID)
		t := def.Index(c.Task)
		if t < 0 || len(def.Tasks[t].Teardown) == 0 || c.To != Queued && c.To != UpstreamFailed {
			continue
		}
		setups, prepared := 0, 0
		for j := range run.Instances {
			in := &run.Instances[j]
			if u := def.Index(in.Task); u < 0 || !slices.Contains(def.Upstream(t), u) {
				continue
			}
			if !in.State.Final() || in.Open {
				h.t.Fatalf("%s becomes %s although %s", c.Task, c.To, shortState(in))
			}
			if slices.Contains(def.Tasks[t].Teardown, in.Task) {
				setups++
				if in.State == Success {
					prepared++
				}
			}
		}
		if (prepared > 0) != (c.To == Queued) && setups > 0 {
			h.t.Fatalf("%s becomes %s although %d of %d setups succeeded", c.Task, c.To, prepared, setups)
		}
	}
}

func (h *history) open() (n int) {
	for _, run := range h.runs {
		for i := range run.Instances {
			if run.Instances[i].Open {
				n++
			}
		}
	}
	return n
}

// bounded checks that no lane that started a run has more running than it may.
func (h *history) bounded(p *modelPipe, lane Lane, d *Decision) {
	started := slices.ContainsFunc(d.Runs, func(c RunChange) bool {
		return c.From == RunQueued && c.Run.Pipeline == p.name && c.Run.Lane == lane.ID
	})
	n := 0
	for _, run := range h.runs {
		if run.Pipeline == p.name && run.Lane == lane.ID && run.State == RunRunning {
			n++
		}
	}
	if started && n > lane.maxActive(p.def) {
		h.t.Fatalf("lane %d of %s runs %d, may run %d", lane.ID, p.name, n, lane.maxActive(p.def))
	}
}

// contiguous checks that each interval follows the one before: made, or on record as
// passed over, once.
func (h *history) contiguous(p *modelPipe, d *Decision) {
	follow := func(v timetable.Interval) {
		if last := h.made[p.name]; !last.IsZero() && !last.End.Equal(v.Start) {
			h.t.Fatalf("%s: %v follows %v", p.name, v, last)
		}
		h.made[p.name] = v
	}
	for _, s := range d.Skip {
		if s.Pipeline == p.name {
			follow(s.First)
			h.made[p.name] = s.Last
		}
	}
	for _, c := range d.Create {
		if c.Pipeline == p.name {
			follow(c.Interval)
		}
	}
	if made := h.made[p.name]; !made.IsZero() && made != p.last {
		h.t.Fatalf("%s stands at %v, made %v", p.name, p.last, made)
	}
}

// drain lets everything end well and checks that everything ends.
func (h *history) drain() {
	for _, p := range h.pipes {
		p.paused = false
		for i := range p.lanes {
			p.lanes[i].Paused = false
		}
	}
	for range 3000 {
		h.look()
		quiet := true
		for _, run := range h.runs {
			quiet = quiet && run.State.Final()
			for i := range run.Instances {
				if in := &run.Instances[i]; in.Open {
					h.reports = append(h.reports, h.handingOn(Report{AttemptKey: in.key(run), Event: Ended, Time: h.now}))
				}
			}
		}
		if quiet {
			return
		}
		h.now = h.now.Add(time.Second)
	}
	h.t.Fatalf("this does not end:\n%s", show(h.runs))
}

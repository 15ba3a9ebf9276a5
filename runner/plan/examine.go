package plan

import (
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// examine looks once at every running run of a pipeline: which tasks are skipped or
// blocked, which could be submitted, which attempts nobody wants, which runs are over.
func (s *step) examine(p *PipelineState) {
	q := &queue{pipe: p}
	var stuck []*Run
	for _, run := range p.Running {
		if p.Def != nil {
			e := examination{step: s, queue: q, def: p.defOf(run), run: run, place: &s.place}
			e.join()
			e.expire()
			e.evaluate()
			e.finish()
			if e.stuck(stuck) {
				stuck = append(stuck, run)
			}
		}
		s.watch(q, run)
	}
	p.Running = slices.DeleteFunc(p.Running, func(run *Run) bool { return run.State.Final() })
	if len(stuck) > 0 {
		s.stepAside(p, stuck)
	}
	s.live += q.live
	if len(q.lanes) > 0 {
		s.ready = append(s.ready, q)
	}
}

// watch counts what the executor holds of a run, and cancels what nobody wants any more.
func (s *step) watch(q *queue, run *Run) {
	for i := range run.Instances {
		in := &run.Instances[i]
		if !in.busy() {
			continue
		}
		q.hold(run)
		s.busy[sideOf(run)]++
		s.take(q.pipe.defOf(run), run, in)
		if !in.State.Live() && (!in.Cancelling || s.world.Adopting) {
			in.Cancelling = true
			s.decision.Cancel = append(s.decision.Cancel, in.key(run))
		}
	}
}

// examination is one look at one run.
type examination struct {
	*step
	queue *queue
	def   *pipelines.Pipeline
	run   *Run
	place *placement
	late  bool // its time ran out in this look
	ready []ready
	held  bool // its past holds some task
	moves bool // some task goes on by itself after a while

	counted int                       // the task whose upstream is counted in tally, and one; 0: none
	tally   tally                     // kept for the other instances of the task
	results map[string]map[string]any // what its tasks handed on; nil: not asked yet
}

// join brings into being what was added to the pipeline while the run went on.
func (e *examination) join() {
	if absent := e.place.of(e.def, e.run); absent > 0 && !e.run.Partial {
		born := bear(e.def, e.run)
		e.decision.Runs = append(e.decision.Runs, RunChange{Run: e.run, From: RunRunning, To: RunRunning, Born: born})
		e.queue.pipe.noLongerFresh(e.run, born)
		e.place.of(e.def, e.run)
	}
}

// evaluate goes through the tasks in dependency order, so that a skip or a failure reaches
// the last task that it concerns in one step.
func (e *examination) evaluate() {
	for t := range e.def.Tasks {
		e.expand(t)
		for i := e.place.first[t]; i < e.place.end[t]; i++ {
			if in := &e.run.Instances[i]; in.pending() {
				e.decide(t, int(i))
			}
		}
		e.place.cause[t] = e.cause(t)
	}
	for i := e.place.declared; i < len(e.run.Instances); i++ {
		if in := &e.run.Instances[i]; in.pending() {
			e.shift(e.run, in, skip, TaskChange{Reason: "task removed from the pipeline", ExitCode: -1})
		}
	}
	for _, r := range e.ready {
		in, task := &e.run.Instances[r.at], e.def.Tasks[r.task]
		e.queue.add(e.run, in, task)
		if task.QueueTimeout > 0 {
			e.patients = append(e.patients, patient{e.run, in, task})
		}
	}
}

// ready is an instance that could start, by its place: later tasks may expand, and move
// what comes after them.
type ready struct{ at, task int }

// decide applies the trigger rule of a task, then its when, then looks at the clock.
func (e *examination) decide(t, i int) {
	task, in := e.def.Tasks[t], &e.run.Instances[i]
	switch e.answer(t) {
	case wait:
		e.impede(in)
		return
	case skipIt:
		e.shift(e.run, in, skip, TaskChange{Reason: e.whySkipped(t), ExitCode: -1})
		return
	case blockIt:
		e.shift(e.run, in, block, TaskChange{Reason: e.whyBlocked(t), ExitCode: -1})
		return
	}
	if wanted, err := e.wanted(task, in); err != nil {
		e.shift(e.run, in, fail, TaskChange{Reason: "when: " + err.Error(), ExitCode: -1})
		return
	} else if !wanted {
		e.shift(e.run, in, skip, TaskChange{Reason: "when: false", ExitCode: -1})
		return
	}
	if in.Open || !e.queue.pipe.works() {
		e.impede(in)
		return
	}
	if e.queue.pipe.past(e.run, t, in.MapIndex) != "" {
		e.held = true
		e.impede(in)
		return
	}
	if in.State == Retrying && in.NotBefore.After(e.now) {
		e.moves = true
		e.wake(in.NotBefore)
		return
	}
	e.ready = append(e.ready, ready{i, t})
}

// upstream counts how the direct upstream instances stand. A task that has no instance in
// this run does not count, as if the edge to it were not there: it ran before, or nobody
// asked for it.
func (e *examination) upstream(t int) tally {
	if e.counted == t+1 {
		return e.tally
	}
	var n tally
	for _, u := range e.def.Upstream(t) {
		setup := e.isSetup(t, u)
		for i := e.place.first[u]; i < e.place.end[u]; i++ {
			switch in := &e.run.Instances[i]; {
			case in.Open && len(e.def.Tasks[t].Teardown) > 0:
				n.n++ // it is being cancelled, and uses what the teardown would take away
			case setup:
				n.addSetup(in.State)
			default:
				n.add(in.State)
			}
		}
	}
	e.counted, e.tally = t+1, n
	return n
}

// wanted evaluates a task's when.
func (e *examination) wanted(task *pipelines.Task, in *Instance) (bool, error) {
	if task.When == nil {
		return true, nil
	}
	if e.results == nil {
		e.results = e.run.Results()
	}
	return task.Should(contextOf(e.def, e.run, in, e.results))
}

// contextOf is what an expression may know of an instance. Parameters have the values that
// the run was given, or else, like variables, those that the definition knows.
func contextOf(def *pipelines.Pipeline, run *Run, in *Instance, results map[string]map[string]any) *pipelines.Context {
	return &pipelines.Context{
		Start: run.Interval.Start, End: run.Interval.End, Location: def.Location, Results: results, Params: run.Params.Values(),
		PrevSuccessStart: run.PrevSuccess.Start, PrevSuccessEnd: run.PrevSuccess.End,
		Run:  pipelines.RunContext{ID: run.ID, Kind: run.Kind.String()},
		Task: pipelines.TaskContext{ID: in.Task, Try: in.Try, MapIndex: in.MapIndex}, Item: in.Item,
	}
}

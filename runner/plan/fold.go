package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// fold turns the reports into transitions. A report of an attempt that is not the open one
// of its instance is old news or a repetition, and means nothing.
func (s *step) fold() {
	if len(s.world.Reports) == 0 {
		return
	}
	runs := make(map[int64]*listened)
	for _, p := range s.world.Pipelines {
		for _, run := range p.Running {
			runs[run.ID] = &listened{run: run, pipe: p}
		}
	}
	for _, r := range s.world.Reports {
		l := runs[r.Run]
		if l == nil {
			continue
		}
		in := l.instance(r.Task, r.MapIndex)
		if in == nil || !in.Open || in.Try != r.Try {
			continue
		}
		switch {
		case r.Event == Started:
			s.started(l, in, r)
		case r.Event == Unbegun && in.State == Queued && l.declared(in) && l.itemised(in):
			s.decision.Start = append(s.decision.Start, Start{AttemptKey: r.AttemptKey, Run: l.run, Def: l.pipe.defOf(l.run), Item: in.Item})
		default:
			s.ended(l, in, r)
		}
	}
	s.world.Reports = nil
}

// started records that a process exists. Of an attempt that nobody wants any more only the
// end matters.
func (s *step) started(l *listened, in *Instance, r Report) {
	if in.State != Queued {
		return
	}
	in.StartedAt = r.Time
	s.attempt(l, in, AttemptChange{To: AttemptRunning, At: r.Time, ExitCode: -1})
	s.shift(l.run, in, begin, TaskChange{})
}

// ended closes an attempt and says what it means for its instance.
func (s *step) ended(l *listened, in *Instance, r Report) {
	a := AttemptChange{At: r.Time, ExitCode: r.ExitCode, Signal: r.Signal}
	began := in.StartedAt
	if in.State != Running {
		began, a.StartedAt = r.StartedAt, r.StartedAt
	}
	if r.Event != Ended {
		a.ExitCode, a.Signal = -1, 0
	}
	in.Open, in.Cancelling = false, false
	if r.Event == Ended || !in.State.Live() {
		in.Lost = 0
	}
	if !in.State.Live() { // reset or marked meanwhile: nobody asks how it ended
		a.To, a.Reason = AttemptCancelled, "cancelled"
		s.attempt(l, in, a)
		return
	}
	v := l.verdict(in, r)
	a.To, a.Reason = v.attempt, v.reason
	if v.attempt == AttemptSuccess {
		in.Results, a.Results, a.Outputs = r.Results, r.Results, r.Outputs
	}
	s.attempt(l, in, a)
	c := TaskChange{Reason: v.reason, ExitCode: a.ExitCode}
	if !began.IsZero() {
		in.StartedAt, c.Duration = began, max(r.Time.Sub(began), 0)
	}
	if v.move == retry {
		c.NotBefore = r.Time
		if r.Event == Ended {
			c.NotBefore = r.Time.Add(retryDelay(l.run, in, l.task(in)))
		}
	}
	s.shift(l.run, in, v.move, c)
}

func (s *step) attempt(l *listened, in *Instance, a AttemptChange) {
	a.AttemptKey, a.Pipeline, a.Operation = in.key(l.run), l.pipe.Name, in.Operation
	s.decision.Attempts = append(s.decision.Attempts, a)
}

// verdict is what the end of an attempt means.
type verdict struct {
	attempt AttemptState
	move    move
	reason  string
}

func (l *listened) verdict(in *Instance, r Report) verdict {
	switch {
	case r.Event == Ended && r.ExitCode == 0 && r.Signal == 0 && r.Reason == "":
		return verdict{AttemptSuccess, finish, ""}
	case r.Event == Ended && r.ExitCode >= 0 && r.ExitCode == l.task(in).SkipExitCode && r.Reason == "":
		return verdict{AttemptSkipped, skip, exitReason(r)}
	}
	v := verdict{AttemptFailed, fail, exitReason(r)}
	if r.Event != Ended {
		v.attempt = AttemptLost
		in.lose()
	}
	if in.Try < in.TryLimit {
		v.move = retry
	}
	return v
}

// retriesOnLost is how many attempts in a row may be lost before that counts as a failure:
// an executor that dies is not the task's fault, unless the task is what kills it.
const retriesOnLost = 3

// lose gives an instance whose attempt was lost another one, apart from its own retries.
func (in *Instance) lose() {
	if in.Lost++; in.Lost <= retriesOnLost {
		in.TryLimit++
	}
}

// listened is a run that reports may concern.
type listened struct {
	run   *Run
	pipe  *PipelineState
	index map[instanceKey]int // made only where a guess fails
}

type instanceKey struct {
	task     string
	mapIndex int
}

// orphan stands for the definition of a task that is declared no more.
var orphan = &pipelines.Task{SkipExitCode: 99}

func (l *listened) task(in *Instance) *pipelines.Task {
	if def := l.pipe.defOf(l.run); def != nil {
		if t, ok := def.Task(in.Task); ok {
			return t
		}
	}
	return orphan
}

// declared says whether the definition that the run follows has the task.
func (l *listened) declared(in *Instance) bool {
	def := l.pipe.defOf(l.run)
	return def != nil && def.Index(in.Task) >= 0
}

// instance finds an instance, at the place that its definition has in most runs or with
// an index of the run.
func (l *listened) instance(task string, mapIndex int) *Instance {
	all := l.run.Instances
	if def := l.pipe.defOf(l.run); def != nil {
		i := def.Index(task)
		if i >= 0 && i < len(all) && all[i].Task == task && all[i].MapIndex == mapIndex {
			return &all[i]
		}
	}
	if l.index == nil {
		l.index = make(map[instanceKey]int, len(all))
		for i := range all {
			l.index[instanceKey{all[i].Task, all[i].MapIndex}] = i
		}
	}
	if i, ok := l.index[instanceKey{task, mapIndex}]; ok {
		return &all[i]
	}
	return nil
}

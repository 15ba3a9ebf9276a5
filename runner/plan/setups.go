package plan

import (
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// answer is what the setups of a task and its trigger rule say together. A task whose setup,
// however far up, failed or was skipped has nothing to work with, whatever its rule.
func (e *examination) answer(t int) answer {
	prepared := e.prepared(t)
	if prepared == blockIt || prepared == skipIt {
		return prepared
	}
	a := judge(e.def.Tasks[t].TriggerRule, e.upstream(t))
	if a == runIt {
		return prepared
	}
	return a
}

// prepared is what the setups say that a task uses and does not need directly; of those that
// it needs its trigger rule speaks, and so does that of a teardown.
func (e *examination) prepared(t int) answer {
	if len(e.def.Tasks[t].Teardown) > 0 {
		return runIt
	}
	all := runIt
	for _, s := range e.def.Setups(t) {
		if slices.Contains(e.def.Upstream(t), s) {
			continue
		}
		for i := e.place.first[s]; i < e.place.end[s]; i++ {
			switch state := e.run.Instances[i].State; {
			case state == Failed || state == UpstreamFailed:
				return blockIt
			case state == Skipped:
				all = skipIt
			case state != Success && state != Removed && all == runIt:
				all = wait
			}
		}
	}
	return all
}

// isSetup says whether, to the trigger rule of a task, an upstream one counts as a setup:
// for a teardown those that it undoes.
func (e *examination) isSetup(t, up int) bool {
	task := e.def.Tasks[t]
	if len(task.Teardown) > 0 {
		return slices.Contains(e.def.Setups(t), up)
	}
	return e.def.Tasks[up].Setup
}

// undoes says whether an instance is one of a teardown that has something to undo: one of
// its setups succeeded, or is at work.
func undoes(def *pipelines.Pipeline, run *Run, in *Instance) bool {
	task, ok := def.Task(in.Task)
	if !ok || len(task.Teardown) == 0 {
		return false
	}
	return slices.ContainsFunc(run.Instances, func(s Instance) bool {
		return (s.State == Success || s.State.Live()) && slices.Contains(task.Teardown, s.Task)
	})
}

// along are the tasks that are done again together with others: the setups of the work, then
// the teardowns of these setups, and of those that were chosen themselves. The answer says
// of each what it is; a teardown that is done again by itself takes nothing along.
func along(def *pipelines.Pipeline, again func(t int) bool) []string {
	why := make([]string, len(def.Tasks))
	for t, task := range def.Tasks {
		if task.Setup || len(task.Teardown) > 0 || !again(t) {
			continue
		}
		for _, s := range def.Setups(t) {
			if why[s] == "" && !again(s) {
				why[s] = setupOf + task.ID
			}
		}
	}
	for s, task := range def.Tasks {
		if !task.Setup || why[s] == "" && !again(s) {
			continue
		}
		for _, t := range def.Teardowns(s) {
			if why[t] == "" && !again(t) {
				why[t] = teardownOf + task.ID
			}
		}
	}
	return why
}

const (
	setupOf    = "setup of "
	teardownOf = "teardown of "
)

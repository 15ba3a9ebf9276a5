package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// tally counts how the upstream instances of a task stand.
type tally struct {
	n                                 int // all of them
	success, failed, skipped, blocked int

	setups, prepared, unprepared int // of them: all, those that succeeded, those that were skipped
}

// addSetup counts an upstream instance that is of a setup.
func (t *tally) addSetup(s State) {
	if s == Removed {
		return
	}
	t.add(s)
	t.setups++
	switch s {
	case Success:
		t.prepared++
	case Skipped:
		t.unprepared++
	}
}

// add counts an instance; one whose item is gone is as if it had never been.
func (t *tally) add(s State) {
	if s == Removed {
		return
	}
	t.n++
	switch s {
	case Success:
		t.success++
	case Failed:
		t.failed++
	case Skipped:
		t.skipped++
	case UpstreamFailed:
		t.blocked++
	}
}

func (t *tally) done() int { return t.success + t.failed + t.skipped + t.blocked }

// answer is what a trigger rule says of a task whose upstream stands so.
type answer uint8

const (
	wait answer = iota
	runIt
	skipIt
	blockIt
)

// judge applies a trigger rule, exactly as Airflow's scheduler does: some rules settle as
// soon as one upstream task has ended, others when all have.
func judge(rule pipelines.TriggerRule, t tally) answer {
	bad, all := t.failed+t.blocked, t.done() == t.n
	if t.n == 0 {
		return runIt
	}
	switch rule {
	case pipelines.AllSuccess:
		return first(when(bad > 0, blockIt), when(t.skipped > 0, skipIt), when(t.success == t.n, runIt))
	case pipelines.AllFailed:
		return first(when(t.success+t.skipped > 0, skipIt), when(bad == t.n, runIt))
	case pipelines.AllDone:
		return when(all, runIt)
	case pipelines.OneSuccess:
		return first(when(t.success > 0, runIt), when(t.skipped == t.n, skipIt), when(all, blockIt))
	case pipelines.OneFailed:
		return first(when(bad > 0, runIt), when(all, skipIt))
	case pipelines.OneDone:
		return first(when(t.success+t.failed > 0, runIt), when(all, skipIt))
	case pipelines.NoneFailed:
		return first(when(bad > 0, blockIt), when(all, runIt))
	case pipelines.NoneFailedMinOneSuccess:
		return first(when(bad > 0, blockIt), when(t.skipped == t.n, skipIt), when(all, runIt))
	case pipelines.NoneSkipped:
		return first(when(t.skipped > 0, skipIt), when(all, runIt))
	case pipelines.AllSkipped:
		return first(when(t.success+bad > 0, skipIt), when(all, runIt))
	case pipelines.AllDoneMinOneSuccess:
		return first(when(t.skipped > 0, skipIt), when(all && t.success == 0, blockIt), when(all, runIt))
	case pipelines.AllDoneSetupSuccess:
		return first(when(all && t.setups > 0 && t.unprepared == t.setups, skipIt),
			when(all && t.setups > 0 && t.prepared == 0, blockIt), when(all, runIt))
	}
	return runIt // always
}

// when is the answer if the condition holds, else wait.
func when(holds bool, a answer) answer {
	if holds {
		return a
	}
	return wait
}

// first is the first answer that is not wait.
func first(answers ...answer) answer {
	for _, a := range answers {
		if a != wait {
			return a
		}
	}
	return wait
}

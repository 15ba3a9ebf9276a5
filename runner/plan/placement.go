package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// placement says where in a run the instances of each task are: those of Tasks[i] are
// run.Instances[first[i]:end[i]], none where first is not below end. It is scratch, filled
// anew for each run without a map.
type placement struct {
	first, end []int32
	cause      []int32 // the task whose failure each one suffers from; see examination.cause
	declared   int     // instances before it belong to tasks that are declared
}

// of fills the placement for a run, after it has put the instances in order if need be.
// It says how many declared tasks have no instance.
func (pl *placement) of(def *pipelines.Pipeline, run *Run) (absent int) {
	if absent, ok := pl.fill(def, run); ok {
		return absent
	}
	arrange(def, run)
	absent, _ = pl.fill(def, run)
	return absent
}

// fill walks tasks and instances side by side. It fails where the instances are not in
// definition order.
func (pl *placement) fill(def *pipelines.Pipeline, run *Run) (absent int, ok bool) {
	n := len(def.Tasks)
	if cap(pl.first) < n {
		pl.first, pl.end, pl.cause = make([]int32, n), make([]int32, n), make([]int32, n)
	}
	pl.first, pl.end, pl.cause = pl.first[:n], pl.end[:n], pl.cause[:n]
	at := 0
	for t, task := range def.Tasks {
		pl.first[t] = int32(at)
		for at < len(run.Instances) && run.Instances[at].Task == task.ID {
			at++
		}
		pl.end[t] = int32(at)
		if pl.first[t] == pl.end[t] {
			absent++
		}
	}
	pl.declared = at
	for i := at; i < len(run.Instances); i++ {
		if def.Index(run.Instances[i].Task) >= 0 {
			return 0, false
		}
	}
	return absent, true
}

package plan

import (
	"fmt"
	"slices"
	"time"
)

// past says what of the run before keeps a task from running; "" lets it run. The rules
// stand in Airflow's order, and the first that matches decides:
//
//   - the task does not ask;
//   - the run is the first of a backfill, which a person ordered;
//   - there is no run before;
//   - the run before has no instance of the task: only a task that no earlier run had may go;
//   - the instance there did not succeed and was not skipped; of a mapped task that is the one
//     with the same map index, and an index that was not there does not count;
//   - so with one directly downstream of it, for wait_for_downstream.
//
// The run before is the one with the next lower interval start, whoever asked for it: there
// is one run an interval, so none of them is beside the line, as a manual one is in Airflow.
func (p *PipelineState) past(run *Run, t, index int) string {
	def, before := p.defOf(run), run.Previous
	task := def.Tasks[t]
	switch {
	case !task.DependsOnPast, p.firstOf(run.Lane).Equal(run.Interval.Start), before == nil:
		return ""
	case !before.has(task.ID):
		if before.State.Final() && slices.Contains(run.Fresh, task.ID) {
			return ""
		}
		return fmt.Sprintf("the run before, of %s, has no %s", stamp(before.Interval.Start), task.ID)
	}
	if why := before.unsettled(task.ID, index); why != "" || !task.WaitForDownstream {
		return why
	}
	for _, d := range def.Downstream(t) {
		if why := before.unsettled(def.Tasks[d].ID, -1); why != "" {
			return why
		}
	}
	return ""
}

// noLongerFresh tells the later runs that an earlier one has these tasks from now on.
func (p *PipelineState) noLongerFresh(run *Run, born []Instance) {
	tell := func(later *Run) {
		if len(later.Fresh) > 0 && later.Interval.Start.After(run.Interval.Start) {
			later.Fresh = slices.DeleteFunc(later.Fresh, func(task string) bool {
				return slices.ContainsFunc(born, func(in Instance) bool { return in.Task == task })
			})
		}
	}
	for _, later := range p.Running {
		tell(later)
	}
	for _, l := range p.Lanes {
		for _, later := range l.Queued {
			tell(later)
		}
	}
}

// firstOf is the first interval of a backfill's lane; zero for lane 0.
func (p *PipelineState) firstOf(lane int64) time.Time {
	for _, l := range p.Lanes {
		if l.ID == lane {
			return l.First
		}
	}
	return time.Time{}
}

func (run *Run) has(task string) bool {
	return slices.ContainsFunc(run.Instances, func(in Instance) bool { return in.Task == task })
}

// unsettled names the first instance of a task, of one map index or for -1 of all, that
// neither succeeded nor was skipped.
func (run *Run) unsettled(task string, index int) string {
	for i := range run.Instances {
		in := &run.Instances[i]
		if in.Task != task || index >= 0 && in.MapIndex >= 0 && in.MapIndex != index {
			continue
		}
		if in.State != Success && in.State != Skipped && in.State != Removed {
			return fmt.Sprintf("%s of the run before, of %s, is %s", in.Name(), stamp(run.Interval.Start), in.State)
		}
	}
	return ""
}

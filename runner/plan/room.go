package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// Parallelism bounds all attempts. Beside it a task may have a pool, and a pipeline may
// bound its attempts in each run and in all of them. Within one step no room comes free, so
// what finds none is not looked at again.

// take counts the slots of its pool that an attempt takes.
func (s *step) take(def *pipelines.Pipeline, run *Run, in *Instance) {
	if def == nil {
		return
	}
	t, ok := def.Task(in.Task)
	if !ok || t.Pool == "" {
		return
	}
	if s.slots == nil {
		s.slots = map[string][2]int{}
	}
	taken := s.slots[t.Pool]
	taken[sideOf(run)] += t.PoolSlots
	s.slots[t.Pool] = taken
}

// room says whether an attempt has room in its pool and beside its like. A pool that is
// declared no more has none: a limit that somebody set is kept until it is lifted.
func (s *step) room(q *queue, it *readyItem) bool {
	def := q.pipe.Def
	taken := s.slots[it.task.Pool]
	switch {
	case it.task.Pool != "" && taken[liveSide]+taken[fillSide]+it.task.PoolSlots > s.world.Pools[it.task.Pool]:
		return false
	case def.MaxActiveTasks > 0 && q.live >= def.MaxActiveTasks:
		return false
	case def.MaxActiveTasksPerRun > 0 && q.runs[it.run.ID] >= def.MaxActiveTasksPerRun:
		return false
	}
	return true
}

// rooms checks the same for a task that waits.
func (y *inquiry) rooms(in *Instance) {
	def := y.Pipeline.Def
	if def == nil {
		return
	}
	if n := def.MaxActiveTasks; n > 0 {
		y.check("max_active_tasks", y.ActiveTasks < n, "%d of %d tasks of %s are at work", y.ActiveTasks, n, def.Name)
	}
	if n := def.MaxActiveTasksPerRun; n > 0 {
		live := 0
		for i := range y.Run.Instances {
			if y.Run.Instances[i].busy() {
				live++
			}
		}
		y.check("max_active_tasks", live < n, "%d of %d tasks of its run are at work", live, n)
	}
	t, ok := def.Task(in.Task)
	if !ok {
		return
	}
	y.check("weight", true, "it weighs %d; of what waits, the heaviest goes first", t.Weight)
	if t.Pool == "" || y.Pools == nil {
		return
	}
	slots, taken := y.Pools[t.Pool], y.Taken[t.Pool]
	y.check("pool", taken+t.PoolSlots <= slots, "%d of %d slots of pool %s are taken, and it takes %d", taken, slots, t.Pool, t.PoolSlots)
}

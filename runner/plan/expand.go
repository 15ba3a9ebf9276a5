package plan

import (
	"cmp"
	"slices"
	"strconv"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// A task with for_each is one waiting instance without a map index until its trigger rule
// lets it run; then its list is known, and that instance makes way for one an item. The list
// is looked at again whenever an instance waits to run: what is new in it is born, what it
// has no item for any more is removed, and what comes back to it waits again. All of that is
// decided before anything of the task starts, so that a list that cannot be is a failure of
// the task and of nothing else.

// Name is how people name the instance: task, or task[3].
func (in *Instance) Name() string { return InstanceName(in.Task, in.MapIndex) }

// InstanceName is how people name an instance; -1 is no index.
func InstanceName(task string, index int) string {
	if index < 0 {
		return task
	}
	return task + "[" + strconv.Itoa(index) + "]"
}

// expand makes the instances of a task those that its list wants.
func (e *examination) expand(t int) {
	task, rows := e.def.Tasks[t], e.run.Instances[e.place.first[t]:e.place.end[t]]
	if task.ForEach == nil && len(rows) == 1 && rows[0].MapIndex < 0 {
		return // as most are
	}
	if !slices.ContainsFunc(rows, func(in Instance) bool { return in.pending() }) {
		return
	}
	if task.ForEach == nil {
		if len(rows) > 1 || rows[0].MapIndex >= 0 {
			e.reconcile(t, 0, "the task has no for_each any more")
		}
		return
	}
	if e.answer(t) != runIt {
		return
	}
	items, err := e.itemsOf(task)
	if err != nil {
		e.settle(t, fail, "for_each: "+err.Error())
		return
	}
	e.reconcile(t, len(items), "for_each has "+prose.Plural(len(items), "item"))
	if len(items) == 0 {
		e.settle(t, skip, "for_each: the list is empty")
		return
	}
	for i := e.place.first[t]; i < e.place.end[t]; i++ {
		if in := &e.run.Instances[i]; in.MapIndex >= 0 && in.MapIndex < len(items) {
			in.Item = items[in.MapIndex]
		}
	}
}

// itemsOf evaluates a task's list; there is none without for_each.
func (e *examination) itemsOf(task *pipelines.Task) ([]any, error) {
	if task.ForEach == nil {
		return nil, nil
	}
	if e.results == nil {
		e.results = e.run.Results()
	}
	return task.Items(contextOf(e.def, e.run, &Instance{Task: task.ID, MapIndex: -1}, e.results))
}

// settle ends what waits of a task.
func (e *examination) settle(t int, m move, reason string) {
	for i := e.place.first[t]; i < e.place.end[t]; i++ {
		if in := &e.run.Instances[i]; in.pending() {
			e.shift(e.run, in, m, TaskChange{Reason: reason, ExitCode: -1})
		}
	}
}

// reconcile gives a task the instances 0 to n-1, or for 0 the one without an index.
func (e *examination) reconcile(t, n int, why string) {
	rows := e.run.Instances[e.place.first[t]:e.place.end[t]]
	has := make([]bool, max(n, 1))
	var kept, born, gone []Instance
	var operation int64
	for i := range rows {
		in := &rows[i]
		place := in.MapIndex
		if n == 0 {
			place++
		}
		if in.pending() {
			operation = max(operation, in.Operation)
		}
		switch {
		case place >= 0 && place < len(has) && (n > 0 || in.MapIndex < 0):
			has[place] = true
			if in.State == Removed {
				in.TryLimit = in.Try + e.def.Tasks[t].Retries + 1
				e.shift(e.run, in, reset, TaskChange{})
			}
		case in.MapIndex < 0 && in.Try == 0 && !in.Open:
			gone = append(gone, *in)
			continue
		case in.State != Removed:
			e.shift(e.run, in, drop, TaskChange{Reason: why, ExitCode: -1})
		}
		kept = append(kept, *in)
	}
	for place, there := range has {
		if !there {
			index := place
			if n == 0 {
				index = -1
			}
			born = append(born, Instance{Task: e.def.Tasks[t].ID, MapIndex: index, TryLimit: e.def.Tasks[t].Retries + 1, Operation: operation})
		}
	}
	if len(born)+len(gone) > 0 {
		e.replace(t, append(kept, born...), RunChange{Run: e.run, From: RunRunning, To: RunRunning, Born: born, Gone: gone})
	}
}

// replace puts other instances of a task into the run.
func (e *examination) replace(t int, rows []Instance, c RunChange) {
	slices.SortFunc(rows, func(a, b Instance) int { return cmp.Compare(a.MapIndex, b.MapIndex) })
	e.run.Instances = slices.Concat(e.run.Instances[:e.place.first[t]], rows, e.run.Instances[e.place.end[t]:])
	e.decision.Runs = append(e.decision.Runs, c)
	e.place.fill(e.def, e.run)
}

// itemised finds the item of an instance of a mapped task, and says whether there is one. Of
// any other it says yes.
func (l *listened) itemised(in *Instance) bool {
	task := l.task(in)
	if task.ForEach == nil {
		return in.MapIndex < 0
	}
	items, err := task.Items(contextOf(l.pipe.defOf(l.run), l.run, &Instance{Task: task.ID, MapIndex: -1}, l.run.Results()))
	if err != nil || in.MapIndex < 0 || in.MapIndex >= len(items) {
		return false
	}
	in.Item = items[in.MapIndex]
	return true
}

// noItem is why orders leave an instance alone that is removed.
const noItem = "for_each has no item of its index any more"

package web

import (
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// A pipeline's file has no groups; names have. Tasks are of one group where their names begin
// alike up to the first "_", "-" or ".", as dim_prices and dim_tickets do.

// groups says of which group each task is. One task alone is none, and neither is a beginning
// that all tasks share: it would tell nothing apart.
func groups(tasks []*pipelines.Task) map[string]string {
	size := map[string]int{}
	beginning := func(id string) string {
		if i := strings.IndexAny(id, "_-."); i > 0 {
			return id[:i]
		}
		return id
	}
	for _, t := range tasks {
		size[beginning(t.ID)]++
	}
	of := map[string]string{}
	for _, t := range tasks {
		if b := beginning(t.ID); size[b] > 1 && size[b] < len(tasks) {
			of[t.ID] = b
		}
	}
	return of
}

// unit is what a graph draws as one: a task, or the tasks of a group that is folded.
type unit struct {
	Key   string // of a folded group, as in the URL: its name, with a number where it has parts
	Name  string // for people
	Tasks []*pipelines.Task
}

// unitsOf makes units of tasks. What folds must not make a cycle of a graph that has none, as a
// group would that comes back after another one. So a group has as many parts as there are
// lengths of the longest chain of other groups before its tasks: along an edge that leaves a
// part this length grows, and no way leads back.
func unitsOf(tasks []*pipelines.Task, open func(key string) bool) []unit {
	of := groups(tasks)
	depth, lives := map[string]int{}, map[string]bool{}
	for _, t := range tasks { // in dependency order
		lives[t.ID] = true
		for _, need := range t.Needs {
			if !lives[need] {
				continue
			}
			d := depth[need]
			if of[t.ID] == "" || of[need] != of[t.ID] {
				d++
			}
			depth[t.ID] = max(depth[t.ID], d)
		}
	}
	type part struct {
		group string
		depth int
	}
	members, parts := map[part][]*pipelines.Task{}, map[string][]int{}
	for _, t := range tasks {
		if group := of[t.ID]; group != "" {
			k := part{group, depth[t.ID]}
			if members[k] == nil {
				parts[group] = append(parts[group], k.depth)
			}
			members[k] = append(members[k], t)
		}
	}
	var all []unit
	for _, t := range tasks {
		group := of[t.ID]
		k := part{group, depth[t.ID]}
		u := unit{Key: group, Name: group}
		if group != "" && len(parts[group]) > 1 {
			slices.Sort(parts[group])
			n := strconv.Itoa(slices.Index(parts[group], k.depth) + 1)
			u.Key, u.Name = group+":"+n, group+" "+n
		}
		switch {
		case group == "" || len(members[k]) == 1 || open(u.Key):
			all = append(all, unit{Tasks: []*pipelines.Task{t}})
		case members[k][0] == t:
			u.Tasks = members[k]
			all = append(all, u)
		}
	}
	return all
}

// worstOf is the state of several tasks that needs a person most; "": none has any.
func worstOf(tasks []*pipelines.Task, states map[string]string) string {
	worst := byte(0)
	for _, t := range tasks {
		if b := cellOf(states[t.ID]); b != 0 && worse(b, worst) {
			worst = b
		}
	}
	if worst == 0 {
		return ""
	}
	return plan.State(worst - 1).String()
}

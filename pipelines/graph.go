package pipelines

import (
	"container/heap"
	"fmt"
	"slices"
	"strings"
)

// link resolves needs, reports what does not exist and what goes round, and fills in p.Tasks.
func (d *decoder) link(drafts []*draft, p *Pipeline) {
	index := make(map[string]int, len(drafts))
	ids := make([]string, len(drafts))
	for i, t := range drafts {
		index[t.ID], ids[i] = i, t.ID
	}
	down := make([][]int, len(drafts))
	for i, t := range drafts {
		for _, n := range t.needs {
			j, ok := index[n.id]
			switch {
			case !ok:
				d.unknownTask(drafts, ids, t, n)
			case !slices.Contains(t.Needs, n.id):
				t.Needs = append(t.Needs, n.id)
				down[j] = append(down[j], i)
			}
		}
		for _, n := range t.teardown {
			if j, ok := index[n.id]; d.isSetup(drafts, ids, t, n) && !slices.Contains(t.Teardown, n.id) {
				t.Teardown = append(t.Teardown, n.id)
				if ok && !slices.Contains(t.Needs, n.id) {
					t.Needs = append(t.Needs, n.id)
					down[j] = append(down[j], i)
				}
			}
		}
	}
	if len(dependencyOrder(drafts, down)) < len(drafts) {
		d.cycles(drafts, down)
		return
	}
	follow(drafts, index, down)
	p.arrange(drafts, dependencyOrder(drafts, down))
	d.outsideTeardown(p)
}

// arrange fills in Tasks in the given order, and who comes before and after whom.
func (p *Pipeline) arrange(drafts []*draft, order []int) {
	p.Tasks, p.index = make([]*Task, len(order)), make(map[string]int, len(order))
	for place, i := range order {
		p.Tasks[place], p.index[drafts[i].ID] = drafts[i].Task, place
	}
	for i, t := range p.Tasks {
		t.upstream, t.downstream = make([]int, 0, len(t.Needs)), nil
		for _, id := range append(t.Needs[:len(t.Needs):len(t.Needs)], t.after...) {
			up := p.index[id]
			t.upstream = append(t.upstream, up)
			p.Tasks[up].downstream = append(p.Tasks[up].downstream, i)
		}
	}
	p.pair()
}

func (d *decoder) unknownTask(drafts []*draft, ids []string, t *draft, n need) {
	help := didYouMean(n.id, ids)
	if near := Nearest(n.id, ids); near != "" {
		line := drafts[slices.Index(ids, near)].Pos.Line
		help = fmt.Sprintf("did you mean %q (line %d)?", near, line)
	}
	d.report(Error, n.at, "unknown-task", fmt.Sprintf("task %q needs %q, which does not exist", t.ID, short(n.id)), help)
}

// dependencyOrder puts every task after those it needs, and otherwise as the file has them. Tasks on or behind a
// cycle are left out.
func dependencyOrder(drafts []*draft, down [][]int) []int {
	waits := make([]int, len(drafts))
	for i := range down {
		for _, j := range down[i] {
			waits[j]++
		}
	}
	var ready lowest
	for i := range drafts {
		if waits[i] == 0 {
			ready = append(ready, i) // in order, so it is a heap
		}
	}
	order := make([]int, 0, len(drafts))
	for len(ready) > 0 {
		i := heap.Pop(&ready).(int)
		order = append(order, i)
		for _, j := range down[i] {
			if waits[j]--; waits[j] == 0 {
				heap.Push(&ready, j)
			}
		}
	}
	return order
}

// lowest is a heap of indexes.
type lowest []int

func (h lowest) Len() int           { return len(h) }
func (h lowest) Less(i, j int) bool { return h[i] < h[j] }
func (h lowest) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }
func (h *lowest) Push(x any)        { *h = append(*h, x.(int)) }
func (h *lowest) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	*h = (*h)[:last]
	return x
}

// cycles walks the graph along its edges, in the order of the file, and reports each edge that leads back to a task
// on the way: at the `needs` entry that is this edge.
func (d *decoder) cycles(drafts []*draft, down [][]int) {
	const onWay, done = 1, 2
	state := make([]uint8, len(drafts))
	var way []int
	var visit func(i int)
	visit = func(i int) {
		state[i] = onWay
		way = append(way, i)
		for _, j := range down[i] {
			switch state[j] {
			case onWay:
				d.cycle(drafts, way[slices.Index(way, j):])
			case 0:
				visit(j)
			}
		}
		way = way[:len(way)-1]
		state[i] = done
	}
	for i := range drafts {
		if state[i] == 0 {
			visit(i)
		}
	}
}

// cycle reports one: the last task of way is needed by the first.
func (d *decoder) cycle(drafts []*draft, way []int) {
	first, last := drafts[way[0]], drafts[way[len(way)-1]]
	edges := append(first.needs[:len(first.needs):len(first.needs)], first.teardown...)
	at := edges[slices.IndexFunc(edges, func(n need) bool { return n.id == last.ID })].at
	names := make([]string, 0, len(way)+1)
	for _, i := range way {
		names = append(names, drafts[i].ID)
	}
	if len(names) > 12 {
		names = append(append(names[:6:6], "…"), names[len(names)-5:]...)
	}
	names = append(names, first.ID)
	message := "tasks form a cycle: " + strings.Join(names, " -> ")
	help := fmt.Sprintf("remove one of its edges, such as that %s needs %s", first.ID, last.ID)
	if len(way) == 1 {
		message, help = fmt.Sprintf("task %q needs itself", first.ID), "remove it"
	}
	d.report(Error, at, "cycle", message, help)
}

// Closure returns the transitive upstream, or downstream, tasks of Tasks[i], as indexes in dependency order, without i.
func (p *Pipeline) Closure(i int, upstream bool) []int {
	next := p.Downstream
	if upstream {
		next = p.Upstream
	}
	seen := make([]bool, len(p.Tasks))
	list := slices.Clone(next(i))
	for _, j := range list {
		seen[j] = true
	}
	for k := 0; k < len(list); k++ {
		for _, j := range next(list[k]) {
			if !seen[j] {
				seen[j] = true
				list = append(list, j)
			}
		}
	}
	slices.Sort(list)
	return list
}

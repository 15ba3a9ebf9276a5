package layered

import "slices"

// graph holds the edges that count, by their ends, and the layers of the nodes.
type graph struct {
	edges   []Edge
	out, in [][]int // numbers of edges, by node
	layer   []int
	sorted  []int // nodes, those before whom an edge leads to
}

func newGraph(n int, edges []Edge) *graph {
	g := &graph{edges: edges, out: make([][]int, n), in: make([][]int, n), layer: make([]int, n)}
	for i, e := range edges {
		if e.From != e.To && min(e.From, e.To) >= 0 && max(e.From, e.To) < n {
			g.out[e.From] = append(g.out[e.From], i)
			g.in[e.To] = append(g.in[e.To], i)
		}
	}
	for n := range n { // the order of the edges does not matter
		slices.SortStableFunc(g.out[n], func(a, b int) int { return edges[a].To - edges[b].To })
		slices.SortStableFunc(g.in[n], func(a, b int) int { return edges[a].From - edges[b].From })
	}
	g.sort()
	g.layers()
	return g
}

// sort orders the nodes and drops the edges that are on a cycle, or behind one.
func (g *graph) sort() {
	waits := make([]int, len(g.out))
	for n := range g.out {
		waits[n] = len(g.in[n])
		if waits[n] == 0 {
			g.sorted = append(g.sorted, n)
		}
	}
	for i := 0; i < len(g.sorted); i++ {
		for _, e := range g.out[g.sorted[i]] {
			to := g.edges[e].To
			if waits[to]--; waits[to] == 0 {
				g.sorted = append(g.sorted, to)
			}
		}
	}
	for n, w := range waits {
		if w == 0 {
			continue
		}
		g.sorted = append(g.sorted, n)
		for _, e := range g.in[n] {
			from := g.edges[e].From
			g.out[from] = slices.DeleteFunc(g.out[from], func(x int) bool { return x == e })
		}
		g.in[n] = nil
	}
}

// layers puts a node right behind the last one that leads to it, and then as far to the right
// as its successors allow, where that shortens more edges than it lengthens.
func (g *graph) layers() {
	for _, n := range g.sorted {
		for _, e := range g.in[n] {
			g.layer[n] = max(g.layer[n], g.layer[g.edges[e].From]+1)
		}
	}
	for _, n := range slices.Backward(g.sorted) {
		if len(g.out[n]) == 0 || len(g.in[n]) >= len(g.out[n]) {
			continue
		}
		right := len(g.layer)
		for _, e := range g.out[n] {
			right = min(right, g.layer[g.edges[e].To]-1)
		}
		g.layer[n] = right
	}
}

// components are the nodes that hang together, the one with the smallest node first.
func (g *graph) components() [][]int {
	var parts [][]int
	seen := make([]bool, len(g.out))
	for n := range g.out {
		if seen[n] {
			continue
		}
		seen[n] = true
		part := []int{n}
		visit := func(m int) {
			if !seen[m] {
				seen[m] = true
				part = append(part, m)
			}
		}
		for i := 0; i < len(part); i++ {
			for _, e := range g.out[part[i]] {
				visit(g.edges[e].To)
			}
			for _, e := range g.in[part[i]] {
				visit(g.edges[e].From)
			}
		}
		slices.Sort(part)
		parts = append(parts, part)
	}
	return parts
}

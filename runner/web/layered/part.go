package layered

import (
	"cmp"
	"slices"
)

// part is one component while it is drawn.
type part struct {
	nodes  []int
	cells  []cell
	layers [][]int     // cells, in order
	cell   map[int]int // by node
	first  map[int]int // the first bend behind a node, or -1
}

// cell is a node or a bend, and has the cells that edges lead to and come from.
type cell struct {
	node        int // -1: a bend
	next        int // of a bend: the one behind it, or -1
	layer, rank int
	y           float64
	left, right []int
}

// arrange makes the cells of a component, in the order in which one who follows the edges
// from the left meets them: what hangs together begins close together.
func (g *graph) arrange(nodes []int) *part {
	p := &part{nodes: nodes, cell: map[int]int{}, first: map[int]int{}}
	left := g.layer[nodes[0]]
	for _, n := range nodes {
		left = min(left, g.layer[n])
	}
	for _, n := range nodes {
		if len(g.in[n]) == 0 {
			p.meet(g, n, left)
		}
	}
	for _, n := range nodes {
		for _, e := range g.out[n] {
			p.join(p.last(n, g.layer[g.edges[e].To]-left), p.cell[g.edges[e].To])
		}
	}
	return p
}

// meet adds a node with the bends that its edges need, and then what they lead to.
func (p *part) meet(g *graph, n, left int) {
	if _, ok := p.cell[n]; ok {
		return
	}
	p.cell[n], p.first[n] = p.add(n, g.layer[n]-left), -1
	far := 0
	for _, e := range g.out[n] {
		far = max(far, g.layer[g.edges[e].To]-left)
	}
	before := p.cell[n]
	for l := g.layer[n] - left + 1; l < far; l++ {
		bend := p.add(-1, l)
		if p.cells[before].node >= 0 {
			p.first[n] = bend
		} else {
			p.cells[before].next = bend
		}
		p.join(before, bend)
		before = bend
	}
	for _, e := range g.out[n] {
		p.meet(g, g.edges[e].To, left)
	}
}

func (p *part) add(node, layer int) int {
	for len(p.layers) <= layer {
		p.layers = append(p.layers, nil)
	}
	i := len(p.cells)
	p.cells = append(p.cells, cell{node: node, next: -1, layer: layer, rank: len(p.layers[layer])})
	p.layers[layer] = append(p.layers[layer], i)
	return i
}

func (p *part) join(from, to int) {
	p.cells[from].right = append(p.cells[from].right, to)
	p.cells[to].left = append(p.cells[to].left, from)
}

// last is the cell of a node's line that is right before a layer.
func (p *part) last(n, layer int) int {
	at := p.cell[n]
	for i := p.first[n]; i >= 0 && p.cells[i].layer < layer; i = p.cells[i].next {
		at = i
	}
	return at
}

// order looks for the order of the layers in which the fewest edges cross.
func (p *part) order() {
	best, fewest := p.ranks(), p.crossings()
	for i := 0; i < 2*sweeps && fewest > 0; i++ {
		if i%2 == 0 {
			for l := 1; l < len(p.layers); l++ {
				p.align(l, func(c *cell) []int { return c.left })
			}
		} else {
			for l := len(p.layers) - 2; l >= 0; l-- {
				p.align(l, func(c *cell) []int { return c.right })
			}
		}
		if n := p.crossings(); n < fewest {
			best, fewest = p.ranks(), n
		}
	}
	for i, r := range best {
		p.cells[i].rank = r
	}
	for _, l := range p.layers {
		slices.SortFunc(l, func(a, b int) int { return p.cells[a].rank - p.cells[b].rank })
	}
}

func (p *part) ranks() []int {
	ranks := make([]int, len(p.cells))
	for i := range p.cells {
		ranks[i] = p.cells[i].rank
	}
	return ranks
}

// align orders a layer by the mean rank of its neighbours on one side. What has none there
// stays in its place.
func (p *part) align(l int, side func(*cell) []int) {
	layer := p.layers[l]
	mean := make(map[int]float64, len(layer))
	for r, i := range layer {
		near := side(&p.cells[i])
		if len(near) == 0 {
			mean[i] = float64(r)
			continue
		}
		sum := 0
		for _, j := range near {
			sum += p.cells[j].rank
		}
		mean[i] = float64(sum) / float64(len(near))
	}
	slices.SortStableFunc(layer, func(a, b int) int { return cmp.Compare(mean[a], mean[b]) })
	for r, i := range layer {
		p.cells[i].rank = r
	}
}

// crossings counts the pairs of edges that cross, layer by layer, with a tree of sums.
func (p *part) crossings() int {
	n := 0
	for l := range len(p.layers) - 1 {
		sums := make([]int, len(p.layers[l+1])+1)
		total := 0
		for _, i := range p.layers[l] {
			to := make([]int, 0, len(p.cells[i].right))
			for _, j := range p.cells[i].right {
				to = append(to, p.cells[j].rank)
			}
			for _, r := range to {
				apart := 0 // of the edges from cells before this one, those that end at r or before it
				for k := r + 1; k > 0; k &= k - 1 {
					apart += sums[k]
				}
				n += total - apart
			}
			for _, r := range to {
				for k := r + 1; k < len(sums); k += k & -k {
					sums[k]++
				}
			}
			total += len(to)
		}
	}
	return n
}

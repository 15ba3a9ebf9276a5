// Package layered draws directed acyclic graphs: every node gets a layer, from left to right,
// and a height in it, and every edge the points that it passes.
//
// The idea is Sugiyama's: give layers, put bends where an edge crosses a layer, order the
// layers so that few edges cross, then move what is ordered as close to its neighbours as the
// order allows. Edges that leave a node share their bends, so that a node with a thousand
// successors far away is one line that fans out at its end. The same graph always gives the
// same drawing, and no step looks at a clock or at chance.
package layered

import "math"

// Edge leads from one node to another; nodes are numbered from 0.
type Edge struct{ From, To int }

// Point is a place of the drawing: X in layers, Y in rows, both from the upper left.
type Point struct{ X, Y float64 }

// Drawing is where everything stands. A node stands in the middle of its row: rows of one
// layer are at least 1 apart, and a bend is at least Gap from whatever is next to it.
type Drawing struct {
	Nodes  []Point
	Paths  [][]Point // by edge, from its node to its node
	Layers int
	Height float64 // in rows
}

// Gap is how close a bend may come to its neighbours, in rows.
const Gap = 0.5

// sweeps is how often the layers are gone through in both directions. More change little.
const sweeps = 8

// Draw lays out a graph of n nodes. Edges that are on a cycle, that leave the nodes or that
// lead from a node to itself are not looked at, and have no path.
func Draw(n int, edges []Edge) Drawing {
	d := Drawing{Nodes: make([]Point, n), Paths: make([][]Point, len(edges))}
	g := newGraph(n, edges)
	for _, part := range g.components() {
		p := g.arrange(part)
		p.order()
		p.place()
		d.add(g, p)
	}
	return d
}

// add puts a component below those before it.
func (d *Drawing) add(g *graph, p *part) {
	top, bottom := p.bounds()
	at := func(i int) Point {
		return Point{float64(p.cells[i].layer), round(p.cells[i].y - top + d.Height + 0.5)}
	}
	for i, c := range p.cells {
		if c.node >= 0 {
			d.Nodes[c.node] = at(i)
			d.Layers = max(d.Layers, c.layer+1)
		}
	}
	for _, node := range p.nodes {
		for _, e := range g.out[node] {
			path := []Point{at(p.cell[node])}
			for i := p.first[node]; i >= 0 && p.cells[i].layer < g.layer[g.edges[e].To]; i = p.cells[i].next {
				path = append(path, at(i))
			}
			d.Paths[e] = append(path, at(p.cell[g.edges[e].To]))
		}
	}
	d.Height = round(d.Height + bottom - top + 1)
}

// round makes heights the same on every processor, and short.
func round(y float64) float64 { return math.Round(100*y) / 100 }

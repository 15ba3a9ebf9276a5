package layered

import "math"

// place gives the cells their heights: each as close to the mean of its neighbours as the
// order and the distances of its layer allow, first looking left, then right, then both ways.
func (p *part) place() {
	for _, layer := range p.layers {
		y := 0.0
		for k, i := range layer {
			if k > 0 {
				y += p.apart(layer[k-1], i)
			}
			p.cells[i].y = y
		}
	}
	for i := range 2 * sweeps {
		for l := range p.layers {
			if i%2 == 1 {
				l = len(p.layers) - 1 - l
			}
			p.settle(p.layers[l])
		}
	}
}

// apart is the least distance of two cells that are next to each other.
func (p *part) apart(a, b int) float64 {
	if p.cells[a].node >= 0 && p.cells[b].node >= 0 {
		return 1
	}
	return Gap
}

// block is a stretch of cells that stand as close as they may, and so move as one.
type block struct {
	first       int // rank of its first cell
	sum, weight float64
}

// settle moves the cells of a layer to the places with the least squares of the distances to
// where they want to be. Measured without the distances that must be kept, that is the
// regression that only rises: blocks that would overlap are joined until none do.
func (p *part) settle(layer []int) {
	blocks := make([]block, 0, len(layer))
	offset := 0.0
	offsets := make([]float64, len(layer))
	for k, i := range layer {
		if k > 0 {
			offset += p.apart(layer[k-1], i)
		}
		offsets[k] = offset
		want, weight := p.wish(i)
		b := block{first: k, sum: weight * (want - offset), weight: weight}
		for len(blocks) > 0 {
			before := blocks[len(blocks)-1]
			if before.sum/before.weight < b.sum/b.weight {
				break
			}
			b = block{first: before.first, sum: before.sum + b.sum, weight: before.weight + b.weight}
			blocks = blocks[:len(blocks)-1]
		}
		blocks = append(blocks, b)
	}
	for n, b := range blocks {
		end := len(layer)
		if n+1 < len(blocks) {
			end = blocks[n+1].first
		}
		for k := b.first; k < end; k++ {
			p.cells[layer[k]].y = b.sum/b.weight + offsets[k]
		}
	}
}

// wish is where a cell wants to be, and how much. Bends want it more, so that lines are straight.
func (p *part) wish(i int) (y, weight float64) {
	c := &p.cells[i]
	for _, side := range [][]int{c.left, c.right} {
		for _, j := range side {
			y += p.cells[j].y
		}
	}
	n := float64(len(c.left) + len(c.right))
	switch {
	case n == 0:
		return c.y, 1
	case c.node < 0:
		return y / n, 4 * n
	}
	return y / n, n
}

// bounds are the highest and the lowest place that a cell has.
func (p *part) bounds() (top, bottom float64) {
	top, bottom = math.Inf(1), math.Inf(-1)
	for i := range p.cells {
		top, bottom = min(top, p.cells[i].y), max(bottom, p.cells[i].y)
	}
	return top, bottom
}

package layered

import (
	"fmt"
	"math"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// dags draws graphs in which edges lead from smaller nodes to greater ones.
func dags(t *rapid.T) (int, []Edge) {
	n := rapid.IntRange(0, 40).Draw(t, "nodes")
	var edges []Edge
	if n > 1 {
		for range rapid.IntRange(0, 3*n).Draw(t, "edges") {
			a, b := rapid.IntRange(0, n-1).Draw(t, "a"), rapid.IntRange(0, n-1).Draw(t, "b")
			if a != b {
				edges = append(edges, Edge{min(a, b), max(a, b)})
			}
		}
	}
	return n, edges
}

func TestEveryDrawingCanBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges := dags(t)
		d := Draw(n, edges)
		if !reflect.DeepEqual(d, Draw(n, edges)) {
			t.Fatal("the same graph is drawn in two ways")
		}
		bends := map[Point]bool{}
		for i, e := range edges {
			path := d.Paths[i]
			if path[0] != d.Nodes[e.From] || path[len(path)-1] != d.Nodes[e.To] {
				t.Fatalf("edge %v does not lead from its node to its node: %v", e, path)
			}
			for k := 1; k < len(path); k++ {
				if path[k].X != path[k-1].X+1 {
					t.Fatalf("edge %v does not pass every layer from left to right: %v", e, path)
				}
			}
			for _, p := range path[1 : len(path)-1] {
				bends[p] = true
			}
		}
		places := slices.Clone(d.Nodes)
		for p := range bends {
			places = append(places, p)
		}
		for i, a := range places {
			if a.Y < 0.5 || a.Y > d.Height-0.49 || a.X < 0 || a.X >= float64(d.Layers) {
				t.Fatalf("%v lies outside of %d layers and %v rows", a, d.Layers, d.Height)
			}
			for j := range i {
				least := Gap
				if i < n {
					least = 1
				}
				if b := places[j]; a.X == b.X && math.Abs(a.Y-b.Y) < least-0.011 {
					t.Fatalf("%v and %v lie too close", a, b)
				}
			}
		}
	})
}

func TestTheOrderOfTheEdgesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, edges := dags(t)
		other := rapid.Permutation(edges).Draw(t, "order")
		slices.SortFunc(edges, compare)
		d, o := Draw(n, edges), Draw(n, other)
		if !reflect.DeepEqual(d.Nodes, o.Nodes) {
			t.Fatal("another order of the edges gives another drawing")
		}
	})
}

func compare(a, b Edge) int { return (a.From-b.From)<<20 + a.To - b.To }

func TestATreeHasNoCrossing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 60).Draw(t, "nodes")
		var edges []Edge
		for i := 1; i < n; i++ {
			edges = append(edges, Edge{rapid.IntRange(0, i-1).Draw(t, "parent"), i})
		}
		if c := crossed(Draw(n, edges), edges); c != 0 {
			t.Fatalf("%d edges of a tree cross", c)
		}
	})
}

// crossed counts the pairs of different lines between two layers that cross.
func crossed(d Drawing, edges []Edge) int {
	lines := map[[2]Point]bool{}
	for _, path := range d.Paths {
		for k := 1; k < len(path); k++ {
			lines[[2]Point{path[k-1], path[k]}] = true
		}
	}
	n := 0
	for a := range lines {
		for b := range lines {
			if a[0].X == b[0].X && a[0].Y < b[0].Y && a[1].Y > b[1].Y {
				n++
			}
		}
	}
	return n
}

func TestADrawingOfASmallGraph(t *testing.T) {
	// extract → clean → load, extract → check → load, extract → load
	d := Draw(4, []Edge{{0, 1}, {0, 2}, {1, 3}, {2, 3}, {0, 3}})
	if d.Layers != 3 || d.Nodes[0].X != 0 || d.Nodes[1].X != 1 || d.Nodes[2].X != 1 || d.Nodes[3].X != 2 || crossed(d, nil) != 0 {
		t.Errorf("%+v", d)
	}
	if mid := (d.Nodes[1].Y + d.Nodes[2].Y) / 2; math.Abs(d.Nodes[0].Y-mid) > 0.6 || math.Abs(d.Nodes[3].Y-mid) > 0.6 {
		t.Errorf("the ends do not stand beside the middle: %+v", d)
	}
}

func TestPartsStandBelowEachOther(t *testing.T) {
	d := Draw(5, []Edge{{0, 1}, {2, 3}})
	for i, want := range []Point{{0, 0.5}, {1, 0.5}, {0, 1.5}, {1, 1.5}, {0, 2.5}} {
		if d.Nodes[i] != want {
			t.Errorf("node %d stands at %v, not at %v", i, d.Nodes[i], want)
		}
	}
	if d.Height != 3 {
		t.Errorf("%v rows", d.Height)
	}
}

func TestWhatIsNoEdgeHasNoPath(t *testing.T) {
	d := Draw(3, []Edge{{0, 0}, {0, 7}, {-1, 0}, {1, 2}, {2, 1}, {0, 1}})
	for i, path := range d.Paths {
		if path != nil {
			t.Errorf("edge %d is drawn: %v", i, path)
		}
	}
}

// pipeline draws what pipelines look like: layers of tasks that need a few of those before.
func pipeline(n int) []Edge {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	var edges []Edge
	for i := 1; i < n; i++ {
		for range 1 + r.IntN(3) {
			edges = append(edges, Edge{max(0, i-1-int(r.ExpFloat64()*float64(n)/12)), i})
		}
	}
	slices.SortFunc(edges, compare)
	return slices.Compact(edges)
}

func BenchmarkDraw(b *testing.B) {
	for _, n := range []int{50, 500, 2000} {
		b.Run(fmt.Sprintf("nodes=%d", n), func(b *testing.B) {
			edges := pipeline(n)
			var d Drawing
			for b.Loop() {
				d = Draw(n, edges)
			}
			b.ReportMetric(float64(crossed(d, edges)), "crossings")
			b.ReportMetric(float64(b.Elapsed())/float64(time.Millisecond)/float64(b.N), "ms/op")
		})
	}
}

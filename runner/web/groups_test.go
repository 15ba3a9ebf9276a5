package web

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/web/layered"
)

func closed(string) bool { return false }

// shown is what a graph draws, in words.
func shown(units []unit) string {
	var all []string
	for _, u := range units {
		var ids []string
		for _, t := range u.Tasks {
			ids = append(ids, t.ID)
		}
		if u.Key == "" {
			all = append(all, ids[0])
		} else {
			all = append(all, u.Key+"("+strings.Join(ids, " ")+")")
		}
	}
	return strings.Join(all, " ")
}

func TestGroupsAreFolded(t *testing.T) {
	task := func(id string, needs ...string) *pipelines.Task { return &pipelines.Task{ID: id, Needs: needs} }
	for _, c := range []struct {
		tasks []*pipelines.Task
		open  string
		want  string
	}{
		{[]*pipelines.Task{task("dim_a"), task("dim-b"), task("fact.c", "dim_a"), task("fact_d", "fact.c"), task("mail", "fact_d")}, "", "dim(dim_a dim-b) fact(fact.c fact_d) mail"},
		{[]*pipelines.Task{task("dim_a"), task("dim_b"), task("mail", "dim_a")}, "dim", "dim_a dim_b mail"},
		{[]*pipelines.Task{task("task_1"), task("task_2", "task_1")}, "", "task_1 task_2"},
		{[]*pipelines.Task{task("a_1"), task("a_2"), task("b_1", "a_1"), task("a_3", "b_1"), task("a_4", "b_1")}, "", "a:1(a_1 a_2) b_1 a:2(a_3 a_4)"},
		{[]*pipelines.Task{task("a_1"), task("a_2"), task("b_1", "a_1"), task("a_3", "b_1"), task("a_4", "b_1")}, "a:2", "a:1(a_1 a_2) b_1 a_3 a_4"},
	} {
		if got := shown(unitsOf(c.tasks, func(key string) bool { return key == c.open })); got != c.want {
			t.Errorf("%q is open: %s, want %s", c.open, got, c.want)
		}
	}
}

// Whatever the names, each task is drawn once, and every edge between two units has a path: a
// cycle would have none.
func TestWhatIsFoldedHasNoCycle(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var tasks []*pipelines.Task
		n := 2 + r.IntN(40)
		for i := range n {
			x := &pipelines.Task{ID: fmt.Sprintf("%c_%d", 'a'+r.IntN(5), i)}
			for range r.IntN(4) {
				if i > 0 {
					x.Needs = append(x.Needs, tasks[r.IntN(i)].ID)
				}
			}
			tasks = append(tasks, x)
		}
		units := unitsOf(tasks, closed)
		at := map[string]int{}
		for i, u := range units {
			for _, x := range u.Tasks {
				at[x.ID] = i
			}
		}
		if len(at) != n {
			t.Fatalf("%d of %d tasks are drawn", len(at), n)
		}
		edges := unitEdges(units, at)
		for i, path := range layered.Draw(len(units), edges).Paths {
			if path == nil {
				t.Fatalf("the edge %v is on a cycle of %s", edges[i], shown(units))
			}
		}
	}
}

package pipelines

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// graph writes a pipeline from "load: extract check".
func graph(lines ...string) string {
	var b strings.Builder
	b.WriteString("tasks:\n")
	for _, l := range lines {
		id, needs, _ := strings.Cut(l, ":")
		fmt.Fprintf(&b, "  %s: {run: echo, needs: [%s]}\n", id, strings.Join(strings.Fields(needs), ", "))
	}
	return b.String()
}

func ids(p *Pipeline, list []int) string {
	var words []string
	for _, i := range list {
		words = append(words, p.Tasks[i].ID)
	}
	return strings.Join(words, " ")
}

func TestTasksComeInDependencyOrderAndElseAsWritten(t *testing.T) {
	p, problems := Parse("x.yaml", []byte(graph("report: load load", "z:", "load: extract check", "extract:", "check: extract", "alone:")), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	all := make([]int, len(p.Tasks))
	for i := range all {
		all[i] = i
	}
	if got := ids(p, all); got != "z extract check load report alone" {
		t.Errorf("order %s", got)
	}
	for id, want := range map[string][2]string{
		"extract": {"", "check load report"}, "load": {"extract check", "report"}, "report": {"extract check load", ""}, "z": {"", ""},
	} {
		i := p.Index(id)
		if up, down := ids(p, p.Closure(i, true)), ids(p, p.Closure(i, false)); up != want[0] || down != want[1] {
			t.Errorf("%s: up %q, down %q", id, up, down)
		}
	}
	if got, _ := p.Task("report"); !slices.Equal(got.Needs, []string{"load"}) {
		t.Errorf("needs %v", got.Needs)
	}
}

func TestEveryGraphIsOrderedOrHasACycle(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 12).Draw(t, "tasks")
		lines := make([]string, n)
		for i := range lines {
			lines[i] = fmt.Sprintf("t%d:", i)
			for _, j := range rapid.SliceOfN(rapid.IntRange(0, n-1), 0, 3).Draw(t, "needs") {
				lines[i] += fmt.Sprintf(" t%d", j)
			}
		}
		p, problems := Parse("x.yaml", []byte(graph(lines...)), nil, nil)
		if p == nil {
			for _, x := range problems {
				if x.Code != "cycle" {
					t.Fatalf("%+v", x)
				}
			}
			return
		}
		for i, task := range p.Tasks {
			for _, id := range task.Needs {
				if p.Index(id) >= i {
					t.Fatalf("%s comes before %s, which it needs", task.ID, id)
				}
			}
			for _, j := range p.Upstream(i) {
				if !slices.Contains(p.Downstream(j), i) {
					t.Fatalf("%d does not know its follower %d", j, i)
				}
			}
		}
	})
}

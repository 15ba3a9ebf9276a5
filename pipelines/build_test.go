package pipelines

import (
	"strings"
	"testing"
)

func TestBuildLinksAGraph(t *testing.T) {
	p := &Pipeline{Name: "p", Tasks: []*Task{{ID: "c", Needs: []string{"a", "b"}}, {ID: "b"}, {ID: "a"}}}
	if err := Build(p); err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, task := range p.Tasks {
		order = append(order, task.ID)
	}
	if strings.Join(order, " ") != "b a c" || p.Index("c") != 2 || len(p.Upstream(2)) != 2 || p.Downstream(0)[0] != 2 {
		t.Errorf("%v, c at %d needs %v", order, p.Index("c"), p.Upstream(2))
	}
}

func TestBuildRefusesWhatIsNoGraph(t *testing.T) {
	for says, tasks := range map[string][]*Task{
		"declared twice":       {{ID: "a"}, {ID: "a"}},
		"which does not exist": {{ID: "a", Needs: []string{"b"}}},
		"form a cycle":         {{ID: "a", Needs: []string{"b"}}, {ID: "b", Needs: []string{"a"}}},
	} {
		if err := Build(&Pipeline{Name: "p", Tasks: tasks}); err == nil || !strings.Contains(err.Error(), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}

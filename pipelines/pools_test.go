package pipelines

import (
	"fmt"
	"strings"
	"testing"
)

func TestTasksWeighAsTheirPrioritiesSay(t *testing.T) {
	for _, c := range []struct{ name, defaults, tasks, want string }{
		{"nothing_said", "", "a: {}, b: {needs: a}, c: {needs: b}", "a=1 b=1 c=1"},
		{"downstream", "", "a: {}, b: {needs: a}, c: {needs: b, priority: 5}", "a=7 b=6 c=5"},
		{"a_diamond_counts_its_end_once", "", "a: {priority: 2}, b: {needs: a}, c: {needs: a}, d: {needs: [b, c]}", "a=5 b=2 c=2 d=1"},
		{"upstream", "weight_rule: upstream", "a: {}, b: {needs: a, priority: 3}, c: {needs: b}", "a=1 b=4 c=5"},
		{"absolute", "weight_rule: absolute", "a: {priority: 9}, b: {needs: a, priority: -2}", "a=9 b=-2"},
		{"one_task_by_itself", "", "a: {weight_rule: absolute}, b: {needs: a}", "a=1 b=1"},
	} {
		src := "defaults: {" + c.defaults + "}\ntasks: {" + strings.ReplaceAll(strings.ReplaceAll(c.tasks, "{}", "{ }"), "{", "{run: x, ") + "}\n"
		p, problems := Parse("p.yaml", []byte(strings.ReplaceAll(src, ", }", "}")), nil, nil)
		if p == nil {
			t.Fatal(c.name, problems)
		}
		var got []string
		for _, task := range p.Tasks {
			got = append(got, fmt.Sprintf("%s=%d", task.ID, task.Weight))
		}
		if s := strings.Join(got, " "); s != c.want {
			t.Errorf("%s: %s, want %s", c.name, s, c.want)
		}
	}
}

package pipelines

import (
	"fmt"
	"slices"
)

// Build links the needs of p's tasks into its graph and puts Tasks into dependency order,
// otherwise as they were. It is for pipelines that are made by code; Parse does the same
// for files, with positions.
func Build(p *Pipeline) error {
	given := make(map[string]int, len(p.Tasks))
	for i, t := range p.Tasks {
		if _, twice := given[t.ID]; twice {
			return fmt.Errorf("task %q is declared twice", t.ID)
		}
		given[t.ID] = i
	}
	drafts, down := make([]*draft, len(p.Tasks)), make([][]int, len(p.Tasks))
	for i, t := range p.Tasks {
		drafts[i] = &draft{Task: t}
		for _, setup := range t.Teardown {
			if !slices.Contains(t.Needs, setup) {
				t.Needs = append(t.Needs, setup)
			}
		}
		for _, need := range t.Needs {
			j, ok := given[need]
			if !ok {
				return fmt.Errorf("task %q needs %q, which does not exist", t.ID, need)
			}
			down[j] = append(down[j], i)
		}
	}
	if len(dependencyOrder(drafts, down)) < len(p.Tasks) {
		return fmt.Errorf("the tasks of %q form a cycle", p.Name)
	}
	follow(drafts, given, down)
	p.arrange(drafts, dependencyOrder(drafts, down))
	return nil
}

package pipelines

import "fmt"

// Build links the needs of p's tasks into its graph and puts Tasks into dependency order,
// within it as they were. It is for pipelines that are made by code; Parse does the same
// for files, with positions.
func Build(p *Pipeline) error {
	b := builder{place: make(map[string]int, len(p.Tasks)), tasks: p.Tasks, seen: make([]visit, len(p.Tasks))}
	for i, t := range p.Tasks {
		if _, twice := b.place[t.ID]; twice {
			return fmt.Errorf("task %q is declared twice", t.ID)
		}
		b.place[t.ID] = i
	}
	for i := range p.Tasks {
		if err := b.visit(i); err != nil {
			return err
		}
	}
	p.Tasks = b.order
	p.index = make(map[string]int, len(p.Tasks))
	for i, t := range p.Tasks {
		p.index[t.ID] = i
		t.upstream, t.downstream = nil, nil
	}
	for i, t := range p.Tasks {
		for _, need := range t.Needs {
			u := p.index[need]
			t.upstream = append(t.upstream, u)
			p.Tasks[u].downstream = append(p.Tasks[u].downstream, i)
		}
	}
	return nil
}

type visit uint8

const (
	unseen visit = iota
	open
	placed
)

// builder orders tasks by a walk that places what a task needs before it.
type builder struct {
	tasks []*Task
	place map[string]int
	seen  []visit
	order []*Task
}

func (b *builder) visit(i int) error {
	t := b.tasks[i]
	switch b.seen[i] {
	case placed:
		return nil
	case open:
		return fmt.Errorf("task %q needs itself, over others or directly", t.ID)
	}
	b.seen[i] = open
	for _, need := range t.Needs {
		j, ok := b.place[need]
		if !ok {
			return fmt.Errorf("task %q needs %q, which does not exist", t.ID, need)
		}
		if err := b.visit(j); err != nil {
			return err
		}
	}
	b.seen[i] = placed
	b.order = append(b.order, t)
	return nil
}

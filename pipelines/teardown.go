package pipelines

import (
	"fmt"
	"slices"

	"gopkg.in/yaml.v3"
)

// A setup prepares what other tasks use, and a teardown undoes it. The tasks between the two
// are its work. A teardown comes after all of its work: where it has needs, the work is what
// lies between the setup and those; where it has none, all that follows the setup.

// teardown reads the setups that a task undoes.
func (d *decoder) teardown(n *yaml.Node) []need {
	var list []need
	for _, item := range d.items(n) {
		if id, ok := d.text(item, "an entry of teardown"); ok {
			list = append(list, need{id, d.span(item)})
		}
	}
	if n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		d.fail(n, "missing-key", "name a task that says setup: true, or remove the key", "teardown is empty")
	}
	return list
}

// checkTeardown refuses what a setup or a teardown cannot be, and gives a teardown its
// default: whether it fails does not decide the run.
func (d *decoder) checkTeardown(t *draft, has map[string]*yaml.Node) {
	if has["teardown"] == nil {
		return
	}
	if t.Setup {
		d.fail(has["setup"], "conflicting-keys", "write two tasks", "task %q cannot be both a setup and a teardown", short(t.ID))
	}
	if rule := has["trigger_rule"]; rule != nil {
		d.fail(rule, "conflicting-keys", "remove trigger_rule: a teardown runs when a setup of its own succeeded, whatever the work did",
			"the trigger rule of a teardown is all_done_setup_success")
	}
	if has["allow_failure"] == nil {
		t.AllowFailure = true
	}
}

// isSetup says whether a task can tear down what the entry names.
func (d *decoder) isSetup(drafts []*draft, ids []string, t *draft, n need) bool {
	i := slices.Index(ids, n.id)
	switch {
	case i < 0:
		help := didYouMean(n.id, ids)
		if near := slices.Index(ids, Nearest(n.id, ids)); near >= 0 {
			help = fmt.Sprintf("did you mean %q (line %d)?", ids[near], drafts[near].Pos.Line)
		}
		d.report(Error, n.at, "unknown-task", fmt.Sprintf("task %q tears down %q, which does not exist", t.ID, short(n.id)), help)
		return false
	case drafts[i] == t:
		d.report(Error, n.at, "not-a-setup", fmt.Sprintf("task %q tears down itself", t.ID), "name the task that prepares what it undoes")
		return false
	case !drafts[i].Setup:
		d.report(Error, n.at, "not-a-setup", fmt.Sprintf("task %q tears down %q, which is not a setup", t.ID, short(n.id)),
			fmt.Sprintf("add setup: true to %q (line %d)", short(n.id), drafts[i].Pos.Line))
		return false
	}
	return true
}

// follow puts each teardown after all of its work: it adds the edges that are not written
// down, to after and to down. An edge that would close a circle is none: what needs the
// teardown is no work of it.
func follow(drafts []*draft, index map[string]int, down [][]int) {
	written := make([][]int, len(down))
	for i := range down {
		written[i] = slices.Clip(down[i])
	}
	for i, t := range drafts {
		if len(t.Teardown) == 0 {
			continue
		}
		follows, later := make([]bool, len(drafts)), make([]bool, len(drafts))
		for _, id := range t.Teardown {
			mark(written, index[id], follows)
		}
		mark(down, i, later)
		between := before(written, i)
		t.after = nil
		for j := range drafts {
			work := follows[j] && j != i && !later[j] && !slices.Contains(t.Needs, drafts[j].ID)
			if len(t.Needs) > len(t.Teardown) {
				work = work && between[j]
			}
			if work {
				t.after = append(t.after, drafts[j].ID)
				down[j] = append(down[j], i)
			}
		}
	}
}

// mark notes all that can be reached from a node.
func mark(next [][]int, from int, seen []bool) {
	for way := []int{from}; len(way) > 0; {
		i := way[len(way)-1]
		way = way[:len(way)-1]
		for _, j := range next[i] {
			if !seen[j] {
				seen[j] = true
				way = append(way, j)
			}
		}
	}
}

// before notes all from which a node can be reached.
func before(next [][]int, to int) []bool {
	back := make([][]int, len(next))
	for i := range next {
		for _, j := range next[i] {
			back[j] = append(back[j], i)
		}
	}
	seen := make([]bool, len(next))
	mark(back, to, seen)
	return seen
}

// pair works out which setups belong to which tasks.
func (p *Pipeline) pair() {
	for _, t := range p.Tasks {
		t.setups, t.teardowns = nil, nil
	}
	for i, t := range p.Tasks {
		for _, id := range t.Teardown {
			s := p.Tasks[p.index[id]]
			s.teardowns = append(s.teardowns, i)
			t.setups = append(t.setups, p.index[id])
		}
	}
	for s, t := range p.Tasks {
		if !t.Setup {
			continue
		}
		within := p.beforeAny(t.teardowns)
		for _, i := range p.Closure(s, false) {
			if x := p.Tasks[i]; len(x.Teardown) == 0 && (len(t.teardowns) == 0 || within[i]) {
				x.setups = append(x.setups, s)
			}
		}
	}
}

// beforeAny notes the tasks upstream of any of some others.
func (p *Pipeline) beforeAny(tasks []int) []bool {
	seen := make([]bool, len(p.Tasks))
	for _, t := range tasks {
		for _, i := range p.Closure(t, true) {
			seen[i] = true
		}
	}
	return seen
}

// Setups returns the setups that prepare what Tasks[i] uses, as indexes: those upstream of it
// that have no teardown, or one that is downstream of it. Those of a teardown are what it undoes.
func (p *Pipeline) Setups(i int) []int { return p.Tasks[i].setups }

// Teardowns returns the tasks that undo the setup Tasks[i], as indexes.
func (p *Pipeline) Teardowns(i int) []int { return p.Tasks[i].teardowns }

// outsideTeardown warns of tasks that need a setup and for which its teardown does not wait.
func (d *decoder) outsideTeardown(p *Pipeline) {
	for i, t := range p.Tasks {
		for _, id := range t.Needs {
			s := p.index[id]
			ends := p.Tasks[s].teardowns
			if len(ends) == 0 || len(t.Teardown) > 0 || slices.Contains(t.setups, s) || d.afterAny(p, i, ends) {
				continue
			}
			d.report(Warning, span{t.Pos.Line, t.Pos.Col, t.Pos.Col + len([]rune(t.ID))}, "outside-teardown",
				fmt.Sprintf("task %q needs the setup %q, but its teardown %q does not wait for it", t.ID, id, p.Tasks[ends[0]].ID),
				fmt.Sprintf("add %q to the needs of %q", t.ID, p.Tasks[ends[0]].ID))
		}
	}
}

func (d *decoder) afterAny(p *Pipeline, i int, ends []int) bool {
	return slices.ContainsFunc(p.Closure(i, true), func(j int) bool { return slices.Contains(ends, j) })
}

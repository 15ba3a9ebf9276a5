package plan

import "github.com/tidemark-dev/tidemark/pipelines"

// Lens is a selector for those who only look: it says what is chosen by itself, without what
// an order would add along the edges.
type Lens struct {
	sel *selection
	def *pipelines.Pipeline
}

// Look makes a lens on one pipeline. An error is a *Refusal.
func Look(s Selector, def *pipelines.Pipeline) (*Lens, error) {
	sel, refusal := compile(s)
	if refusal != nil {
		return nil, refusal
	}
	return &Lens{sel, def}, nil
}

// Picks says whether the pipeline is chosen at all.
func (l *Lens) Picks() bool { return l.sel.picks(l.def) }

// Tasks are the tasks of the pipeline of which an instance may be chosen; nil: all, also
// those that it has no more.
func (l *Lens) Tasks() []string {
	if !l.sel.named() {
		return nil
	}
	all := []string{}
	for _, t := range l.def.Tasks {
		if l.sel.matches(t.ID) {
			all = append(all, t.ID)
		}
	}
	return all
}

// AboutInstances says whether a run is chosen by what it holds.
func (l *Lens) AboutInstances() bool {
	return l.sel.named() || len(l.sel.States)+len(l.sel.Operations)+len(l.sel.NotOperations) > 0
}

// AboutKinds says whether a run is chosen by its kind.
func (l *Lens) AboutKinds() bool { return len(l.sel.Kinds) > 0 }

// Covers says whether a run is chosen, by its interval and its kind.
func (l *Lens) Covers(run *Run) bool { return l.sel.covers(run) }

// Wants says whether an instance of a run that is covered is chosen.
func (l *Lens) Wants(in *Instance) bool { return l.sel.wants(in) }

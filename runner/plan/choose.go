package plan

import (
	"fmt"
	"time"
)

// choose compiles a selector for each pipeline and hands over those that it picks. An order
// with a selector that selects nothing of its own is refused, unless a person typed all.
func (d *draft) choose(verb string, scopes []*PipelineScope, s Selector, in map[string]Selector,
	each func(*PipelineScope, *selection)) *Refusal {
	sel, refusal := compile(s)
	switch {
	case refusal != nil:
		return refusal
	case !sel.narrow() && !sel.All:
		return emptySelection(verb)
	}
	d.selects(sel.Selector)
	picked := 0
	for _, scope := range scopes {
		if scope.Def == nil {
			return noDefinition(scope.Name)
		}
		own := sel
		if other, ok := in[scope.Name]; ok {
			if own, refusal = compile(other); refusal != nil {
				return refusal
			}
			d.stretch(own.Start, own.End)
		}
		if own.picks(scope.Def) {
			picked++
			each(scope, own)
		}
	}
	if picked == 0 {
		return noPipeline(scopes)
	}
	return nil
}

// stretch makes the bounds hold those of a pipeline in another timezone.
func (d *draft) stretch(start, end time.Time) {
	if s := d.Bounds.Start; s != nil && start.Before(*s) {
		d.Bounds.Start = known(start)
	}
	if e := d.Bounds.End; e != nil && end.After(*e) {
		d.Bounds.End = known(end)
	}
}

// noPipeline refuses names and tags that no pipeline in question has.
func noPipeline(scopes []*PipelineScope) *Refusal {
	r := &Refusal{Code: "no-match", Message: "no pipeline has the names and tags that are selected"}
	for _, s := range scopes {
		r.Problems = append(r.Problems, fmt.Sprintf("%s has the tags %q", s.Name, s.Def.Tags))
	}
	if len(r.Problems) > 0 {
		r.Help = r.Problems[0]
	}
	return r
}

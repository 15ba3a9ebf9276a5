package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// Rails are the guard rails of pipelines, by name. A rail of tidemark.yaml is the same one
// in each of them: it counts an order over all of them.
type Rails map[string][]pipelines.Rail

// Override says that a person went past guard rails, why, and past which.
type Override struct {
	Why   string   `json:"why"`
	Rails []string `json:"rails"` // "freeze_before at pipelines/weather.yaml:7"
}

// railsOf are those of the pipelines that an order asks about.
func railsOf(scopes []*PipelineScope) Rails {
	all := Rails{}
	for _, s := range scopes {
		if s.Def != nil {
			all[s.Name] = s.Def.Protect
		}
	}
	return all
}

// guarded is a plan that keeps to the guard rails, or goes past them with a reason where
// they allow it. A plan that changes nothing hits none.
func (p *Plan) guarded(rails Rails, why string) (*Plan, error) {
	p.Override = nil
	why = strings.TrimSpace(why)
	if p.Empty() {
		return p, nil
	}
	hit := p.hits(rails, why)
	past := func(h railHit) bool { return why != "" && !h.Final }
	if i := slices.IndexFunc(hit, func(h railHit) bool { return !past(h) }); i >= 0 {
		return nil, barred(hit, hit[i])
	}
	if why != "" && len(hit) == 0 {
		p.Warnings = append(p.Warnings, "no guard rail was in the way: the override is not needed and not recorded")
	}
	for _, h := range hit {
		if p.Override == nil {
			p.Override = &Override{Why: why}
		}
		p.Override.Rails = append(p.Override.Rails, fmt.Sprintf("%s at %s", h.Rule, h.Rail))
	}
	return p, nil
}

// railHit is a guard rail that a plan does not keep to.
type railHit struct {
	pipelines.Rail
	message string
}

// hits lists what a plan does not keep to, each rail once.
func (p *Plan) hits(rails Rails, why string) (hit []railHit) {
	type place struct {
		pos    pipelines.Pos
		before time.Time // one line means another instant in another timezone
	}
	seen := map[place]int{}
	var all []pipelines.Rail
	var names [][]string // of the pipelines that each stands for
	for _, name := range p.changed() {
		for _, r := range rails[name] {
			i, ok := seen[place{r.Pos, r.Before}]
			if !ok {
				i = len(all)
				seen[place{r.Pos, r.Before}] = i
				all, names = append(all, r), append(names, nil)
			}
			names[i] = append(names[i], name)
		}
	}
	for i, r := range all {
		if message := p.breaks(r, names[i], why); message != "" {
			hit = append(hit, railHit{r, fmt.Sprintf("%s (%s at %s)", message, r.Rule, r)})
		}
	}
	return hit
}

// changed are the pipelines of which a plan changes anything.
func (p *Plan) changed() []string {
	touched := map[string]bool{}
	if p.Live != nil {
		touched[p.Live.Pipeline] = true
	}
	if p.Held != nil { // an order about a backfill is about one pipeline
		touched[p.Pipelines[0]] = true
	}
	for i := range p.Runs {
		if p.Runs[i].Action != None {
			touched[p.Runs[i].Pipeline] = true
		}
	}
	for i := range p.Instances {
		touched[p.Instances[i].Pipeline] = true
	}
	return slices.DeleteFunc(slices.Clone(p.Pipelines), func(name string) bool { return !touched[name] })
}

// breaks says how a plan does not keep to a rail of some pipelines, or nothing.
func (p *Plan) breaks(r pipelines.Rail, names []string, why string) string {
	of := strings.Join(names, ", ")
	switch r.Rule {
	case pipelines.Forbid:
		if slices.Contains(r.Orders, p.Kind) {
			return fmt.Sprintf("%s is forbidden for %s", p.Kind, of)
		}
	case pipelines.RequireReason:
		if strings.TrimSpace(p.Reason) == "" && why == "" {
			return fmt.Sprintf("%s of %s wants a reason", p.Kind, of)
		}
	case pipelines.MaxInstances:
		if n := p.instancesOf(names, time.Time{}); n > r.Most {
			return fmt.Sprintf("%s would change %d task instances of %s, and at most %d may change at once", p.Kind, n, of, r.Most)
		}
	case pipelines.FreezeBefore:
		return p.thaws(r.Before, names, of)
	}
	return ""
}

// thaws says what a plan changes before an instant.
func (p *Plan) thaws(before time.Time, names []string, of string) string {
	runs := 0
	for i := range p.Runs {
		if r := &p.Runs[i]; r.Action != None && r.IntervalStart.Before(before) && slices.Contains(names, r.Pipeline) {
			runs++
		}
	}
	instances := p.instancesOf(names, before)
	if instances+runs == 0 {
		return ""
	}
	what := fmt.Sprintf("%d task instances", instances)
	if instances == 0 {
		what = fmt.Sprintf("%d runs", runs)
	}
	return fmt.Sprintf("%s would change %s of %s in intervals before %s, which are frozen", p.Kind, what, of, stamp(before))
}

// instancesOf counts the task instances of pipelines that change, in intervals before an
// instant, or in all of them.
func (p *Plan) instancesOf(names []string, before time.Time) (n int) {
	for i := range p.Instances {
		r := &p.Instances[i]
		if slices.Contains(names, r.Pipeline) && (before.IsZero() || r.IntervalStart.Before(before)) {
			n++
		}
	}
	return n
}

// barred refuses a plan for its guard rails: all of them are named, first of all one that
// still stands in the way.
func barred(hit []railHit, first railHit) *Refusal {
	r := &Refusal{Code: "guard-rail", Message: first.message}
	if len(hit) > 1 {
		for _, h := range hit {
			r.Problems = append(r.Problems, h.message)
		}
	}
	final := slices.ContainsFunc(hit, func(h railHit) bool { return h.Final })
	reason := slices.ContainsFunc(hit, func(h railHit) bool { return h.Rule == pipelines.RequireReason })
	switch {
	case reason && len(hit) == 1:
		r.Help = `say why: --reason "…"`
	case final:
		r.Help = "override: false stands beside it: only a change of that file goes past"
	default:
		r.Help = `choose less, or go past it, on record: --override "why"`
	}
	return r
}

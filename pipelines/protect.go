package pipelines

import (
	"cmp"
	"strconv"
	"time"

	"gopkg.in/yaml.v3"
)

// Rule is what a guard rail is about: the key under protect that says it.
type Rule string

// The rules.
const (
	FreezeBefore  Rule = "freeze_before"
	MaxInstances  Rule = "max_instances"
	RequireReason Rule = "require_reason"
	Forbid        Rule = "forbid"
)

// Rail is one guard rail: something that orders shall not do. The rails of tidemark.yaml and
// those of a pipeline apply together, so that the stricter one wins.
type Rail struct {
	Rule   Rule
	Pos    Pos
	Before time.Time // FreezeBefore: no interval that starts earlier is changed
	Most   int       // MaxInstances: task instances that one order may change
	Orders []string  // Forbid: kinds of orders
	Final  bool      // override: false: nobody may go past it

	text string // FreezeBefore: as written, to be read in another timezone
}

// String says where the rail stands: file:line.
func (r Rail) String() string { return r.Pos.File + ":" + strconv.Itoa(r.Pos.Line) }

// orders are the kinds of orders that can be forbidden.
var orders = []string{"clear", "backfill", "mark", "trigger", "undo"}

// maxInstances is the largest bound that makes a difference: no order changes more.
const maxInstances = 1_000_000

// protect reads the guard rails of a block; a date is one of loc.
func (d *decoder) protect(n *yaml.Node, loc *time.Location) (rails []Rail) {
	may := true
	add := func(key *yaml.Node, r Rail) {
		r.Pos = Pos{File: d.file, Line: key.Line, Col: key.Column}
		rails = append(rails, r)
	}
	has := d.object(n, "protect", nil, []field{
		{"freeze_before", func(k, v *yaml.Node) {
			if at := d.date(v, "freeze_before", loc, false); !at.IsZero() {
				add(k, Rail{Rule: FreezeBefore, Before: at, text: v.Value})
			}
		}},
		{"max_instances", func(k, v *yaml.Node) {
			add(k, Rail{Rule: MaxInstances, Most: d.integer(v, "max_instances", 1, maxInstances)})
		}},
		{"require_reason", func(k, v *yaml.Node) {
			if d.boolean(v, "require_reason") {
				add(k, Rail{Rule: RequireReason})
			}
		}},
		{"forbid", func(k, v *yaml.Node) { add(k, Rail{Rule: Forbid, Orders: d.forbidden(v)}) }},
		{"override", func(_, v *yaml.Node) { may = d.boolean(v, "override") }},
	})
	if _, only := has["override"]; len(has) == 0 && len(n.Content) == 0 || only && len(has) == 1 {
		d.fail(n, "missing-key", "", "protect needs one of freeze_before, max_instances, require_reason and forbid")
	}
	for i := range rails {
		rails[i].Final = !may
	}
	return rails
}

func (d *decoder) forbidden(n *yaml.Node) []string {
	var kinds []string
	for _, item := range d.items(n) {
		kinds = append(kinds, orders[d.choice(item, "what protect forbids", orders)])
	}
	return kinds
}

// Rails are the guard rails of the project for a pipeline in loc.
func (s *Settings) Rails(loc *time.Location) []Rail {
	rails := make([]Rail, len(s.Protect))
	for i, r := range s.Protect {
		if r.text != "" {
			if at, err := ParseTime(r.text, loc, false); err == nil {
				r.Before = at
			}
		}
		rails[i] = r
	}
	return rails
}

// Rails are the guard rails for a pipeline, also for one that no valid file declares now:
// then they are those of tidemark.yaml.
func (p *Project) Rails(name string) []Rail {
	if def, ok := p.Pipeline(name); ok {
		return def.Protect
	}
	return p.Settings.Rails(cmp.Or(p.Settings.Location, time.UTC))
}

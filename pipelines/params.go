package pipelines

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"

	"gopkg.in/yaml.v3"
)

// params reads parameters: `name: default`, or a mapping of type, default, enum, required and description.
func (d *decoder) params(n *yaml.Node, scheduled bool) []Param {
	var list []Param
	for _, e := range d.entries(n, "params") {
		if !goodVariable(e.key.Value) {
			d.fail(e.key, "bad-name", "use letters, digits and _, so that ${{ params.NAME }} can say it", "%q is not a name for a param", short(e.key.Value))
			continue
		}
		list = append(list, d.param(e, scheduled))
	}
	return list
}

func (d *decoder) param(e entry, scheduled bool) Param {
	p := Param{Name: e.key.Value, Type: "string"}
	if e.value.Kind != yaml.MappingNode {
		p.Type = guessType(e.value)
		p.Default = d.paramValue(&p, e.value, "its default")
		return p
	}
	var value, enum, required *yaml.Node
	typed := false
	d.object(e.value, "param "+quote(p.Name), nil, []field{
		{"type", func(_, v *yaml.Node) { typed = true; d.paramType(&p, v) }},
		{"default", keep(&value)},
		{"enum", keep(&enum)},
		{"required", func(_, v *yaml.Node) { required, p.Required = v, d.boolean(v, "required") }},
		{"description", func(_, v *yaml.Node) { p.Description, _ = d.text(v, "description") }},
	})
	if !typed && value != nil {
		p.Type = guessType(value)
	}
	if enum != nil {
		d.enum(&p, enum)
	}
	if value != nil && !isNull(value) {
		p.Default = d.paramValue(&p, value, "its default")
		d.inEnum(&p, value)
	}
	if p.Required {
		d.required(&p, required, scheduled)
	}
	return p
}

// required refuses a parameter that must be given where nobody would ever be asked for it.
func (d *decoder) required(p *Param, n *yaml.Node, scheduled bool) {
	switch {
	case p.Default != nil:
		d.fail(n, "conflicting-keys", "remove one of the two", "param %q has a default, so it is not required", p.Name)
	case scheduled:
		d.fail(n, "conflicting-keys", "give it a default, or remove the schedule", "param %q is required, but the schedule makes runs and knows no value for it", p.Name)
	}
}

func (d *decoder) paramType(p *Param, n *yaml.Node) {
	name, ok := d.text(n, "type")
	if !ok {
		return
	}
	if _, ok := scalarTypes[name]; !ok {
		known := slices.Sorted(maps.Keys(scalarTypes))
		d.fail(n, "out-of-range", didYouMean(name, known), "type must be string, integer, number, boolean, date, list or object, but is %q", short(name))
		return
	}
	p.Type = name
}

func (d *decoder) enum(p *Param, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode || len(n.Content) == 0 {
		d.fail(n, "wrong-type", "write enum: [a, b]", "enum must be a list of values, but is %s", kindPhrase(n))
		return
	}
	for _, item := range d.items(n) {
		p.Enum = append(p.Enum, d.paramValue(p, item, "a value of its enum"))
	}
}

func (d *decoder) inEnum(p *Param, n *yaml.Node) {
	if p.allows(p.Default) {
		return
	}
	var words []string
	for _, v := range p.Enum {
		words = append(words, fmt.Sprint(v))
	}
	d.fail(n, "bad-default", didYouMean(n.Value, words), "the default of param %q is not in its enum", p.Name)
}

// guessType is the type of a parameter that is given by its default alone.
func guessType(n *yaml.Node) string {
	switch n.Kind {
	case yaml.SequenceNode:
		return "list"
	case yaml.MappingNode:
		return "object"
	}
	switch n.ShortTag() {
	case "!!int":
		return "integer"
	case "!!float":
		return "number"
	case "!!bool":
		return "boolean"
	case "!!timestamp":
		return "date"
	}
	return "string"
}

// paramValue reads a value of the parameter's type.
func (d *decoder) paramValue(p *Param, n *yaml.Node, what string) any {
	if n.Kind == yaml.ScalarNode && isNull(n) {
		return nil
	}
	if value, ok := d.typed(p.Type, n); ok {
		return value
	}
	d.fail(n, "bad-default", "", "param %q must be %s, but %s is %s", p.Name, typePhrase[p.Type], what, kindPhrase(n))
	return nil
}

func (d *decoder) typed(kind string, n *yaml.Node) (any, bool) {
	switch kind {
	case "list":
		value, ok := d.plain(n).([]any)
		return value, ok
	case "object":
		value, ok := d.plain(n).(map[string]any)
		return value, ok
	}
	if n.Kind != yaml.ScalarNode || !plainTag(n) {
		return nil, false
	}
	tag := n.ShortTag()
	switch kind {
	case "integer":
		value, ok := d.plain(n).(int)
		return value, ok
	case "number":
		switch value := d.plain(n).(type) {
		case int:
			return float64(value), true
		case float64:
			return value, !math.IsNaN(value) && !math.IsInf(value, 0)
		}
		return nil, false
	case "boolean":
		return isTrue(n), tag == "!!bool"
	case "date":
		t, err := ParseTime(n.Value, d.scope.location, false)
		return t.In(d.scope.location), err == nil
	}
	return n.Value, tag == "!!str" || tag == "!!timestamp"
}

// plain turns a node into maps, lists, texts, numbers and booleans. A date stays the text that it is in the file.
func (d *decoder) plain(n *yaml.Node) any {
	n = resolve(n)
	switch n.Kind {
	case yaml.SequenceNode:
		list := make([]any, 0, len(n.Content))
		for _, item := range n.Content {
			list = append(list, d.plain(item))
		}
		return list
	case yaml.MappingNode:
		object := make(map[string]any, len(n.Content)/2)
		for _, e := range d.entries(n, "a mapping") {
			object[e.key.Value] = d.plain(e.value)
		}
		return object
	}
	switch n.ShortTag() {
	case "!!null":
		return nil
	case "!!bool":
		return isTrue(n)
	case "!!int":
		if i, err := strconv.ParseInt(n.Value, 0, 64); err == nil {
			return int(i)
		}
	case "!!float":
		if f, err := strconv.ParseFloat(n.Value, 64); err == nil {
			return f
		}
	}
	return n.Value
}

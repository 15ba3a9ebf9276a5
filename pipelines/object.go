package pipelines

import (
	"slices"

	"gopkg.in/yaml.v3"
)

// entry is one key of a mapping with its value; aliases are resolved.
type entry struct{ key, value *yaml.Node }

// field is a key that a mapping accepts, and what reads its value.
type field struct {
	name   string
	decode func(key, value *yaml.Node)
}

// entries returns the keys of a mapping in the order of the file, with those that << merges in at the end. A key
// twice is an error; a key of the mapping's own wins over a merged one.
func (d *decoder) entries(n *yaml.Node, what string) []entry {
	n = resolve(n)
	if n.Kind != yaml.MappingNode {
		d.fail(n, "wrong-type", "write it as `key: value` lines", "%s must be a mapping, but is %s", what, kindPhrase(n))
		return nil
	}
	list := make([]entry, 0, len(n.Content)/2)
	seen := make(map[string]int, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := resolve(n.Content[i]), n.Content[i+1]
		if key.Kind == yaml.ScalarNode && key.ShortTag() == "!!merge" {
			merged = append(merged, value)
			continue
		}
		if key.Kind != yaml.ScalarNode || isNull(key) {
			d.fail(n.Content[i], "wrong-type", "", "a key of %s must be a word, but is %s", what, kindPhrase(key))
			continue
		}
		if first, ok := seen[key.Value]; ok {
			d.fail(key, "duplicate-key", "remove one of the two", "key %q stands in %s twice, first in line %d", key.Value, what, first)
			continue
		}
		seen[key.Value] = key.Line
		list = append(list, entry{key, resolve(value)})
	}
	for _, m := range merged {
		list = d.merge(list, seen, m, what)
	}
	return list
}

// merge adds the keys of a << value, which is a mapping or a list of mappings, that are not there yet.
func (d *decoder) merge(list []entry, seen map[string]int, value *yaml.Node, what string) []entry {
	value = resolve(value)
	sources := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		sources = value.Content
	}
	for _, source := range sources {
		if resolve(source).Kind != yaml.MappingNode {
			d.fail(source, "wrong-type", "write `<<: *anchor` of a mapping", "<< merges mappings, but this is %s", kindPhrase(resolve(source)))
			continue
		}
		for _, e := range d.entries(source, what) {
			if _, ok := seen[e.key.Value]; !ok {
				seen[e.key.Value] = e.key.Line
				list = append(list, e)
			}
		}
	}
	return list
}

// object reads a mapping with a fixed set of keys and returns those that it has.
func (d *decoder) object(n *yaml.Node, what string, later []string, fields []field) map[string]*yaml.Node {
	has := map[string]*yaml.Node{}
	for _, e := range d.entries(n, what) {
		name := e.key.Value
		i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
		if i < 0 {
			d.unknownKey(e.key, what, later, fields)
			continue
		}
		has[name] = e.value
		fields[i].decode(e.key, e.value)
	}
	return has
}

// foreignKey returns our word for a key of another tool, exact or with a slip in it where ours has none near.
func foreignKey(key string, names []string) string {
	if ours, ok := keyAliases[key]; ok && slices.Contains(names, ours) {
		return ours
	}
	if ours := keyAliases[Nearest(key, foreignKeys)]; Nearest(key, names) == "" && slices.Contains(names, ours) {
		return ours
	}
	return ""
}

func (d *decoder) unknownKey(key *yaml.Node, what string, later []string, fields []field) {
	if slices.Contains(later, key.Value) {
		d.fail(key, "not-yet-available", "remove it for now; this version does nothing with it", "key %q of %s is planned, but not yet available", key.Value, what)
		return
	}
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	help := didYouMean(key.Value, names)
	if ours := foreignKey(key.Value, names); ours != "" {
		help = "did you mean " + quote(ours) + "?"
	}
	if help == "" {
		help = "the keys are listed in docs/pipeline-file.md"
	}
	d.fail(key, "unknown-key", help, "unknown key %q in %s", key.Value, what)
}

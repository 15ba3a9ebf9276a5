package pipelines

import (
	"gopkg.in/yaml.v3"
)

// need is one entry of `needs:` with its place.
type need struct {
	id string
	at span
}

// needs reads a task's id, {task: id}, or a list of either.
func (d *decoder) needs(n *yaml.Node) []need {
	var list []need
	for _, item := range d.items(n) {
		if item.Kind != yaml.MappingNode {
			if id, ok := d.text(item, "an entry of needs"); ok {
				list = append(list, need{id, d.span(item)})
			}
			continue
		}
		has := d.object(item, "an entry of needs", laterInNeeds, []field{
			{"task", func(_, v *yaml.Node) {
				if id, ok := d.text(v, "task"); ok {
					list = append(list, need{id, d.span(v)})
				}
			}},
		})
		if has["task"] == nil {
			d.fail(item, "missing-key", "write needs: [task] or needs: [{task: id}]", "an entry of needs needs task")
		}
	}
	return list
}

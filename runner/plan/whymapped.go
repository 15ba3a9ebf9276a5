package plan

import (
	"fmt"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// tellingOrder is which state of many instances a person wants to hear of first.
var tellingOrder = []State{Failed, UpstreamFailed, Running, Retrying, Queued, Waiting, Skipped, Success}

// mapped explains a task by its instances, if it has any of its list.
func (y *inquiry) mapped() bool {
	count, first, total := map[State]int{}, map[State]string{}, 0
	for i := range y.Run.Instances {
		in := &y.Run.Instances[i]
		if in.Task != y.Task || in.MapIndex < 0 || in.State == Removed {
			continue
		}
		if count[in.State]++; first[in.State] == "" {
			first[in.State] = in.Name()
		}
		total++
	}
	if total == 0 {
		return false
	}
	var words []string
	ask := ""
	for _, s := range tellingOrder {
		if count[s] == 0 {
			continue
		}
		if ask == "" {
			y.doc.State, ask = s.String(), first[s]
		}
		words = append(words, fmt.Sprintf("%d %s", count[s], s))
		y.check(s.String(), s == Success || s == Skipped, "%s, the first is %s", prose.Plural(count[s], "instance"), first[s])
	}
	y.say("has %s: %s; tidemark why %s %s '%s' says more of one", prose.Plural(total, "instance"), strings.Join(words, ", "),
		y.Pipeline.Name, stamp(y.Interval.Start), ask)
	return true
}

package sqlite

import (
	"cmp"
	"math"
	"slices"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// undeclared is the place of a task that no file declares: last.
const undeclared = math.MaxInt

// sortInstances orders by place in the definition, then by name, then by map index. Rows
// come mostly in that order already.
func sortInstances(in []plan.Instance, place func(task string) int) {
	less := func(a, b plan.Instance) int {
		if a.Task == b.Task {
			return cmp.Compare(a.MapIndex, b.MapIndex)
		}
		return cmp.Or(cmp.Compare(place(a.Task), place(b.Task)), cmp.Compare(a.Task, b.Task))
	}
	if !slices.IsSortedFunc(in, less) {
		slices.SortFunc(in, less)
	}
}

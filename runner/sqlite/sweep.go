package sqlite

import (
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// sweep is one change to up to 62 tasks of a pattern: bit n of tasks stands for the task
// numbered base + n.
//
// Without a subquery or a join SQLite changes rows as it finds them; with one it makes a
// list first and costs twice as much. So tasks are bits of a number, and runs are ranges.
type sweep struct {
	sweepKey
	tasks int64
}

type sweepKey struct {
	action   plan.Action
	base     int64
	mapIndex int
	state    plan.State
	to       plan.State
	more     any // tries to the limit; nil: the limit stays
}

const sweepWidth = 62

// sweeps groups the rows of a pattern that exist.
func (o *ordering) sweeps(p *pattern) ([]*sweep, error) {
	pipeline := o.names.pipelines[p.pipeline]
	found := map[sweepKey]*sweep{}
	var all []*sweep
	for _, r := range p.rows {
		if r.State == nil {
			continue
		}
		task, err := o.names.task(o.w, pipeline, r.Task)
		if err != nil {
			return nil, err
		}
		bit := task % sweepWidth
		k := sweepKey{action: r.Action, base: task - bit, mapIndex: r.MapIndex, state: *r.State, to: r.To}
		if r.TryLimit > 0 {
			k.more = more(r)
		}
		s := found[k]
		if s == nil {
			s = &sweep{sweepKey: k}
			found[k] = s
			all = append(all, s)
		}
		s.tasks |= 1 << bit
	}
	return all, nil
}

// sweep runs a statement for each range of runs and each sweep. Together they must change
// so many rows: anything else is a bug.
func (o *ordering) sweep(runs []stretch, sweeps []*sweep, want int, exec func(stretch, *sweep) (int64, error)) error {
	var done int64
	for _, r := range runs {
		for _, s := range sweeps {
			n, err := exec(r, s)
			if err != nil {
				return err
			}
			done += n
		}
	}
	if done != int64(want) {
		return fmt.Errorf("task instances are not in the state that was seen: %d of %d", done, want)
	}
	return nil
}

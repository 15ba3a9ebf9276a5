package sqlite

import (
	"encoding/binary"
	"fmt"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// pattern is the same changes to the same tasks, in many runs. An order has few of them,
// however many rows it changes, and each is a handful of statements.
type pattern struct {
	pipeline string
	rows     []*plan.PlanRow // of one run, as an example
	made     bool            // the order made the runs
	runs     []int64
}

// patterns sorts the rows of a plan. The rows of a run stand together.
func (o *ordering) patterns() ([]*pattern, error) {
	rows := o.plan.Instances
	found := map[string]*pattern{}
	var list []*pattern
	var key []byte
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Pipeline == rows[0].Pipeline && rows[n].IntervalStart.Equal(rows[0].IntervalStart) {
			n++
		}
		group := rows[:n]
		rows = rows[n:]
		run, made, ok := o.runOf(&group[0])
		if !ok {
			continue // rows of a run that has none before it starts
		}
		key = append(key[:0], group[0].Pipeline...)
		key = append(key, 0)
		if made {
			key = append(key, 1)
		}
		for i := range group {
			key = appendRow(key, &group[i])
		}
		p := found[string(key)]
		if p == nil {
			p = &pattern{pipeline: group[0].Pipeline, made: made}
			for i := range group {
				p.rows = append(p.rows, &group[i])
			}
			found[string(key)] = p
			list = append(list, p)
		}
		p.runs = append(p.runs, run)
	}
	return list, nil
}

func appendRow(key []byte, r *plan.PlanRow) []byte {
	state := byte(255)
	if r.State != nil {
		state = byte(*r.State)
	}
	key = append(key, r.Task...)
	key = append(key, 0, state, byte(r.To))
	key = append(key, r.Action...)
	key = binary.AppendVarint(key, int64(r.MapIndex))
	return binary.AppendVarint(key, int64(more(r)))
}

// more is by how many tries the limit lies above those begun.
func more(r *plan.PlanRow) int { return r.TryLimit - r.Try }

// runOf finds the run of a row; made says that this order makes it.
func (o *ordering) runOf(r *plan.PlanRow) (run int64, made, ok bool) {
	if id, ok := o.made[moment{r.Pipeline, r.IntervalStart.UnixMicro()}]; ok {
		return id, true, true
	}
	return r.Run, false, r.Run != 0
}

// changeInstances applies the rows, pattern by pattern.
func (o *ordering) changeInstances() error {
	all, err := o.patterns()
	if err != nil {
		return err
	}
	for _, p := range all {
		if err := o.choose(p.runs); err != nil {
			return err
		}
		if err := o.changePattern(p); err != nil {
			return fmt.Errorf("pipeline %q: %w", p.pipeline, err)
		}
	}
	return nil
}

func (o *ordering) changePattern(p *pattern) error {
	n, err := o.pick(p)
	if err != nil {
		return err
	}
	sweeps, err := o.sweeps(p)
	if err != nil {
		return err
	}
	ranges, runs := stretches(p.runs), len(p.runs)
	if err := o.keepInstances(ranges, sweeps, (n.all-n.create)*runs); err != nil {
		return err
	}
	if n.create > 0 {
		if err := o.createInstances(p, n.create*runs); err != nil {
			return err
		}
	}
	if n.remove > 0 {
		if err := o.removeInstances(n.remove * runs); err != nil {
			return err
		}
	}
	if err := o.restoreInstances(ranges, sweeps, n.restore*runs); err != nil {
		return err
	}
	if err := o.resetInstances(ranges, sweeps, (n.all-n.create-n.remove-n.restore)*runs); err != nil {
		return err
	}
	return o.count(p)
}

// picks counts the rows of a pattern by what is done to them.
type picks struct{ all, create, remove, restore int }

// pick fills temp.picked with the rows of a pattern that are made or removed.
func (o *ordering) pick(p *pattern) (n picks, err error) {
	if _, err := o.w.exec(`DELETE FROM temp.picked`); err != nil {
		return n, err
	}
	pipeline, err := o.names.pipeline(o.w, p.pipeline)
	if err != nil {
		return n, err
	}
	for _, r := range p.rows {
		n.all++
		switch {
		case r.State == nil:
			n.create++
		case r.Action == plan.Remove:
			n.remove++
		case r.Action == plan.Restore:
			n.restore++
			continue
		default:
			continue
		}
		task, err := o.names.task(o.w, pipeline, r.Task)
		if err != nil {
			return n, err
		}
		if err := o.w.one("the row", `
			INSERT INTO temp.picked (task_id, map_index, action, to_state, try_limit)
			VALUES (?, ?, ?, ?, ?)`, task, r.MapIndex, actionNumber(r.Action), r.To, max(r.TryLimit, 1)); err != nil {
			return n, err
		}
	}
	return n, nil
}

// count moves the counters of the runs of a pattern: by the same numbers in each.
func (o *ordering) count(p *pattern) error {
	var n [9]int64
	for _, r := range p.rows {
		if r.State != nil {
			n[*r.State]--
		}
		if r.Action != plan.Remove {
			n[r.To]++
		}
	}
	return o.w.many("runs", len(p.runs), `
		UPDATE runs
		SET waiting = waiting + ?,
		    queued = queued + ?,
		    running = running + ?,
		    retrying = retrying + ?,
		    success = success + ?,
		    failed = failed + ?,
		    skipped = skipped + ?,
		    upstream_failed = upstream_failed + ?,
		    removed = removed + ?
		WHERE run_id IN (SELECT run_id FROM temp.chosen)`, n[0], n[1], n[2], n[3], n[4], n[5], n[6], n[7], n[8])
}

//go:build linux

package main

import (
	"fmt"
	"path/filepath"
	"strconv"
	"time"
)

// slots is how many tasks run at once where the work does not say it: the two processors
// for which the bounds are.
const slots = 2

// wide is many tasks that need nothing.
func (b *bench) wide() error {
	g := graph{tasks: b.pick(3_000, 10_000), list: "[/bin/true]", slots: slots}
	floor := bare(g.tasks, slots, "/bin/true")
	costs, err := b.compete(b.pick(3, 5), append([]contender{floor, b.ours(g)}, g.others()...)...)
	if err != nil {
		return err
	}
	wall, cpu := ratios(costs["tidemark"], costs["bare"])
	what := fmt.Sprintf("%d tasks `[/bin/true]` wide, %d slots, against a bare loop of fork, exec and wait", g.tasks, slots)
	b.add(bounded(what+": wall", wall, "×", 1.25))
	b.add(bounded("the same: processor time", cpu, "×", 1.3))
	b.rank(fmt.Sprintf("%d × `/bin/true`", g.tasks), g.tasks, costs)
	return nil
}

// shell is the same through sh -c.
func (b *bench) shell() error {
	g := graph{tasks: b.pick(2_000, 10_000), shell: "true", slots: slots}
	floor := bare(g.tasks, slots, "/bin/sh", "-c", "true")
	costs, err := b.compete(b.pick(3, 5), append([]contender{floor, b.ours(g)}, g.others()...)...)
	if err != nil {
		return err
	}
	wall, _ := ratios(costs["tidemark"], costs["bare"])
	b.add(bounded(fmt.Sprintf("%d tasks `run: \"true\"` (shell), against a bare loop of `sh -c true`: wall", g.tasks), wall, "×", 1.2))
	b.rank(fmt.Sprintf("%d × `sh -c true`", g.tasks), g.tasks, costs)
	return nil
}

// chain is tasks each of which needs the one before: nothing can be done ahead.
func (b *bench) chain() error {
	g := graph{tasks: 500, chain: true, list: "[/bin/true]", slots: slots}
	costs, err := b.compete(b.pick(5, 9), append([]contender{bare(g.tasks, 1, "/bin/true"), b.ours(g)}, g.others()...)...)
	if err != nil {
		return err
	}
	var above []float64
	for i := range costs["tidemark"] {
		more := costs["tidemark"][i].wall - costs["bare"][i].wall
		above = append(above, more.Seconds()*1000/float64(g.tasks))
	}
	b.add(bounded("chain of 500 tasks: time of each above the bare loop", median(above), " ms", 0.6))
	b.rank("chain of 500 × `/bin/true`", g.tasks, costs)
	return nil
}

// grid is many runs of some tasks.
func (b *bench) grid() error {
	g := graph{tasks: 50, intervals: b.pick(60, 200), active: 16, list: "[/bin/true]", slots: slots}
	count := g.tasks * g.intervals
	costs, err := b.compete(b.pick(3, 5), bare(count, slots, "/bin/true"), b.ours(g))
	if err != nil {
		return err
	}
	wall, _ := ratios(costs["tidemark"], costs["bare"])
	b.add(bounded(fmt.Sprintf("grid of %d intervals × %d tasks, `max_active_runs: 16`, against the bare loop: wall", g.intervals, g.tasks), wall, "×", 1.3))
	return nil
}

// weather is the example's catch-up, against a shell loop over the same scripts.
func (b *bench) weather() error {
	const jobs = 4
	example := copyTree(filepath.Join(b.root, "examples", "weather"))
	costs, err := b.compete(b.pick(1, 3),
		contender{name: "loop", prepare: example, argv: []string{"sh", "loop.sh", "out", strconv.Itoa(jobs)}},
		contender{name: "tidemark", prepare: example,
			argv: []string{b.tidemark, "run", "--until-idle", "--progress", "none", "-j", strconv.Itoa(jobs)}})
	if err != nil {
		return err
	}
	wall, _ := ratios(costs["tidemark"], costs["loop"])
	r := bounded("catch-up of 1,461 intervals × 3 tasks of the weather example, against a shell loop: wall", wall, "×", 1.3)
	r.figure += fmt.Sprintf(" (%s against %s)", medianWall(costs["tidemark"]).Round(100*time.Millisecond), medianWall(costs["loop"]).Round(100*time.Millisecond))
	b.add(r)
	return nil
}

package pipelines

import (
	"fmt"
	"maps"
	"slices"

	"gopkg.in/yaml.v3"
)

// WeightRule says which tasks' priorities make up the weight of one.
type WeightRule uint8

// The rules, named as in Airflow.
const (
	WeightDownstream WeightRule = iota // its own and those of all tasks downstream
	WeightUpstream                     // its own and those of all tasks upstream
	WeightAbsolute                     // its own
)

var weightRuleNames = []string{"downstream", "upstream", "absolute"}

// String returns the rule's name in YAML.
func (r WeightRule) String() string { return weightRuleNames[r] }

// Limits of pools and priorities.
const (
	maxSlots        = 10_000
	maxPriority     = 1_000_000
	defaultPriority = 1 // as in Airflow
)

// pools reads how many slots each pool has.
func (d *decoder) pools(n *yaml.Node) map[string]int {
	pools := map[string]int{}
	for _, e := range d.entries(n, "pools") {
		if d.name(d.span(e.key), "a pool", e.key.Value) {
			pools[e.key.Value] = d.integer(e.value, "the slots of pool "+e.key.Value, 1, maxSlots)
		}
	}
	return pools
}

// checkPool demands that a task's pool exists and has room for the task at all. The task's
// own key, where it has one, is the place.
func (d *decoder) checkPool(at *yaml.Node, has map[string]*yaml.Node, t *Task) {
	where := func(key string) *yaml.Node {
		if n := has[key]; n != nil {
			return n
		}
		return at
	}
	if t.Pool == "" {
		if has["pool_slots"] != nil {
			d.fail(has["pool_slots"], "missing-key", "add pool:", "pool_slots needs pool")
		}
		return
	}
	slots, ok := d.settings.Pools[t.Pool]
	switch known := slices.Sorted(maps.Keys(d.settings.Pools)); {
	case !ok && len(known) == 0:
		d.fail(where("pool"), "unknown-pool", fmt.Sprintf("declare it under pools: in tidemark.yaml, as in pools: {%s: 4}", t.Pool), "pool %q does not exist", short(t.Pool))
	case !ok:
		d.fail(where("pool"), "unknown-pool", didYouMean(t.Pool, known), "pool %q does not exist", short(t.Pool))
	case t.PoolSlots > slots:
		d.fail(where("pool_slots"), "out-of-range", "", "task %q takes %d slots, but pool %q has %d: it could never run", t.ID, t.PoolSlots, t.Pool, slots)
	}
}

// weigh gives each task its weight. Where no task says anything of priority all weigh the
// same, so that the oldest interval comes first.
func (p *Pipeline) weigh() {
	said := slices.ContainsFunc(p.Tasks, func(t *Task) bool { return t.Priority != defaultPriority || t.WeightRule != WeightDownstream })
	for i, t := range p.Tasks {
		t.Weight = defaultPriority
		if !said {
			continue
		}
		t.Weight = t.Priority
		if t.WeightRule == WeightAbsolute {
			continue
		}
		for _, j := range p.Closure(i, t.WeightRule == WeightUpstream) {
			t.Weight += p.Tasks[j].Priority
		}
	}
}

// activeTasks reads how many tasks may be at work: in one run, or {per_run, per_pipeline}.
func (d *decoder) activeTasks(n *yaml.Node) (perRun, perPipeline int) {
	if n.Kind != yaml.MappingNode {
		return d.integer(n, "max_active_tasks", 1, maxSlots), 0
	}
	has := d.object(n, "max_active_tasks", nil, []field{
		{"per_run", func(_, v *yaml.Node) { perRun = d.integer(v, "per_run", 1, maxSlots) }},
		{"per_pipeline", func(_, v *yaml.Node) { perPipeline = d.integer(v, "per_pipeline", 1, maxSlots) }},
	})
	if len(has) == 0 {
		d.fail(n, "missing-key", "", "max_active_tasks needs per_run or per_pipeline")
	}
	return perRun, perPipeline
}

package plan

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// crowd is a random world in which live runs and backfills of some pipelines want slots.
type crowd struct {
	*testing.T
	rng   *rand.Rand
	world *World
}

func newCrowd(t *testing.T, seed uint64, slots int) *crowd {
	c := &crowd{t, rand.New(rand.NewPCG(seed, 29)), &World{Pools: map[string]int{}}}
	c.world.Parallelism = 1 + c.rng.IntN(12)
	for i := range 3 {
		c.world.Pools[fmt.Sprint(i)] = 1 + c.rng.IntN(6)
	}
	for i := range 1 + c.rng.IntN(4) {
		c.world.Pipelines = append(c.world.Pipelines, c.pipeline(fmt.Sprint(i), slots))
	}
	return c
}

// pipeline has tasks that need nothing, some of them at work.
func (c *crowd) pipeline(name string, slots int) *PipelineState {
	def := &pipelines.Pipeline{Name: name, Location: time.UTC, MaxActiveRuns: 100}
	for i := range 1 + c.rng.IntN(6) {
		t := &pipelines.Task{ID: fmt.Sprint(i), PoolSlots: 1, Weight: 1 + c.rng.IntN(3)*c.rng.IntN(50)}
		if slots > 0 && c.rng.IntN(2) == 0 {
			t.Pool, t.PoolSlots = fmt.Sprint(c.rng.IntN(4)), 1+c.rng.IntN(slots) // of pool 3 there is none
		}
		def.Tasks = append(def.Tasks, t)
	}
	if c.rng.IntN(3) == 0 {
		def.MaxActiveTasks = 1 + c.rng.IntN(6)
	}
	if c.rng.IntN(3) == 0 {
		def.MaxActiveTasksPerRun = 1 + c.rng.IntN(3)
	}
	if err := pipelines.Build(def); err != nil {
		c.Fatal(err)
	}
	p := &PipelineState{Name: name, Def: def, Lanes: []*Lane{{}}}
	for lane := int64(1); lane <= int64(c.rng.IntN(4)); lane++ {
		p.Lanes = append(p.Lanes, &Lane{ID: lane})
	}
	for n := range c.rng.IntN(9) {
		lane := p.Lanes[c.rng.IntN(len(p.Lanes))].ID
		run := &Run{ID: int64(len(c.world.Pipelines)*100 + n), Pipeline: name, Interval: daily(n), State: RunRunning, Lane: lane, StartedAt: day0}
		for _, t := range def.Tasks {
			run.Instances = append(run.Instances, Instance{Task: t.ID, MapIndex: -1, TryLimit: 1})
		}
		p.Running = append(p.Running, run)
	}
	return p
}

// scene counts what is at work in a world, anew.
type scene struct {
	all   int
	side  [2]int
	pools map[string][2]int
	pipes map[string]int
	runs  map[*Run]int
}

func (c *crowd) scene() scene {
	s := scene{pools: map[string][2]int{}, pipes: map[string]int{}, runs: map[*Run]int{}}
	c.each(func(p *PipelineState, run *Run, in *Instance, t *pipelines.Task) {
		if !in.Open {
			return
		}
		s.all++
		s.side[sideOf(run)]++
		s.pipes[p.Name]++
		s.runs[run]++
		if t.Pool != "" {
			held := s.pools[t.Pool]
			held[sideOf(run)] += t.PoolSlots
			s.pools[t.Pool] = held
		}
	})
	return s
}

func (c *crowd) each(f func(*PipelineState, *Run, *Instance, *pipelines.Task)) {
	for _, p := range c.world.Pipelines {
		for _, run := range p.Running {
			for i := range run.Instances {
				t, _ := p.Def.Task(run.Instances[i].Task)
				f(p, run, &run.Instances[i], t)
			}
		}
	}
}

// lets says whether a task has room beside its like, and in its pool.
func (s *scene) lets(w *World, p *PipelineState, run *Run, t *pipelines.Task) (beside, pool bool) {
	held := s.pools[t.Pool]
	beside = (p.Def.MaxActiveTasks == 0 || s.pipes[p.Name] < p.Def.MaxActiveTasks) &&
		(p.Def.MaxActiveTasksPerRun == 0 || s.runs[run] < p.Def.MaxActiveTasksPerRun)
	return beside, t.Pool == "" || held[0]+held[1]+t.PoolSlots <= w.Pools[t.Pool]
}

// TestSlotsAreSharedInRandomWorlds lives through turns in which attempts begin and end, and
// checks after each that no limit is exceeded, that nothing that has room is left standing
// beside a free slot, whatever weighs more and has none, and that each side gets its share.
func TestSlotsAreSharedInRandomWorlds(t *testing.T) {
	for seed := range uint64(2000) {
		slots := []int{0, 1, 3}[seed%3] // that a task takes of a pool, at most
		c := newCrowd(t, seed, slots)
		for turn := range 8 {
			before := c.scene()
			Step(day(turn).Add(time.Duration(seed)*time.Millisecond), c.world)
			after := c.scene()
			c.limits(&before, &after)
			c.noneLeft(&after)
			if slots == 0 {
				c.shares(&before, &after)
			}
			if slots == 1 {
				c.poolShares(&before, &after)
			}
			if t.Failed() {
				t.Fatalf("seed %d, turn %d", seed, turn)
			}
			c.end(0.4)
		}
	}
}

// end ends some of the attempts; their instances want to run again.
func (c *crowd) end(chance float64) {
	c.each(func(_ *PipelineState, _ *Run, in *Instance, _ *pipelines.Task) {
		if in.Open && c.rng.Float64() < chance {
			in.State, in.Open = Waiting, false
		}
	})
}

func (c *crowd) limits(before, after *scene) {
	if after.all > max(c.world.Parallelism, before.all) {
		c.Errorf("%d are at work, %d may be", after.all, c.world.Parallelism)
	}
	for name, held := range after.pools {
		if n := held[0] + held[1]; n > c.world.Pools[name] {
			c.Errorf("%d of %d slots of pool %s are taken", n, c.world.Pools[name], name)
		}
	}
	for _, p := range c.world.Pipelines {
		if n := p.Def.MaxActiveTasks; n > 0 && after.pipes[p.Name] > n {
			c.Errorf("%d of %d tasks of a pipeline are at work", after.pipes[p.Name], n)
		}
		for _, run := range p.Running {
			if n := p.Def.MaxActiveTasksPerRun; n > 0 && after.runs[run] > n {
				c.Errorf("%d of %d tasks of a run are at work", after.runs[run], n)
			}
		}
	}
}

func (c *crowd) noneLeft(after *scene) {
	c.each(func(p *PipelineState, run *Run, in *Instance, t *pipelines.Task) {
		beside, pool := after.lets(c.world, p, run, t)
		if in.State == Waiting && beside && pool && after.all < c.world.Parallelism {
			c.Errorf("%d of %d slots are taken, and %s of %s waits", after.all, c.world.Parallelism, t.ID, p.Name)
		}
	})
}

// shares checks that a side which has less than its share, and something left that only
// lacks a slot, has not seen the other side get ahead of it.
func (c *crowd) shares(before, after *scene) {
	c.each(func(p *PipelineState, run *Run, in *Instance, t *pipelines.Task) {
		own := sideOf(run)
		beside, _ := after.lets(c.world, p, run, t)
		had, has := before.side[own.other()], after.side[own.other()]
		if in.State == Waiting && beside && after.side[own] < share(c.world.Parallelism) && has > max(had, after.side[own]+1) {
			c.Errorf("side %d has %d, the other went from %d to %d of %d", own, after.side[own], had, has, c.world.Parallelism)
		}
	})
}

// poolShares checks the same of what lacks a slot of its pool.
func (c *crowd) poolShares(before, after *scene) {
	c.each(func(p *PipelineState, run *Run, in *Instance, t *pipelines.Task) {
		own := sideOf(run)
		beside, pool := after.lets(c.world, p, run, t)
		had, has := before.pools[t.Pool], after.pools[t.Pool]
		if in.State == Waiting && beside && !pool && has[own] < share(c.world.Pools[t.Pool]) && has[own.other()] > max(had[own.other()], has[own]+1) {
			c.Errorf("of pool %s side %d has %d, the other went from %d to %d of %d", t.Pool, own, has[own],
				had[own.other()], has[own.other()], c.world.Pools[t.Pool])
		}
	})
}

// TestNeitherSideWaitsForEver lets one side weigh more than the other wherever it can, with
// as few slots as can be, and more work than ever ends.
func TestNeitherSideWaitsForEver(t *testing.T) {
	for _, s := range []struct {
		name              string
		parallelism, pool int
		shared            bool // one pipeline has both
	}{
		{"one_slot", 1, 0, true}, {"one_slot_and_other_pipelines", 1, 0, false},
		{"some_slots", 5, 0, true}, {"some_slots_and_other_pipelines", 5, 0, false},
		{"one_slot_of_a_pool", 16, 1, true}, {"one_slot_of_a_pool_and_other_pipelines", 16, 1, false},
		{"one_slot_of_a_pool_and_no_more", 1, 1, false}, {"some_slots_of_a_pool", 16, 5, false},
	} {
		for _, heavy := range []side{liveSide, fillSide} {
			t.Run(fmt.Sprint(s.name, "/", heavy), func(t *testing.T) {
				c := &crowd{t, rand.New(rand.NewPCG(1, 2)), &World{Parallelism: s.parallelism, Pools: map[string]int{"x": s.pool}}}
				for i := range 2 {
					def := set(graph(t, "a, b, c"), "")
					def.Name, def.Timetable = fmt.Sprint(i), nil
					for _, task := range def.Tasks {
						if s.pool > 0 && task.ID != "c" {
							task.Pool = "x"
						}
						if side(i) == heavy {
							task.Weight = 100
						}
					}
					p := &PipelineState{Name: def.Name, Def: def, Lanes: []*Lane{{}, {ID: 7}}}
					for n := range 8 {
						if lane := n % 2; s.shared || lane == i {
							run := &Run{ID: int64(10*i + n), Pipeline: p.Name, Interval: daily(n), State: RunRunning, Lane: int64(7 * lane), StartedAt: day0}
							run.Instances = bear(def, run)
							p.Running = append(p.Running, run)
						}
					}
					c.world.Pipelines = append(c.world.Pipelines, p)
				}
				var turns [2]int
				for n := range 400 {
					d := Step(day0.Add(time.Duration(n)*time.Second), c.world)
					for _, start := range d.Start {
						if s.pool == 0 || start.Task != "c" {
							turns[sideOf(start.Run)]++
						}
					}
					c.end(1)
				}
				if all := turns[0] + turns[1]; min(turns[0], turns[1]) < all/10 {
					t.Errorf("live runs begin %d, backfills %d", turns[0], turns[1])
				}
			})
		}
	}
}

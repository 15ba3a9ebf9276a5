package plan

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// begun lists what the steps start, as pipeline:day/task, in order.
func (m *model) begun() string {
	var all []string
	for again := true; again; {
		d := m.step()
		for _, s := range d.Start {
			all = append(all, fmt.Sprintf("%s:%d/%s", s.Def.Name, s.Run.Interval.Start.YearDay()-day0.YearDay(), s.Task))
		}
		again = d.Again
	}
	return strings.Join(all, " ")
}

// set changes the tasks of a graph: "a.pool=x a.slots=2 a.weight=3".
func set(p *pipelines.Pipeline, words string) *pipelines.Pipeline {
	for _, t := range p.Tasks {
		t.PoolSlots, t.Weight = 1, 1
	}
	for _, word := range strings.Fields(words) {
		var n int
		path, value, _ := strings.Cut(word, "=")
		id, key, _ := strings.Cut(path, ".")
		t, _ := p.Task(id)
		fmt.Sscan(value, &n)
		switch key {
		case "pool":
			t.Pool = value
		case "slots":
			t.PoolSlots = n
		case "weight":
			t.Weight = n
		}
	}
	return p
}

func TestWhatMayStart(t *testing.T) {
	for _, s := range []struct {
		name, graph, set          string
		runs, slots, parallelism  int
		perRun, perPipeline, live int
		begun                     string
	}{
		{"all_that_has_room", "a, b", "", 1, 0, 9, 0, 0, 0, "p:0/a p:0/b"},
		{"the_oldest_interval_first", "a, b", "", 2, 0, 3, 0, 0, 0, "p:0/a p:0/b p:1/a"},
		{"the_heavier_first", "a, b", "b.weight=4", 2, 0, 1, 0, 0, 0, "p:0/b"},
		{"the_heavier_first_of_all_runs", "a, b", "b.weight=4", 2, 0, 3, 0, 0, 0, "p:0/b p:1/b p:0/a"},
		{"a_pool_has_its_slots", "a, b, c", "a.pool=x b.pool=x c.pool=x", 1, 2, 9, 0, 0, 0, "p:0/a p:0/b"},
		{"what_is_outside_the_pool_goes_on", "a, b, c", "a.pool=x b.pool=x", 1, 1, 9, 0, 0, 0, "p:0/a p:0/c"},
		{"a_task_may_take_more_than_one", "a, b, c", "a.pool=x a.slots=2 b.pool=x b.slots=2 c.pool=x", 1, 3, 9, 0, 0, 0, "p:0/a p:0/c"},
		{"no_room_for_the_heavy_keeps_nobody_waiting", "a, b", "a.pool=x a.slots=2 a.weight=9 b.pool=x", 1, 1, 9, 0, 0, 0, "p:0/b"},
		{"a_pool_that_is_gone_has_no_room", "a, b", "a.pool=y", 1, 1, 9, 0, 0, 0, "p:0/b"},
		{"so_many_in_each_run", "a, b, c", "", 2, 0, 9, 2, 0, 0, "p:0/a p:0/b p:1/a p:1/b"},
		{"so_many_in_each_run_with_those_at_work", "a, b, c", "", 2, 0, 9, 2, 0, 1, "p:0/b p:1/a p:1/b"},
		{"so_many_in_all_runs", "a, b, c", "", 2, 0, 9, 0, 4, 0, "p:0/a p:0/b p:0/c p:1/a"},
		{"so_many_in_all_runs_with_those_at_work", "a, b, c", "", 2, 0, 9, 0, 4, 2, "p:0/b p:0/c"},
		{"both_bounds", "a, b, c", "", 3, 0, 9, 2, 5, 0, "p:0/a p:0/b p:1/a p:1/b p:2/a"},
	} {
		t.Run(s.name, func(t *testing.T) {
			m := newModel(t, set(graph(t, s.graph), s.set))
			m.pools, m.parallelism = map[string]int{"x": s.slots}, s.parallelism
			m.pipes[0].def.Timetable = nil
			m.pipes[0].def.MaxActiveTasksPerRun, m.pipes[0].def.MaxActiveTasks = s.perRun, s.perPipeline
			for n := range s.runs {
				run := m.add("p", n)
				if n < s.live {
					in := Instance{Task: "a", MapIndex: -1, State: Running, Try: 1, TryLimit: 1, Open: true, StartedAt: m.now}
					run.State, run.Instances = RunRunning, []Instance{in}
					m.attempts[in.key(run)] = AttemptRunning
				}
			}
			if got := m.begun(); got != s.begun {
				t.Errorf("%s\n got %s\nwant %s", s.name, got, s.begun)
			}
			if got := m.begun(); got != "" {
				t.Errorf("a second look starts %s", got)
			}
		})
	}
}

// The heavier task goes first whatever its interval; the older one of those that weigh alike.
func TestTheHeavierTaskOfAnotherPipelineGoesFirst(t *testing.T) {
	for _, s := range []struct {
		of    string // whether the heavier one is of the same pipeline
		days  [2]int // of the light one, and of the heavy one
		begun string
	}{
		{"another", [2]int{0, 0}, "q:0/a"},
		{"another", [2]int{0, 1}, "q:1/a"},
		{"another", [2]int{1, 0}, "q:0/a"},
		{"the same", [2]int{0, 0}, "p:0/b"},
		{"the same", [2]int{0, 1}, "p:0/b"}, // both runs have both tasks
	} {
		light, heavy := set(graph(t, "a"), ""), set(graph(t, "a"), "a.weight=4")
		heavy.Name = "q"
		if s.of == "the same" {
			light = set(graph(t, "a, b"), "b.weight=4")
		}
		m := newModel(t, light, heavy)
		m.parallelism = 1
		light.Timetable, heavy.Timetable = nil, nil
		m.add("p", s.days[0])
		if s.of == "another" {
			m.add("q", s.days[1])
		} else if s.days[1] != s.days[0] {
			m.add("p", s.days[1])
		}
		if got := m.begun(); got != s.begun {
			t.Errorf("%s pipeline, days %v: %s, want %s", s.of, s.days, got, s.begun)
		}
	}
}

func TestAPoolIsSharedByAllPipelinesAndFreedAtTheEnd(t *testing.T) {
	one, other := set(graph(t, "a"), "a.pool=x"), set(graph(t, "a"), "a.pool=x")
	other.Name = "q"
	m := newModel(t, one, other)
	m.pools = map[string]int{"x": 1}
	one.Timetable, other.Timetable = nil, nil
	runs := []*Run{m.add("p", 0), m.add("q", 0)}
	first := m.begun()
	i := slices.Index([]string{"p:0/a", "q:0/a"}, first)
	if i < 0 {
		t.Fatal(first)
	}
	runs[i].Instances[0].State = Waiting // cleared: its process still runs, and holds its slot
	if got := m.begun(); got != "" {
		t.Errorf("%s starts beside one that is being cancelled", got)
	}
	m.pipes[i].paused = true
	m.happens(runs[i], "a-")
	if got := m.begun(); got != []string{"q:0/a", "p:0/a"}[i] {
		t.Errorf("then %q", got)
	}
}

func TestWhyNamesWhatHasNoRoom(t *testing.T) {
	for says, do := range map[string]func(*WhyScope){
		"waits: 3 of 4 slots of pool x are taken, and it takes 2.": func(q *WhyScope) {
			q.Pools, q.Taken = map[string]int{"x": 4}, map[string]int{"x": 3}
		},
		"waits: 0 of 0 slots of pool x are taken, and it takes 2.": func(q *WhyScope) { q.Pools = map[string]int{"y": 4} },
		"waits: 7 of 7 tasks of p are at work.":                    func(q *WhyScope) { q.Pipeline.Def.MaxActiveTasks, q.ActiveTasks = 7, 7 },
		"waits: 1 of 1 tasks of its run are at work.":              func(q *WhyScope) { q.Pipeline.Def.MaxActiveTasksPerRun = 1 },
	} {
		m := newModel(t, set(graph(t, "a, b"), "b.pool=x b.slots=2"))
		m.pipes[0].def.Timetable = nil
		m.add("p", 0)
		m.begun()
		q := m.ask("b", 0)
		q.Run.Instances[1].State = Waiting
		do(q)
		if doc := Why(m.now, q); !strings.Contains(doc.Sentence, says) {
			t.Errorf("%s\n%s", doc.Sentence, says)
		}
	}
}

package storetest

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Memory is a runner.Store in memory, for tests of what stands on a store. It remembers
// nothing of the past beyond the state of each run: finished runs and open attempts.
type Memory struct {
	*shared
	mine, seen int // commits: by this handle; by others at the last look
}

// shared is the state that several handles see.
type shared struct {
	mu      sync.Mutex
	state   *state
	commits int
}

type state struct {
	names  []string // of pipelines, sorted
	last   map[string]timetable.Interval
	paused map[string]bool
	places map[string]map[string]int // where each task stands in its pipeline
	past   map[string][]string       // the tasks of a pipeline that depend on the run before

	looksBack map[string]bool // whether expressions of a pipeline read the interval of an earlier run
	runs      []*plan.Run     // by number
	skipped   []plan.SkippedStretch
	attempts  map[plan.AttemptKey]plan.AttemptState
}

// NewMemory returns an empty store.
func NewMemory() *Memory {
	return &Memory{shared: &shared{state: &state{
		last: map[string]timetable.Interval{}, paused: map[string]bool{}, places: map[string]map[string]int{}, past: map[string][]string{}, looksBack: map[string]bool{},
		attempts: map[plan.AttemptKey]plan.AttemptState{}}}}
}

// Other returns a second handle on the same state, as another process would have.
func (m *Memory) Other() *Memory {
	m.mu.Lock()
	defer m.mu.Unlock()
	return &Memory{shared: m.shared, seen: m.commits}
}

var _ runner.Store = (*Memory)(nil)

// Register makes pipelines known.
func (m *Memory) Register(_ context.Context, ps []*pipelines.Pipeline, _ runner.Commit, _ time.Time) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, p := range ps {
		places := map[string]int{}
		for i, t := range p.Tasks {
			places[t.ID] = i
		}
		m.state.places[p.Name], m.state.past[p.Name] = places, p.DependOnPast()
		m.state.looksBack[p.Name] = p.LooksBack()
		m.state.know(p.Name)
	}
	return nil
}

func (s *state) know(name string) {
	if i, ok := slices.BinarySearch(s.names, name); !ok {
		s.names = slices.Insert(s.names, i, name)
	}
}

// Update decides on a copy of the world and writes to a copy of the state.
func (m *Memory) Update(_ context.Context, now time.Time, decide func(*plan.World) plan.Decision) (plan.Decision, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seen = m.commits - m.mine
	d := decide(m.state.world())
	if d.Empty() {
		return d, nil
	}
	next := m.state.clone()
	if err := next.write(now, &d); err != nil {
		return d, err
	}
	m.commit(next)
	return d, nil
}

func (m *Memory) commit(next *state) {
	m.state = next
	m.commits++
	m.mine++
}

// Changed says whether another handle has written.
func (m *Memory) Changed(context.Context) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	before := m.seen
	m.seen = m.commits - m.mine
	return m.seen != before, nil
}

// OpenAttempts are those that have not ended.
func (m *Memory) OpenAttempts(context.Context) ([]plan.AttemptKey, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	var open []plan.AttemptKey
	for k, s := range m.state.attempts {
		if s.Open() {
			open = append(open, k)
		}
	}
	slices.SortFunc(open, func(a, b plan.AttemptKey) int {
		if a.Run != b.Run {
			return int(a.Run - b.Run)
		}
		return slices.Compare([]string{a.Task}, []string{b.Task})
	})
	return open, nil
}

// Reset puts one task instance back to waiting, and its run back to work if it has ended:
// the least that an order does.
func (m *Memory) Reset(run int64, task string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	next := m.state.clone()
	r := next.run(run)
	in := next.instance(r, task, -1)
	if in == nil {
		return fmt.Errorf("run %d has no task %q", run, task)
	}
	in.State, in.NotBefore = plan.Waiting, time.Time{}
	if r.State.Final() {
		r.State, r.EndedAt = plan.RunQueued, time.Time{}
	}
	m.commit(next)
	return nil
}

// Runs are copies of all runs, by number.
func (m *Memory) Runs() []*plan.Run {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state.clone().runs
}

func (s *state) clone() *state {
	c := *s
	c.names = slices.Clone(s.names)
	c.skipped = slices.Clone(s.skipped)
	c.last = copyMap(s.last)
	c.attempts = copyMap(s.attempts)
	c.runs = make([]*plan.Run, len(s.runs))
	for i, r := range s.runs {
		c.runs[i] = copyRun(r)
	}
	return &c
}

func copyRun(r *plan.Run) *plan.Run {
	c := *r
	c.Instances = slices.Clone(r.Instances)
	return &c
}

func copyMap[K comparable, V any](m map[K]V) map[K]V {
	c := make(map[K]V, len(m))
	for k, v := range m {
		c[k] = v
	}
	return c
}

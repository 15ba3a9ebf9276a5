package plan

import (
	"math"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// A forecast is a rehearsal: the work is scheduled some dozens of times over as the loop
// would do it, each run taking what some run before took. So it follows the critical path,
// and keeps to every bound that applies. It knows nothing of other work beside it, and
// nothing of failures. Of much work it rehearses the beginning, and reckons with the pace
// that the middle of it had.

// Machine is what all tasks share.
type Machine struct {
	Parallelism int            // attempts at once; 0: not known
	Pools       map[string]int // slots by name
}

// History is what tasks took lately: for each of some runs, by task, how long it took, 0
// where it was skipped. A task that did not end well is missing.
type History []map[string]time.Duration

// leastHistory is how many runs a forecast must know of each of its tasks.
const leastHistory = 3

// Work is what runs of one pipeline have to do, in the order in which they begin.
type Work struct {
	Def       *pipelines.Pipeline
	History   History
	MaxActive int // runs at once; 0: the pipeline's
	Stints    []Stint
}

// Stint is so many runs one after another that have the same tasks to do. A task that has
// several instances stands there as often.
type Stint struct {
	Tasks []int // places in the definition
	Runs  int
}

// Limits of a rehearsal: what keeps it in milliseconds.
const (
	rehearsedTasks = 4_000 // task instances in one
	allTasks       = 60_000
	mostRehearsals = 25
	leastRehearsal = 3
)

// Forecast says how long work takes; nil where that is not known.
func Forecast(all []Work, on Machine) *ETA { return forecast(all, on, rehearsedTasks) }

func forecast(all []Work, on Machine, limit int) *ETA {
	f := &forecasting{on: on}
	for _, w := range all {
		if w.size() == 0 {
			continue
		}
		l := newLot(w)
		if l == nil {
			return nil
		}
		f.lots = append(f.lots, l)
	}
	if on.Parallelism < 1 || len(f.lots) == 0 {
		return nil
	}
	f.cut(limit)
	rehearsals := min(max(allTasks/max(f.size(), 1), leastRehearsal), mostRehearsals)
	took := make([]float64, rehearsals)
	for i := range took {
		took[i] = f.rehearse(uint64(i)).Seconds()
	}
	slices.Sort(took)
	return &ETA{P50: tenths(quantile(took, 0.5)), P90: tenths(quantile(took, 0.9))}
}

// quantile is the value below which that part of sorted values lies.
func quantile(sorted []float64, part float64) float64 {
	at := part * float64(len(sorted)-1)
	low := int(at)
	high := min(low+1, len(sorted)-1)
	return sorted[low] + (at-float64(low))*(sorted[high]-sorted[low])
}

func tenths(s float64) float64 { return math.Round(s*10) / 10 }

func (w *Work) size() (n int) {
	for _, s := range w.Stints {
		n += s.Runs * len(s.Tasks)
	}
	return n
}

// forecasting is a forecast in the making.
type forecasting struct {
	on   Machine
	lots []*lot
}

func (f *forecasting) size() (n int) {
	for _, l := range f.lots {
		n += l.taken
	}
	return n
}

// cut decides how much is rehearsed: of each lot the same part, but enough to reach its
// pace.
func (f *forecasting) cut(limit int) {
	total := 0
	for _, l := range f.lots {
		total += l.work.size()
	}
	for _, l := range f.lots {
		most := l.work.size()
		if total > limit {
			most = int(float64(most) / float64(total) * float64(limit))
		}
		l.cut(most, 4*min(l.active, f.on.Parallelism))
	}
}

// lot is the work of one pipeline, made ready to rehearse.
type lot struct {
	work    Work
	active  int                     // runs at once
	samples map[int][]time.Duration // by task
	mean    map[int]float64         // seconds, by task
	runs    []*Stint                // those that are rehearsed
	taken   int                     // task instances in them
	rest    float64                 // seconds of work in the others
}

// newLot is nil where a task is not known well enough.
func newLot(w Work) *lot {
	l := &lot{work: w, samples: map[int][]time.Duration{}, mean: map[int]float64{}}
	l.active = (&Lane{MaxActive: w.MaxActive}).maxActive(w.Def)
	for _, s := range w.Stints {
		for _, t := range s.Tasks {
			if _, known := l.samples[t]; known {
				continue
			}
			sum := time.Duration(0)
			for _, run := range w.History {
				if d, ok := run[w.Def.Tasks[t].ID]; ok {
					l.samples[t] = append(l.samples[t], d)
					sum += d
				}
			}
			if len(l.samples[t]) < leastHistory {
				return nil
			}
			l.mean[t] = sum.Seconds() / float64(len(l.samples[t]))
		}
	}
	return l
}

// cut takes the first runs up to a number of task instances, and at least so many runs.
func (l *lot) cut(most, least int) {
	for i := range l.work.Stints {
		s := &l.work.Stints[i]
		for n := range s.Runs {
			if l.taken+len(s.Tasks) > most && len(l.runs) >= least {
				l.rest += float64(s.Runs-n) * l.seconds(s)
				break
			}
			l.runs = append(l.runs, s)
			l.taken += len(s.Tasks)
		}
	}
}

// seconds of work in one run.
func (l *lot) seconds(s *Stint) (sum float64) {
	for _, t := range s.Tasks {
		sum += l.mean[t]
	}
	return sum
}

// takes is how long a task takes in a run of one rehearsal: what it took in some run
// before, the same one for all tasks of the run.
func (l *lot) takes(t int, draw uint64) time.Duration {
	if n := uint64(len(l.work.History)); n > 0 {
		if d, ok := l.work.History[draw%n][l.work.Def.Tasks[t].ID]; ok {
			return d
		}
	}
	s := l.samples[t]
	return s[spread(draw, t)%uint64(len(s))]
}

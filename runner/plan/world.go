package plan

import (
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// World is all that Step may know: what is active, never history.
// The store reads it, the loop attaches the definitions, Step decides and leaves
// in it the state that its decision leads to.
type World struct {
	Pipelines   []*PipelineState
	Reports     []Report       // since the last step, in order
	Parallelism int            // attempts that the executor may hold at once, over all pipelines
	Pools       map[string]int // slots of the pools, by name
	Adopting    bool           // the first look after a start: the executor may not have heard of earlier cancels
	MaxCreate   int            // runs that one step may create; 0: 5,000
}

// PipelineState is what the store knows of one pipeline, with its definition.
type PipelineState struct {
	Name   string
	Def    *pipelines.Pipeline // nil: no valid file declares it now; its runs wait
	Paused bool
	Last   timetable.Interval // the newest interval that the live schedule made or passed over; zero: none yet
	Lanes  []*Lane            // lane 0 first; then one a backfill that is not finished
	// Running holds the running runs with all their task instances, oldest interval first.
	Running []*Run
}

// Lane is a queue of runs with a concurrency of its own: the live schedule, cleared and
// manual runs share lane 0, each backfill has one.
type Lane struct {
	ID        int64     `json:"-"`          // the backfill's operation, or 0
	MaxActive int       `json:"max_active"` // 0: the pipeline's max_active_runs
	Paused    bool      `json:"-"`
	Backwards bool      `json:"backwards"` // newest interval first
	First     time.Time `json:"-"`         // the first interval start of the backfill's range
	Queued    []*Run    `json:"-"`         // the first ones in the order in which they shall start; more may exist
	More      bool      `json:"-"`         // whether more queued runs exist than Queued holds
}

// Run is a pipeline on one interval.
type Run struct {
	ID        int64
	Pipeline  string
	Interval  timetable.Interval
	Kind      Kind
	State     RunState
	Lane      int64
	Partial   bool // made with a task selection: tasks without an instance stay absent
	Params    Params
	Version   *Version // that it is bound to; nil: the newest
	CreatedAt time.Time
	StartedAt time.Time  // zero: not yet
	EndedAt   time.Time  // zero: not yet
	Instances []Instance // in definition order, then map index; tasks no longer declared come last

	// Previous is the run before, by interval start, of a pipeline in which a task depends
	// on its past: the very run of the world, if it is unfinished. It knows no run before it
	// once it has ended. Fresh are the tasks that neither it nor any run before it has.
	Previous *Run
	Fresh    []string

	// PrevSuccess is the interval of the latest run before it that succeeded, where an
	// expression of the pipeline asks for it; zero: none.
	PrevSuccess timetable.Interval
}

// ByInterval orders runs of a pipeline, the oldest first.
func ByInterval(a, b *Run) int { return a.Interval.Start.Compare(b.Interval.Start) }

// Instance is a task in a run.
type Instance struct {
	Task      string
	MapIndex  int // -1: not mapped, or of a mapped task whose list is not known yet
	State     State
	Try       int       // attempts begun so far; the number of the newest
	TryLimit  int       // the attempt number that is the last allowed
	NotBefore time.Time // of a retry, when it may start; of what waits for room, since when it does, if that is bounded
	StartedAt time.Time // of the newest attempt that began running
	Operation int64     // the order that last put it back, 0: none
	Lost      int       // attempts in a row that the executor lost
	// Open says that attempt Try is still with the executor. A cleared instance may be
	// waiting and open: it is not started again before the old attempt has ended.
	Open       bool
	Cancelling bool // the executor has been asked to end it
	// Results are those of attempt Try, if it succeeded and the store keeps them at hand.
	Results map[string]string
	// Item is what the instance of a mapped task works on, as the look found it in which
	// the instance could start.
	Item any
}

// Results are what the tasks of the run handed on, by task and key: those that succeeded.
// Of a mapped task each is a list, by map index.
func (run *Run) Results() map[string]map[string]any {
	var all map[string]map[string]any
	for i := range run.Instances {
		in := &run.Instances[i]
		if in.State != Success || len(in.Results) == 0 {
			continue
		}
		if all == nil {
			all = map[string]map[string]any{}
		}
		if all[in.Task] == nil {
			all[in.Task] = make(map[string]any, len(in.Results))
		}
		in.handOn(all[in.Task])
	}
	return all
}

// handOn adds what an instance handed on to what those of its task before it did.
func (in *Instance) handOn(to map[string]any) {
	for key, value := range in.Results {
		if in.MapIndex < 0 {
			to[key] = value
			continue
		}
		list, _ := to[key].([]any)
		to[key] = append(list, value)
	}
}

// AttemptKey names one try for ever.
type AttemptKey struct {
	Run      int64
	Task     string
	MapIndex int
	Try      int
}

// String is the key's form for executors: "17/calc_statistics/-1/2".
func (k AttemptKey) String() string {
	return strconv.FormatInt(k.Run, 10) + "/" + k.Task + "/" + strconv.Itoa(k.MapIndex) + "/" + strconv.Itoa(k.Try)
}

// Event is what an executor says of an attempt.
type Event uint8

// The events.
const (
	Started Event = iota
	Ended
	Lost
	Unbegun // a crash came between the intent and the start: the same attempt is started again
)

// Report is the only word from outside.
type Report struct {
	AttemptKey
	Event Event
	Time  time.Time
	// StartedAt is, in an Ended report, when the process began, if the executor knows; it
	// counts where no Started report came before.
	StartedAt time.Time
	ExitCode  int // Ended: 0 to 255, or -1 when a signal ended it
	Signal    int
	Reason    string // "timeout", "cancelled", "cannot start …"; empty: the exit code says it

	Results map[string]string // of a good end: what the task wrote for those after it
	Outputs string            // of a good end: the digest of the files that it had to make
}

// Decision is what one step changes: applied in this order in one transaction; then
// Cancel and Start are handed to the executor.
type Decision struct {
	Create   []NewRun
	Skip     []SkippedStretch
	Cursors  []Cursor
	Runs     []RunChange
	Turn     []TurnedLane
	Tasks    []TaskChange
	Attempts []AttemptChange

	Cancel []AttemptKey
	Start  []Start

	Wake  time.Time // when time alone will matter; zero: never
	Again bool      // look again at once: there is more to do
}

// Empty says whether the decision writes nothing and asks the executor for nothing.
func (d *Decision) Empty() bool {
	return len(d.Create)+len(d.Skip)+len(d.Cursors)+len(d.Runs)+len(d.Turn)+len(d.Tasks)+len(d.Attempts)+len(d.Cancel)+len(d.Start) == 0
}

// NewRun is a run that shall exist. Where one of that interval exists already, nothing
// happens; where one has another interval that overlaps it, the new one is put on record as
// passed over.
type NewRun struct {
	Pipeline string
	Interval timetable.Interval
	Due      time.Time
	Kind     Kind
	Lane     int64
}

// SkippedStretch is a row of neighbouring intervals that the policy passed over.
type SkippedStretch struct {
	Pipeline string
	timetable.Stretch
}

// Cursor moves the live schedule on.
type Cursor struct {
	Pipeline string
	Last     timetable.Interval
}

// TurnedLane is a backfill that began with the newest interval and goes on with the oldest.
type TurnedLane struct {
	Pipeline string
	Lane     int64
}

// RunChange is one transition of a run, or, with From and To both running, the birth of
// instances for tasks that were added to the pipeline while the run went on, and for the
// items of a list that has become known.
type RunChange struct {
	Run      *Run
	From, To RunState
	Reason   string     // of a failure: "task \"x\" failed"
	Born     []Instance // task instances that come into being, all waiting
	Gone     []Instance // those that make way for them: they stood for a list, and never ran
}

// TaskChange is one transition of a task instance, or, with From and To the same, a note
// of when it could first have started. Several of one instance may stand in one decision,
// in order.
type TaskChange struct {
	Run       *Run
	Task      string
	MapIndex  int
	From, To  State
	Try       int // after it
	TryLimit  int
	NotBefore time.Time
	Reason    string // why a final state was reached
	ExitCode  int    // meaningful when the change ends an attempt
	Duration  time.Duration
}

// AttemptChange begins an attempt (To is AttemptQueued) or moves it on.
type AttemptChange struct {
	AttemptKey
	Pipeline  string
	To        AttemptState
	At        time.Time // when it happened: queued, started or ended
	StartedAt time.Time // for an attempt whose start was never reported apart
	ExitCode  int       // of an ended one; -1: none
	Signal    int
	Reason    string
	Operation int64             // the order that asked for it, 0: none
	Bound     *pipelines.Task   // of one that begins, if its run is bound to a version
	Results   map[string]string // of one that succeeded
	Outputs   string            // the digest of its outputs
}

// Start asks the executor for one attempt.
type Start struct {
	AttemptKey
	Run  *Run
	Def  *pipelines.Pipeline
	Item any // of a mapped task
}

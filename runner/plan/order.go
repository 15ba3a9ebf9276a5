package plan

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// OrderKinds are what an operation may be.
var OrderKinds = []string{"clear", "backfill", "mark", "trigger", "undo", "pause", "unpause"}

// TypeFrom is the number of rows from which on a person types it instead of a yes: more than
// anybody reads line by line.
const TypeFrom = 1000

// ClearArgs is what `clear` was asked.
type ClearArgs struct {
	Selector
	// In holds, for pipelines in whose timezone the bounds are other instants, their selectors.
	In        map[string]Selector `json:",omitempty"`
	WholeRuns bool                // of each run in which something is chosen, everything
	// SameVersion binds the runs to the version that they ran with before; else they follow
	// the newest.
	SameVersion bool
	NoRunning   bool // refuse when the selection holds an instance with an open attempt
	Reason      string
	Ticket      string
	Override    string `json:",omitempty"` // why it may go past guard rails; empty: it may not
}

// Reprocess says what a backfill does with runs that exist.
type Reprocess string

// The ways to treat existing runs.
const (
	ReprocessNone      Reprocess = "none"
	ReprocessFailed    Reprocess = "failed"    // failed and upstream_failed instances of finished runs again
	ReprocessCompleted Reprocess = "completed" // all of a finished run again
)

// BackfillArgs is what `backfill` was asked. Start and End are required.
type BackfillArgs struct {
	Selector
	Reprocess     Reprocess
	Only          []Only `json:",omitempty"` // empty: every interval of the range
	MaxActiveRuns int    // 0: the pipeline's
	Backwards     bool
	Params        []string `json:",omitempty"` // NAME=VALUE, for the runs that it makes
	Reason        string
	Ticket        string
	Override      string `json:",omitempty"`
}

// UndoArgs is what `undo` was asked, and the guard rails of the pipelines that it concerns.
type UndoArgs struct {
	Rails    Rails `json:"-"`
	Reason   string
	Ticket   string
	Override string `json:",omitempty"`
}

// UndoScope is an operation with its before-images beside what is stored now.
type UndoScope struct {
	Operation int64
	Kind      string // of the operation
	Undone    bool   // by an earlier undo
	Instances []InstanceImage
	Runs      []RunImage
	// Live is what the operation did to the live schedule, nil for nothing; Paused and Last
	// are how that stands now.
	Live   *Live
	Paused bool
	Last   timetable.Interval
	// Held is what the operation did to a backfill, nil for nothing; Holds is whether that
	// is paused now, Over whether it has ended.
	Held    *Hold
	Holds   bool
	Over    bool
	HeldFor string // the backfill's pipeline
}

// InstanceImage is one task instance before an operation, as the operation left it, and now.
type InstanceImage struct {
	Pipeline string
	Run      int64
	Interval timetable.Interval
	Task     string
	MapIndex int
	Action   Action
	Before   *InstanceSnapshot // nil: it did not exist
	Now      *InstanceSnapshot // nil: it does not exist
}

// InstanceSnapshot is what undo compares and restores. Every order stamps Operation on the
// rows that it changes, an undo too: a row that bears another stamp was changed since.
type InstanceSnapshot struct {
	State     State
	Try       int
	TryLimit  int
	Operation int64 // the order that last put it back
	Open      bool
}

// RunImage is one run before an operation, and now.
type RunImage struct {
	Pipeline string
	Run      int64
	Interval timetable.Interval
	Action   Action
	Before   *RunState // nil: the operation made it
	Now      *RunState // nil: it does not exist any more
	Taken    bool      // it does not exist, and another run has its interval
	Claimed  bool      // the operation made it, and the live schedule has reached it since
	Begun    bool      // whether any attempt of it was begun since the operation
	// Unfinished counts its task instances that are not final now. A run in which another
	// order left work is not ended by an undo.
	Unfinished int
	Due        time.Time
	Partial    bool
	Params     Params // of a run that the operation removed
	Kind       Kind   // of the same
}

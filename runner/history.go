package runner

import (
	"context"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// History is what pages read of all that ever ran, apart from the documents. Its cost
// depends on what is asked for, never on what lies beside it.
type History interface {
	// Columns lists runs of a pipeline, oldest first.
	Columns(ctx context.Context, q ColumnQuery) ([]Column, error)
	// Size is how many runs a pipeline has. It is read, not counted.
	Size(ctx context.Context, pipeline string) (int, error)
	// Near are the starts of the runs around an instant: up to two before it, up to two from it.
	Near(ctx context.Context, pipeline string, at time.Time) ([]time.Time, error)
	// Cells hands over the task instances of the runs that start within the bounds, both
	// inclusive, run by run.
	Cells(ctx context.Context, pipeline string, from, to time.Time, see func(Cell)) error
	// CellsBut is Cells without the plain successes of some tasks: rest says of a run, before its
	// other cells, that every one of the tasks that has no cell there is a success, unmarked and
	// not mapped.
	CellsBut(ctx context.Context, pipeline string, from, to time.Time, tasks []string, rest func(run int64), see func(Cell)) error
	// Orders is the number of the newest order: what has ended changes only by one.
	Orders(ctx context.Context) (int64, error)
	// Versions lists the definitions that a pipeline has had, newest first.
	Versions(ctx context.Context, pipeline string) ([]Version, error)
	// Source is the YAML text of a version; "" where there is none.
	Source(ctx context.Context, pipeline, fingerprint string) (string, error)
	// Watch says when anything has been written.
	Watch(ctx context.Context) (Watch, error)
}

// ColumnQuery selects runs.
type ColumnQuery struct {
	Pipeline string
	From, To time.Time // of interval starts, both inclusive; zero: open
	Limit    int       // the newest so many; 0: all
}

// Column is a run as the grid heads it.
type Column struct {
	Run       int64
	Interval  timetable.Interval
	Kind      plan.Kind
	State     plan.RunState
	StartedAt time.Time // zero: not yet
	EndedAt   time.Time // zero: not yet
}

// Cell is a task instance as the grid paints it.
type Cell struct {
	Run    int64
	Task   string
	State  plan.State
	Marked bool // a person said how it ended
}

// Version is a definition that a pipeline has had.
type Version struct {
	Fingerprint string
	Commit      string // "": outside Git
	Dirty       bool   // the tree differed from the commit
	FirstSeen   time.Time
}

// Watch looks at one database on a connection of its own.
type Watch interface {
	// Changed says whether anything was written since the last call; the first says no.
	Changed(ctx context.Context) (bool, error)
	Close() error
}

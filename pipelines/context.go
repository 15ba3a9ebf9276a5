package pipelines

import "time"

// Context is what an expression may know. The caller fills it; nothing in it reads a clock.
type Context struct {
	Start, End time.Time      // the interval, UTC
	Location   *time.Location // the pipeline's
	Params     map[string]any
	Env        map[string]string // the project's variables for ${{ env.X }}: the task's rendered env
	Vars       map[string]any
	Results    map[string]map[string]any // of the tasks that succeeded, by task and key: a text, or of a mapped task a list
	Item       any                       // of a mapped task
	Run        RunContext
	Task       TaskContext
	// PrevSuccess is the latest successful run before this one; zero: none.
	PrevSuccessStart, PrevSuccessEnd time.Time
}

// RunContext is `run` in an expression.
type RunContext struct {
	ID   int64
	Kind string // scheduled, backfill, manual
}

// TaskContext is `task` in an expression.
type TaskContext struct {
	ID       string
	Try      int
	MapIndex int // -1: not mapped
}

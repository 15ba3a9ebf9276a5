package plan

import (
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Plan is what an order will change, row by row: the document tidemark.plan/1. What is
// printed, saved, compared and applied is this one value.
type Plan struct {
	Schema    string   `json:"schema"`
	Kind      string   `json:"kind"` // clear, backfill, mark, trigger, undo
	Applied   bool     `json:"applied"`
	Operation *int64   `json:"operation"`
	DryRun    bool     `json:"dry_run"`
	Pipelines []string `json:"pipelines"`
	Reason    string   `json:"reason"`
	Ticket    string   `json:"ticket"`

	Bounds    Bounds      `json:"bounds"`
	Selection Selection   `json:"selection"`
	Counts    Counts      `json:"counts"`
	Instances []PlanRow   `json:"instances"`
	Runs      []PlanRun   `json:"runs"`
	Untouched []Untouched `json:"untouched"`
	ETA       *ETA        `json:"eta_s"`
	Warnings  []string    `json:"warnings"`
	Undo      *string     `json:"undo"`
	Digest    string      `json:"digest"` // of the rows; equal digests are equal plans

	Override *Override `json:"override,omitempty"` // guard rails that it goes past

	Arguments any   `json:"-"`                // what was asked, for the audit log
	Undoes    int64 `json:"undoes,omitempty"` // the operation that an undo takes back
	// Lane is the queue of its own that a backfill gets; nil for other orders.
	Lane *Lane `json:"lane,omitempty"`
	// Live is what the order does to the live schedule; nil: nothing.
	Live *Live `json:"schedule,omitempty"`
	// Held is what the order does to a backfill as a whole; nil: nothing.
	Held *Hold `json:"held,omitempty"`
}

// Empty says whether the plan changes nothing.
func (p *Plan) Empty() bool {
	if len(p.Instances) > 0 || p.Live != nil || p.Held != nil {
		return false
	}
	for i := range p.Runs {
		if p.Runs[i].Action != None {
			return false
		}
	}
	return true
}

// Bounds are the interval starts that an order selects, as resolved; nil where open.
type Bounds struct {
	Start *time.Time `json:"start"`
	End   *time.Time `json:"end"` // inclusive
	First *time.Time `json:"first"`
	Last  *time.Time `json:"last"`
	Count int        `json:"count"`
}

// Selection says what was matched and what was added to it.
type Selection struct {
	TaskRegex       string   `json:"task_regex"`
	MatchedTasks    []string `json:"matched_tasks"`
	AddedUpstream   []string `json:"added_upstream"`
	AddedDownstream []string `json:"added_downstream"`
	State           []State  `json:"state"`
	Only            []Only   `json:"only,omitempty"` // of a backfill
	Stale           bool     `json:"stale"`
	Code            *string  `json:"code"`
}

// Counts sums the rows up.
type Counts struct {
	Instances    int            `json:"instances"`
	Tasks        int            `json:"tasks"`
	Intervals    int            `json:"intervals"`
	RunsCreated  int            `json:"runs_created"`
	RunsReopened int            `json:"runs_reopened"`
	ByState      map[string]int `json:"by_state"`
	ByAction     map[string]int `json:"by_action"`
}

// PlanRow is one task instance that will change.
type PlanRow struct {
	Pipeline      string    `json:"pipeline"`
	Task          string    `json:"task"`
	MapIndex      int       `json:"map_index"`
	IntervalStart time.Time `json:"interval_start"`
	State         *State    `json:"state"` // now; nil: it does not exist
	To            State     `json:"to"`
	Action        Action    `json:"action"`
	Change        string    `json:"change,omitempty"` // what action has no word for
	Why           string    `json:"why"`
	Try           int       `json:"try"` // attempts so far

	Run      int64 `json:"-"` // 0: the run does not exist yet
	TryLimit int   `json:"-"` // after it
}

// PlanRun is one run that the order concerns.
type PlanRun struct {
	Pipeline      string    `json:"pipeline"`
	IntervalStart time.Time `json:"interval_start"`
	IntervalEnd   time.Time `json:"interval_end"`
	State         *RunState `json:"state"` // now; nil: it does not exist
	To            *RunState `json:"to"`    // nil: it will not exist
	Action        RunAction `json:"action"`
	Change        string    `json:"change,omitempty"` // what action has no word for
	Why           string    `json:"why"`
	Params        Params    `json:"params,omitempty"`  // that a run is made with
	Version       string    `json:"version,omitempty"` // that a run is bound to: a fingerprint

	Run     int64     `json:"-"`
	Kind    Kind      `json:"-"` // of a run that an undo brings back
	Due     time.Time `json:"-"`
	Partial bool      `json:"partial,omitempty"` // of selected tasks only
	Ordinal int       `json:"-"`                 // of a backfill: its place in the order of execution, from 1
}

// Untouched is a row that was selected and is left alone.
type Untouched struct {
	Pipeline      string    `json:"pipeline"`
	Task          string    `json:"task"`
	MapIndex      int       `json:"map_index"`
	IntervalStart time.Time `json:"interval_start"`
	State         string    `json:"state"` // a state's name, or "not due", "overlaps", "absent"
	Why           string    `json:"why"`

	Stretch *timetable.Stretch `json:"-"` // that the row stands for; nil: for the one interval
}

// ETA is how long the plan will probably take, in seconds.
type ETA struct {
	P50 float64 `json:"p50"`
	P90 float64 `json:"p90"`
}

// Refusal is an order that cannot be planned, in words for people.
type Refusal struct {
	Code     string // kebab-case: "no-match", "end-before-start", "bad-regex", "empty-selection", …
	Message  string
	Help     string
	Problems []string
}

// Error is the message with its help.
func (r *Refusal) Error() string { return r.Message }

// PipelineScope is what an order may know of one pipeline: its definition and what exists
// in the bounds that the order asks about, read in the transaction that applies it.
type PipelineScope struct {
	Name   string
	Def    *pipelines.Pipeline // today's definition; nil: no valid file declares it
	Runs   []*Run              // with all their task instances, by interval start
	Last   timetable.Interval  // the live schedule's
	Paused bool
	// History and Machine are what an estimate of the time goes by.
	History History
	Machine Machine
	// Skipped are the stretches on record that touch the bounds, oldest first.
	Skipped []timetable.Stretch
}

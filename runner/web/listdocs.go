package web

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What the pages that list read of the documents.

type runsDoc struct{ Runs []runDoc }

type runDoc struct {
	IntervalStart time.Time  `json:"interval_start"`
	IntervalEnd   time.Time  `json:"interval_end"`
	StartedAt     *time.Time `json:"started_at"`
	EndedAt       *time.Time `json:"ended_at"`
	CreatedAt     *time.Time `json:"created_at"`
	Kind, State   string
	Reason        string
	Commit        string
	Operation     *int64
	Counts        map[string]int
	Params        map[string]any
}

// Took is how long the run took, nil while it goes on.
func (d runDoc) Took() *float64 {
	if d.StartedAt == nil || d.EndedAt == nil {
		return nil
	}
	s := d.EndedAt.Sub(*d.StartedAt).Seconds()
	return &s
}

// States are the counts of its task instances, in the order of the states.
func (d runDoc) States() (all []stateCount) {
	for _, st := range plan.States {
		if n := d.Counts[st.String()]; n > 0 {
			all = append(all, stateCount{st.String(), n})
		}
	}
	return all
}

type operationsDoc struct{ Operations []operationDoc }

type operationDoc struct {
	ID                         int64
	Kind                       string
	CreatedAt                  time.Time `json:"created_at"`
	User, Host, Reason, Ticket string
	Pipelines, Params          []string
	Bounds                     *plan.Bounds
	Selection                  *plan.Selection
	Counts                     *plan.Counts
	Progress                   progressDoc
	Undoes                     *int64
	UndoneBy                   *int64 `json:"undone_by"`
	State                      string
}

// Undoable says whether an undo may make sense.
func (d operationDoc) Undoable() bool {
	return d.UndoneBy == nil && slices.Contains([]string{"clear", "backfill", "mark", "trigger", "undo", "unpause"}, d.Kind)
}

// Changed is how much it moved.
func (d operationDoc) Changed() int {
	if d.Counts == nil {
		return 0
	}
	return max(d.Counts.Instances, d.Counts.RunsCreated+d.Counts.RunsReopened)
}

type progressDoc struct {
	Runs          int
	RunsDone      int `json:"runs_done"`
	RunsRunning   int `json:"runs_running"`
	RunsFailed    int `json:"runs_failed"`
	Instances     int
	InstancesDone int `json:"instances_done"`
}

// Total and Done are of what the order is counted by: task instances where it has some.
func (p progressDoc) Total() int {
	if p.Instances > 0 {
		return p.Instances
	}
	return p.Runs
}

// Done is how much of Total has ended.
func (p progressDoc) Done() int {
	if p.Instances > 0 {
		return p.InstancesDone
	}
	return p.RunsDone
}

// Noun is what Total counts.
func (p progressDoc) Noun() string {
	if p.Instances > 0 {
		return "task instance"
	}
	return "run"
}

type backfillsDoc struct{ Backfills []backfillDoc }

type backfillDoc struct {
	ID              int64
	Pipeline, State string
	Bounds          *plan.Bounds
	Progress        progressDoc
	ETA             *plan.ETA  `json:"eta_s"`
	Ends            *time.Time `json:"-"` // by the middle of what it is taken for
	Reason          string
}

// Over says whether nothing of it is left to steer.
func (d backfillDoc) Over() bool { return d.State == "done" || d.State == "cancelled" }

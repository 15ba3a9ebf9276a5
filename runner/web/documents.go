package web

import (
	"bytes"
	"context"
	"encoding/json"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What pages read of the documents. The names are those of the documents; a page takes what
// it shows.

type statusDoc struct {
	Runner *struct {
		PID     int
		Host    string
		Since   time.Time
		Version string
	}
	Pipelines []pipelineDoc
	Problems  int
}

type pipelineDoc struct {
	Name, File, Timezone, Catchup, Commit string
	Schedule                              *string
	Tags                                  []string
	Paused, Valid                         bool
	Last                                  *struct {
		IntervalStart time.Time `json:"interval_start"`
		State         string
		EndedAt       *time.Time `json:"ended_at"`
	}
	Next   *struct{ Start, End, Due time.Time }
	Counts map[string]int
	Newest []newestDoc
}

type newestDoc struct {
	IntervalStart time.Time `json:"interval_start"`
	State         string
	Duration      *float64 `json:"duration_s"`
}

type validationDoc struct {
	OK       bool
	Files    []string
	Problems []problemDoc
}

type problemDoc struct {
	File           string
	Line, Column   int
	Severity, Code string
	Message, Help  string
}

type tasksDoc struct {
	Instances []instanceDoc `json:"task_instances"`
}

type instanceDoc struct {
	Pipeline      string
	IntervalStart time.Time `json:"interval_start"`
	IntervalEnd   time.Time `json:"interval_end"`
	Task          string
	MapIndex      int `json:"map_index"`
	State         string
	Try           int
	MaxTries      int        `json:"max_tries"`
	StartedAt     *time.Time `json:"started_at"`
	EndedAt       *time.Time `json:"ended_at"`
	Duration      *float64   `json:"duration_s"`
	ExitCode      *int       `json:"exit_code"`
	Reason        string
	Stale         bool
	Commit        string
	Fingerprint   string
	Attempts      []attemptDoc
}

// Name is task, or task[3].
func (d instanceDoc) Name() string { return plan.InstanceName(d.Task, d.MapIndex) }

type attemptDoc struct {
	Try         int
	State       string
	StartedAt   *time.Time `json:"started_at"`
	EndedAt     *time.Time `json:"ended_at"`
	ExitCode    *int       `json:"exit_code"`
	Signal      *int
	Reason      string
	Commit      string
	Dirty       bool
	Fingerprint string
	Operation   *int64
	Results     map[string]string
	Log         *string
}

// until is when the attempt ended, or now while it goes on.
func (a attemptDoc) until(now time.Time) time.Time {
	if a.EndedAt != nil {
		return *a.EndedAt
	}
	return now
}

// Took is how long the attempt took, nil while it goes on.
func (a attemptDoc) Took() *float64 {
	if a.StartedAt == nil || a.EndedAt == nil {
		return nil
	}
	s := a.EndedAt.Sub(*a.StartedAt).Seconds()
	return &s
}

type whyDoc struct {
	State, Sentence string
	Checks          []struct {
		Name, Detail string
		OK           bool
	}
	StartsWhen *time.Time `json:"starts_when"`
}

type renderDoc struct {
	Tasks []renderedDoc
}

type renderedDoc struct {
	Task        string
	Argv        []string
	Env         map[string]string
	Workdir     string
	Inputs      []struct{ Name string }
	Fingerprint string
}

// ask carries out a command and reads its document.
func ask[T any](ctx context.Context, s *Server, c Command) (doc T, f *Failure) {
	a := s.Verbs(ctx, c)
	if a.Failure != nil {
		return doc, a.Failure
	}
	var b bytes.Buffer
	if err := a.Write(&b); err != nil {
		return doc, &Failure{Code: "internal", Exit: 1, Message: err.Error()}
	}
	if err := json.Unmarshal(b.Bytes(), &doc); err != nil {
		return doc, &Failure{Code: "internal", Exit: 1, Message: "a document cannot be read: " + err.Error()}
	}
	return doc, nil
}

package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func tasksVerb() *verb {
	return &verb{
		name:    "tasks",
		args:    "PIPELINE [INTERVAL]",
		summary: "List the task instances of a pipeline, or of one interval",
		about:   "Text shows those of the newest runs, unless INTERVAL or a flag says which;\n-o json shows all.",
		example: "tidemark tasks weather 2014-03-05 --attempts\ntidemark tasks weather --state failed",
		group:   groupLook,
		flags: listFlags(
			&cli.StringFlag{Name: "task-regex", Aliases: []string{"t"}, Usage: "tasks whose id matches `RE` (RE2, searched)"},
			lensFlag(),
			&cli.BoolFlag{Name: "attempts", Usage: "every try of each"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N`, the newest (0: all)"}),
		run: runTasks,
	}
}

// tasksDocument is tidemark.tasks/1.
type tasksDocument struct {
	Schema    string        `json:"schema"`
	Instances []instanceDoc `json:"task_instances"`
}

type instanceDoc struct {
	Pipeline      string        `json:"pipeline"`
	IntervalStart time.Time     `json:"interval_start"`
	IntervalEnd   time.Time     `json:"interval_end"`
	Task          string        `json:"task"`
	MapIndex      int           `json:"map_index"`
	State         plan.State    `json:"state"`
	Try           int           `json:"try"`
	MaxTries      int           `json:"max_tries"`
	StartedAt     *time.Time    `json:"started_at"`
	EndedAt       *time.Time    `json:"ended_at"`
	Duration      *float64      `json:"duration_s"`
	ExitCode      *int          `json:"exit_code"`
	Reason        string        `json:"reason"`
	Stale         bool          `json:"stale"` // made by a definition, or inputs, that have changed since
	Commit        string        `json:"commit"`
	Fingerprint   string        `json:"fingerprint"`
	Log           *string       `json:"log"` // null: it printed nothing
	Attempts      *[]attemptDoc `json:"attempts,omitempty"`
}

type attemptDoc struct {
	Try         int               `json:"try"`
	State       plan.AttemptState `json:"state"`
	StartedAt   *time.Time        `json:"started_at"`
	EndedAt     *time.Time        `json:"ended_at"`
	ExitCode    *int              `json:"exit_code"`
	Signal      *int              `json:"signal"`
	Reason      string            `json:"reason"`
	Commit      string            `json:"commit"`
	Dirty       bool              `json:"dirty"`
	Fingerprint string            `json:"fingerprint"`
	Operation   *int64            `json:"operation"`
	Results     map[string]string `json:"results"`
	Outputs     *string           `json:"outputs"` // digest of the files that it had to make
	Log         *string           `json:"log"`
}

// shownInstances is how many a person sees who asked for none in particular.
const shownInstances = 50

func runTasks(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	return c.withState(func(db *sqlite.DB) error {
		q, err := c.instanceQuery(db, p)
		if err != nil {
			return err
		}
		var rows []sqlite.InstanceRow
		lens, chosen, err := c.lens(p)
		if err != nil {
			return err
		}
		if lens != nil && db != nil {
			if q.From.IsZero() {
				q.From, q.To = chosen.Bounded().Extent()
			}
			q.States = chosen.States
			if rows, err = c.instancesThrough(db, lens, q); err != nil {
				return err
			}
		} else if db != nil && (q.Tasks == nil || len(q.Tasks) > 0) {
			if rows, err = db.Instances(c.Ctx, q); err != nil {
				return err
			}
			if q.Limit > 0 && q.Limit == len(rows) && !c.IsSet("limit") {
				if rows, err = wholeIntervals(c, db, q, rows); err != nil {
					return err
				}
				q.Limit = len(rows)
			}
		}
		if q.Newest { // shown oldest first, the tasks of an interval in their own order
			slices.SortStableFunc(rows, func(a, b sqlite.InstanceRow) int { return a.Interval.Start.Compare(b.Interval.Start) })
		}
		docs, err := c.instanceDocs(db, p, rows)
		if err != nil {
			return err
		}
		if c.JSON() {
			return c.Document(tasksDocument{Schema: "tidemark.tasks/1", Instances: docs})
		}
		return c.tasksTable(p, docs, q.Limit)
	})
}

const re2Help = "the syntax is RE2: https://github.com/google/re2/wiki/Syntax"

// matchingTasks are the tasks that -t matches; nil: all.
func (c *call) matchingTasks(p *pipelines.Pipeline) ([]string, error) {
	text := c.String("task-regex")
	if text == "" {
		return nil, nil
	}
	filter, err := plan.FilterTasks(text)
	if err != nil {
		return nil, usage("bad-regex", fmt.Sprintf("-t %q is not a regular expression: %s", text, regexFault(err)), re2Help)
	}
	tasks := []string{}
	for _, t := range p.Tasks {
		if filter.Matches(t.ID) {
			tasks = append(tasks, t.ID)
		}
	}
	if len(tasks) == 0 {
		return nil, &failure{Code: "no-match", Exit: exitNoMatch, Message: fmt.Sprintf("-t %q matches no task of %s", text, p.Name),
			Help: "tidemark show " + p.Name + " lists its tasks"}
	}
	return tasks, nil
}

func (c *call) instanceDocs(db *sqlite.DB, p *pipelines.Pipeline, rows []sqlite.InstanceRow) ([]instanceDoc, error) {
	at, err := c.Place()
	if err != nil {
		return nil, err
	}
	filter, err := plan.FilterTasks(c.String("task-regex"))
	if err != nil {
		return nil, err // said before, with the query
	}
	docs := make([]instanceDoc, 0, len(rows))
	results := map[int64][]sqlite.ResultRow{} // of each run, read once
	for _, r := range rows {
		if !filter.Takes(r.Task, r.MapIndex) {
			continue
		}
		d := instanceDoc{Pipeline: p.Name, IntervalStart: r.Interval.Start, IntervalEnd: r.Interval.End, Task: r.Task, MapIndex: r.MapIndex,
			State: r.State, Try: r.Try, MaxTries: r.TryLimit, StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt),
			ExitCode: r.ExitCode, Reason: r.Reason, Commit: r.Commit, Fingerprint: r.Fingerprint, Stale: stale(p, r),
			Log: existing(runner.LogFile(at.logs, p.Name, r.Interval.Start, r.Task, r.MapIndex, r.Try))}
		if r.State == plan.Waiting { // the last attempt is not the one that it waits for
			d.StartedAt, d.EndedAt, d.ExitCode = nil, nil, nil
		}
		if d.StartedAt != nil && d.EndedAt != nil {
			if !r.AttemptEndedAt.IsZero() { // a mark that came later is not part of it
				d.EndedAt = utc(r.AttemptEndedAt)
			}
			s := d.EndedAt.Sub(r.StartedAt).Seconds()
			d.Duration = &s
		}
		if c.Bool("attempts") {
			if _, ok := results[r.Run]; !ok {
				if results[r.Run], err = db.Results(c.Ctx, r.Run); err != nil {
					return nil, err
				}
			}
			if d.Attempts, err = c.attemptDocs(db, at, p, r, results[r.Run]); err != nil {
				return nil, err
			}
		}
		docs = append(docs, d)
	}
	return docs, nil
}

// stale says whether a success was made by code that the working tree no longer has.
func stale(p *pipelines.Pipeline, r sqlite.InstanceRow) bool {
	t, ok := p.Task(r.Task)
	return ok && r.State == plan.Success && r.Fingerprint != "" && r.Fingerprint != t.Fingerprint
}

func (c *call) attemptDocs(db *sqlite.DB, at place, p *pipelines.Pipeline, r sqlite.InstanceRow, results []sqlite.ResultRow) (*[]attemptDoc, error) {
	rows, err := db.Attempts(c.Ctx, r.Run, r.Task, r.MapIndex)
	docs := make([]attemptDoc, 0, len(rows))
	if err != nil {
		return nil, err
	}
	for _, a := range rows {
		docs = append(docs, attemptDoc{Try: a.Try, State: a.State, StartedAt: utc(a.StartedAt), EndedAt: utc(a.EndedAt),
			ExitCode: a.ExitCode, Signal: a.Signal, Reason: a.Reason, Commit: a.Commit, Dirty: a.Dirty, Fingerprint: a.Fingerprint,
			Operation: number(a.Operation), Results: map[string]string{}, Outputs: text(a.Outputs), Log: existing(runner.LogFile(at.logs, p.Name, r.Interval.Start, r.Task, r.MapIndex, a.Try))})
	}
	for _, x := range results {
		for i := range docs {
			if x.Task == r.Task && x.MapIndex == r.MapIndex && x.Try == docs[i].Try {
				docs[i].Results[x.Key] = x.Value
			}
		}
	}
	return &docs, err
}

// text is nil for an empty one.
func text(s string) *string {
	if s == "" {
		return nil
	}
	return &s
}

func (c *call) tasksTable(p *pipelines.Pipeline, docs []instanceDoc, limit int) error {
	now, err := c.Now(p.Location)
	if err != nil {
		return err
	}
	t := ui.NewTable("interval", "task~", "state", "try>", "took>", "started", "reason~")
	for _, d := range docs {
		if d.Attempts == nil || len(*d.Attempts) == 0 {
			t.Add(c.Term.Moment(d.IntervalStart, p.Location), plan.InstanceName(d.Task, d.MapIndex), c.staleState(d), fmt.Sprintf("%d/%d", d.Try, d.MaxTries),
				took(elapsed(when(d.StartedAt), when(d.EndedAt), now)), c.clock(d.StartedAt, now, p.Location), d.Reason)
			continue
		}
		for _, a := range *d.Attempts {
			t.Add(c.Term.Moment(d.IntervalStart, p.Location), plan.InstanceName(d.Task, d.MapIndex), c.Term.State(a.State.String()), fmt.Sprintf("%d/%d", a.Try, d.MaxTries),
				took(elapsed(when(a.StartedAt), when(a.EndedAt), now)), c.clock(a.StartedAt, now, p.Location), attemptReason(a))
		}
	}
	if len(docs) == 0 {
		c.Note("%s has no such task instances", p.Name)
	}
	if limit > 0 && len(docs) == limit {
		c.Note("the newest %d; --limit 0 shows all, INTERVAL or -s and -e some", limit)
	}
	return c.Table(t)
}

func (c *call) staleState(d instanceDoc) string {
	s := c.Term.State(d.State.String())
	if d.Stale {
		s += " " + c.Term.State("stale")
	}
	return s
}

func attemptReason(a attemptDoc) string {
	if a.Operation == nil {
		return a.Reason
	}
	if a.Reason == "" {
		return fmt.Sprintf("operation %d", *a.Operation)
	}
	return fmt.Sprintf("%s, operation %d", a.Reason, *a.Operation)
}

// clock is when something began: for a person only the time, where it was today.
func (c *call) clock(t *time.Time, now time.Time, loc *time.Location) string {
	switch {
	case t == nil:
		return "–"
	case !c.Term.Interactive:
		return c.Term.Moment(*t, loc)
	case t.In(loc).Format(time.DateOnly) == now.In(loc).Format(time.DateOnly):
		return t.In(loc).Format(time.TimeOnly)
	}
	return t.In(loc).Format("2006-01-02 15:04")
}

func when(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

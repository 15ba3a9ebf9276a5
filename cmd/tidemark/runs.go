package main

import (
	"fmt"
	"slices"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// listFlags narrow a list down.
func listFlags(more ...cli.Flag) []cli.Flag {
	return append([]cli.Flag{
		&cli.StringFlag{Name: "start-date", Aliases: []string{"s"}, Usage: "intervals that start at `T` or later"},
		&cli.StringFlag{Name: "end-date", Aliases: []string{"e"}, Usage: "intervals that start at `T` or before; a date covers its whole day"},
		&cli.StringSliceFlag{Name: "state", Usage: "only those in state `S` (repeatable, or with commas)"},
	}, more...)
}

func runsVerb() *verb {
	return &verb{
		name:    "runs",
		args:    "PIPELINE",
		summary: "List the runs of a pipeline, one for each interval",
		about:   "Text shows the newest 30, unless a flag says which; -o json shows all.",
		example: "tidemark runs weather -s 2014-03-01 -e 2014-03-31\ntidemark runs weather --skipped",
		group:   groupLook,
		flags: listFlags(
			&cli.StringFlag{Name: "task-regex", Aliases: []string{"t"}, Usage: "runs that hold a task whose id matches `RE`"},
			lensFlag(),
			&cli.IntFlag{Name: "limit", Usage: "at most `N`, the newest (0: all)"},
			&cli.BoolFlag{Name: "skipped", Usage: "the intervals that the policy passed over, and why"}),
		run: runRuns,
	}
}

// runsDocument is tidemark.runs/1.
type runsDocument struct {
	Schema  string       `json:"schema"`
	Runs    []runDoc     `json:"runs"`
	Skipped []skippedDoc `json:"skipped,omitempty"`
}

type runDoc struct {
	Pipeline      string         `json:"pipeline"`
	IntervalStart time.Time      `json:"interval_start"`
	IntervalEnd   time.Time      `json:"interval_end"`
	Kind          plan.Kind      `json:"kind"`
	State         plan.RunState  `json:"state"`
	CreatedAt     *time.Time     `json:"created_at"`
	StartedAt     *time.Time     `json:"started_at"`
	EndedAt       *time.Time     `json:"ended_at"`
	Operation     *int64         `json:"operation"`
	Version       string         `json:"version"`
	Commit        string         `json:"commit"`
	Reason        string         `json:"reason"`
	Counts        map[string]int `json:"counts"`
	Params        plan.Params    `json:"params"` // that it was given
}

type skippedDoc struct {
	Pipeline string    `json:"pipeline"`
	First    time.Time `json:"first"` // interval starts
	Last     time.Time `json:"last"`
	Count    int       `json:"count"`
	Reason   string    `json:"reason"`
	At       time.Time `json:"at"`
}

// newestRuns is how many runs a person sees who asked for none in particular.
const newestRuns = 30

func runRuns(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	q, err := c.runQuery(p)
	if err != nil {
		return err
	}
	lens, chosen, err := c.lens(p)
	if err != nil {
		return err
	}
	if lens != nil && c.Bool("skipped") {
		return usage("conflicting-flags", "--select and --skipped exclude each other", "what was passed over has no run that could be selected; -s and -e say a range")
	}
	if lens != nil {
		q.From, q.To = chosen.Bounded().Extent()
	}
	return c.withState(func(db *sqlite.DB) error {
		if c.Bool("skipped") {
			return c.showSkipped(db, p, q)
		}
		rows, err := c.runRows(db, p, q, lens)
		if err != nil {
			return err
		}
		if c.JSON() {
			return c.Document(runsDocument{Schema: "tidemark.runs/1", Runs: runDocs(rows)})
		}
		return c.runsTable(p, rows, q.Limit)
	})
}

// runRows are the runs, oldest first; with -t those that hold such a task instance.
func (c *call) runRows(db *sqlite.DB, p *pipelines.Pipeline, q sqlite.RunQuery, lens *plan.Lens) ([]sqlite.RunRow, error) {
	if lens != nil {
		if db == nil {
			return nil, nil
		}
		rows, err := c.runsThrough(db, lens, q)
		if q.Newest {
			reverse(rows)
		}
		return rows, err
	}
	tasks, err := c.matchingTasks(p)
	if err != nil || db == nil {
		return nil, err
	}
	limit := q.Limit
	if tasks != nil {
		q.Limit = 0
	}
	rows, err := db.Runs(c.Ctx, q)
	if err != nil {
		return nil, err
	}
	if tasks != nil {
		held, err := db.RunsHolding(c.Ctx, p.Name, q.From, q.To, tasks)
		if err != nil {
			return nil, err
		}
		rows = slices.DeleteFunc(rows, func(r sqlite.RunRow) bool { return !held[r.ID] })
		if limit > 0 {
			rows = rows[:min(len(rows), limit)]
		}
	}
	if q.Newest {
		reverse(rows)
	}
	return rows, nil
}

func (c *call) runQuery(p *pipelines.Pipeline) (q sqlite.RunQuery, err error) {
	q = sqlite.RunQuery{Pipeline: p.Name, Limit: c.Int("limit")}
	if q.From, q.To, err = c.rangeFlags(p.Location); err != nil {
		return q, err
	}
	for _, name := range splitCommas(c.StringSlice("state")) {
		var s plan.RunState
		if s.UnmarshalText([]byte(name)) != nil {
			return q, usage("bad-value", fmt.Sprintf("no run state is named %q", name), "one of: queued, running, success, failed")
		}
		q.States = append(q.States, s)
	}
	asked := c.IsSet("limit") || c.IsSet("start-date") || c.IsSet("end-date") || c.IsSet("state") || c.IsSet("task-regex")
	if !asked && !c.JSON() {
		q.Limit = newestRuns
	}
	q.Newest = q.Limit > 0
	return q, nil
}

func runDocs(rows []sqlite.RunRow) []runDoc {
	docs := make([]runDoc, len(rows))
	for i, r := range rows {
		docs[i] = runDoc{Pipeline: r.Pipeline, IntervalStart: r.Interval.Start, IntervalEnd: r.Interval.End, Kind: r.Kind, State: r.State,
			CreatedAt: utc(r.CreatedAt), StartedAt: utc(r.StartedAt), EndedAt: utc(r.EndedAt), Operation: number(r.Operation),
			Version: r.Version, Commit: r.Commit, Reason: r.Reason, Counts: taskCounts(r.Counts), Params: r.Params}
	}
	return docs
}

func (c *call) runsTable(p *pipelines.Pipeline, rows []sqlite.RunRow, limit int) error {
	now, err := c.Now(p.Location)
	if err != nil {
		return err
	}
	columns := []string{"interval", "end", "kind", "state", "tasks~", "took>", "reason~"}
	given := slices.ContainsFunc(rows, func(r sqlite.RunRow) bool { return r.Params != "" })
	if given {
		columns = append(columns, "params~")
	}
	t := ui.NewTable(columns...)
	for _, r := range rows {
		cells := []string{c.Term.Moment(r.Interval.Start, p.Location), c.Term.Moment(r.Interval.End, p.Location), r.Kind.String(), c.Term.State(r.State.String()),
			c.counted(countWords(r.Counts)), took(elapsed(r.StartedAt, r.EndedAt, now)), r.Reason}
		if given {
			cells = append(cells, paramWords(r.Params))
		}
		t.Add(cells...)
	}
	if err := c.Table(t); err != nil {
		return err
	}
	if len(rows) == 0 {
		c.Note("%s has no such runs", p.Name)
	}
	if limit > 0 && len(rows) == limit {
		c.Note("the newest %d; --limit 0 shows all, -s and -e a range", limit)
	}
	return nil
}

func (c *call) showSkipped(db *sqlite.DB, p *pipelines.Pipeline, q sqlite.RunQuery) error {
	var rows []sqlite.SkippedRow
	var err error
	if db != nil {
		if rows, err = db.Skipped(c.Ctx, p.Name, q.From, q.To); err != nil {
			return err
		}
	}
	if c.JSON() {
		doc := runsDocument{Schema: "tidemark.runs/1", Skipped: []skippedDoc{}}
		for _, s := range rows {
			doc.Skipped = append(doc.Skipped, skippedDoc{p.Name, s.First.Start, s.Last.Start, s.Count, s.Reason, s.At})
		}
		return c.Document(doc)
	}
	t := ui.NewTable("first", "last", "intervals>", "reason~", "at")
	for _, s := range rows {
		t.Add(c.Term.Moment(s.First.Start, p.Location), c.Term.Moment(s.Last.Start, p.Location), c.Term.Count(s.Count), s.Reason, c.Term.Moment(s.At, p.Location))
	}
	if len(rows) == 0 {
		c.Note("nothing was passed over")
	}
	return c.Table(t)
}

func reverse[T any](rows []T) {
	for i, j := 0, len(rows)-1; i < j; i, j = i+1, j-1 {
		rows[i], rows[j] = rows[j], rows[i]
	}
}

// number is an optional number in a document: null for zero.
func number(n int64) *int64 {
	if n == 0 {
		return nil
	}
	return &n
}

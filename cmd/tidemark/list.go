package main

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func listVerb() *verb {
	return &verb{
		name:    "list",
		summary: "List the pipelines with their last and next interval",
		example: "tidemark list -o json",
		group:   groupLook,
		run:     runList,
	}
}

// pipelinesDocument is tidemark.pipelines/1.
type pipelinesDocument struct {
	Schema    string        `json:"schema"`
	Pipelines []pipelineDoc `json:"pipelines"`
}

type pipelineDoc struct {
	Name      string         `json:"name"`
	File      string         `json:"file"`
	Schedule  *string        `json:"schedule"` // null: manual only
	Tags      []string       `json:"tags"`
	Timezone  string         `json:"timezone"`
	StartDate *time.Time     `json:"start_date"`
	EndDate   *time.Time     `json:"end_date"`
	Catchup   string         `json:"catchup"`
	Paused    bool           `json:"paused"`
	Valid     bool           `json:"valid"`
	Last      *lastDoc       `json:"last"` // the newest run
	Next      *nextDoc       `json:"next"` // what the schedule makes next
	Counts    map[string]int `json:"counts"`
	Version   string         `json:"version"`
	Commit    string         `json:"commit"`

	loc *time.Location
}

type lastDoc struct {
	IntervalStart time.Time     `json:"interval_start"`
	IntervalEnd   time.Time     `json:"interval_end"`
	State         plan.RunState `json:"state"`
	EndedAt       *time.Time    `json:"ended_at"`
}

type nextDoc struct {
	Start time.Time `json:"start"`
	End   time.Time `json:"end"`
	Due   time.Time `json:"due"`
}

// roomForFiles is the width from which on half a file's name is not all that would be seen.
const roomForFiles = 100

func runList(c *call) error {
	docs, err := c.pipelineDocs()
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(pipelinesDocument{Schema: "tidemark.pipelines/1", Pipelines: docs})
	}
	columns := []string{"pipeline~", "schedule~", "timezone~", "catchup", "last", "state", "next due", "file~"}
	if c.Term.Interactive && c.Term.Width < roomForFiles {
		columns = columns[:len(columns)-1]
	}
	t := ui.NewTable(columns...)
	for _, d := range docs {
		t.Add(d.cells(c)[:len(columns)]...)
	}
	if err := c.Table(t); err != nil {
		return err
	}
	return c.tellProblems()
}

func (d pipelineDoc) cells(c *call) []string {
	if !d.Valid {
		return []string{d.Name, "–", "–", "–", "–", c.Term.Red("not valid"), "–", d.File}
	}
	schedule, last, state, next := "manual", "–", "–", "–"
	if d.Schedule != nil {
		schedule = *d.Schedule
	}
	if d.Last != nil {
		last, state = c.Term.Moment(d.Last.IntervalStart, d.loc), c.Term.State(d.Last.State.String())
	}
	if d.Next != nil {
		next = c.Term.Moment(d.Next.Due, d.loc)
	}
	if d.Paused {
		state = "paused"
	}
	return []string{d.Name, schedule, d.Timezone, d.Catchup, last, state, next, d.File}
}

// tellProblems names the broken files, on the side.
func (c *call) tellProblems() error {
	project, err := c.Project()
	if err != nil {
		return err
	}
	if n := len(project.Broken); n > 0 {
		c.Warn("%s not loaded: tidemark validate says why", prose.Plural(n, "file")+map[bool]string{true: " is", false: " are"}[n == 1])
	}
	if slices.ContainsFunc(project.Problems, func(p pipelines.Problem) bool {
		return p.File == pipelines.SettingsFile && p.Severity == pipelines.Error
	}) {
		c.Warn("%s has errors: tidemark validate says which", pipelines.SettingsFile)
	}
	return nil
}

// pipelineDocs are the pipelines of the files, joined with what the state knows of them.
func (c *call) pipelineDocs() ([]pipelineDoc, error) {
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	docs := []pipelineDoc{}
	err = c.withState(func(db *sqlite.DB) error {
		known, err := c.knownPipelines(db)
		if err != nil {
			return err
		}
		for _, p := range project.Pipelines {
			d, err := c.pipelineDoc(p, known[p.Name])
			if err != nil {
				return err
			}
			docs = append(docs, d)
		}
		for _, b := range project.Broken {
			docs = append(docs, brokenDoc(b, known[b.Name]))
		}
		return nil
	})
	return docs, err
}

func (c *call) knownPipelines(db *sqlite.DB) (map[string]*sqlite.PipelineRow, error) {
	known := map[string]*sqlite.PipelineRow{}
	if db == nil {
		return known, nil
	}
	rows, err := db.Pipelines(c.Ctx)
	for i := range rows {
		known[rows[i].Name] = &rows[i]
	}
	return known, err
}

func (c *call) pipelineDoc(p *pipelines.Pipeline, row *sqlite.PipelineRow) (pipelineDoc, error) {
	now, err := c.Now(p.Location)
	if err != nil {
		return pipelineDoc{}, err
	}
	d := pipelineDoc{Name: p.Name, File: p.File, Tags: append([]string{}, p.Tags...), Timezone: p.Location.String(), StartDate: utc(p.Start), EndDate: utc(p.End),
		Catchup: p.Catchup.String(), Valid: true, Counts: map[string]int{}, Version: p.Fingerprint, loc: p.Location}
	if p.Schedule != "" {
		d.Schedule = &p.Schedule
	}
	var last timetable.Interval
	if row != nil {
		d.known(row)
		last = row.Last
	}
	if p.Timetable != nil {
		d.Next = nextOf(p.Timetable.Decide(now, last, p.Catchup))
	}
	return d, nil
}

// nextOf is the interval that the schedule makes next: one that is due already, if there is.
func nextOf(d timetable.Decision) *nextDoc {
	for p := range d.Run {
		return &nextDoc{p.Start, p.End, p.Due}
	}
	if d.Next == nil {
		return nil
	}
	return &nextDoc{d.Next.Start, d.Next.End, d.Next.Due}
}

func (d *pipelineDoc) known(row *sqlite.PipelineRow) {
	d.Paused, d.Commit = row.Paused, row.Commit
	for _, s := range []plan.RunState{plan.RunQueued, plan.RunRunning, plan.RunSuccess, plan.RunFailed} {
		if n := row.Of(s); n > 0 {
			d.Counts[s.String()] = n
		}
	}
	if r := row.LastRun; r != nil {
		d.Last = &lastDoc{r.Interval.Start, r.Interval.End, r.State, utc(r.EndedAt)}
	}
}

// brokenDoc is a pipeline whose file cannot be loaded, with what ran before.
func brokenDoc(b pipelines.BrokenFile, row *sqlite.PipelineRow) pipelineDoc {
	d := pipelineDoc{Name: b.Name, File: b.File, Tags: []string{}, Counts: map[string]int{}, loc: time.UTC}
	if row != nil {
		d.known(row)
	}
	return d
}

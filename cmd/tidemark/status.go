package main

import (
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func statusVerb() *verb {
	return &verb{
		name:    "status",
		args:    "[PIPELINE…]",
		summary: "Show how the pipelines stand: newest intervals, what is left",
		example: "tidemark status",
		group:   groupLook,
		run:     runStatus,
	}
}

// statusDocument is tidemark.status/1.
type statusDocument struct {
	Schema    string      `json:"schema"`
	Runner    *runnerDoc  `json:"runner"` // null: none holds the database
	Pipelines []statusDoc `json:"pipelines"`
	Problems  int         `json:"problems"` // errors in the files
}

type runnerDoc struct {
	PID     int       `json:"pid"`
	Host    string    `json:"host"`
	Version string    `json:"version"`
	Since   time.Time `json:"since"`
}

type statusDoc struct {
	pipelineDoc
	Newest []newestDoc `json:"newest"` // runs, oldest first
}

type newestDoc struct {
	IntervalStart time.Time     `json:"interval_start"`
	State         plan.RunState `json:"state"`
	Duration      *float64      `json:"duration_s"` // null: it has not ended
}

// How many intervals the document has of a pipeline, and how many its strip shows.
const (
	newestLength = 30
	stripLength  = 14
)

func runStatus(c *call) error {
	project, err := c.Project()
	if err != nil {
		return err
	}
	if err := c.known(project, c.Args); err != nil {
		return err
	}
	all, err := c.pipelineDocs()
	if err != nil {
		return err
	}
	doc := statusDocument{Schema: "tidemark.status/1", Pipelines: []statusDoc{}, Problems: project.Problems.Errors()}
	err = c.withState(func(db *sqlite.DB) error {
		if db != nil {
			holder, err := db.Running(c.Ctx)
			if err != nil {
				return err
			}
			if holder != nil {
				doc.Runner = &runnerDoc{holder.PID, holder.Host, holder.Version, holder.Started}
			}
		}
		for _, d := range all {
			s, err := c.statusOf(db, d)
			if err != nil {
				return err
			}
			if len(c.Args) == 0 || contains(c.Args, d.Name) {
				doc.Pipelines = append(doc.Pipelines, s)
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(doc)
	}
	return c.statusText(doc)
}

func (c *call) statusOf(db *sqlite.DB, d pipelineDoc) (statusDoc, error) {
	s := statusDoc{pipelineDoc: d, Newest: []newestDoc{}}
	if db == nil || d.Name == "" {
		return s, nil
	}
	rows, err := db.Runs(c.Ctx, sqlite.RunQuery{Pipeline: d.Name, Newest: true, Limit: newestLength})
	reverse(rows)
	for _, r := range rows {
		d := newestDoc{IntervalStart: r.Interval.Start, State: r.State}
		if !r.EndedAt.IsZero() {
			d.Duration = seconds(elapsed(r.StartedAt, r.EndedAt, r.EndedAt))
		}
		s.Newest = append(s.Newest, d)
	}
	return s, err
}

func (c *call) statusText(doc statusDocument) error {
	t := ui.NewTable("pipeline~", "schedule~", "newest", "last", "next due", "success>", "failed>", "left>", "state")
	for _, d := range doc.Pipelines {
		cells := d.cells(c)
		t.Add(d.Name, cells[1], c.strip(d.Newest), cells[4], cells[6], c.Term.Count(d.Counts["success"]), c.Term.Count(d.Counts["failed"]),
			c.Term.Count(d.Counts["queued"]+d.Counts["running"]), d.word(c, doc.Runner != nil))
	}
	if err := c.Table(t); err != nil {
		return err
	}
	switch r := doc.Runner; {
	case r != nil:
		c.Note("a runner is at work: process %d on %s, since %s", r.PID, r.Host, r.Since.Format(time.RFC3339))
	default:
		c.Note("no runner is at work: tidemark run")
	}
	return c.tellProblems()
}

// word is how a pipeline stands, in one word. Without a runner nothing that is left goes on,
// whatever was running when it ended.
func (d statusDoc) word(c *call, runner bool) string {
	switch {
	case !d.Valid:
		return c.Term.Red("not valid")
	case d.Paused:
		return "paused"
	case !runner && d.Counts["running"]+d.Counts["queued"] > 0:
		return "stopped"
	case d.Counts["running"] > 0:
		return c.Term.State("running")
	case d.Counts["queued"] > 0:
		return c.Term.State("queued")
	}
	return "idle"
}

// strip is one sign an interval on a terminal, one word an interval elsewhere.
func (c *call) strip(runs []newestDoc) string {
	var signs []string
	for _, r := range runs[max(len(runs)-stripLength, 0):] {
		sign := r.State.String()
		if c.Term.Interactive {
			sign = c.Term.Glyph(sign)
		}
		signs = append(signs, sign)
	}
	if c.Term.Interactive {
		return strings.Join(signs, "")
	}
	return strings.Join(signs, ",")
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}

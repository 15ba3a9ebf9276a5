package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func operationsVerb() *verb {
	return &verb{
		name:    "operations",
		args:    "[OPERATION]",
		summary: "List the orders that were given: who, when, why, how far",
		example: "tidemark operations\ntidemark operations 12\ntidemark operations --user anna --since 2026-03-01",
		group:   groupLook,
		flags: []cli.Flag{
			&cli.StringFlag{Name: "pipeline", Usage: "only those of pipeline `NAME`"},
			&cli.StringFlag{Name: "kind", Usage: "only those of one `KIND`: " + strings.Join(plan.OrderKinds, ", ")},
			&cli.StringFlag{Name: "user", Usage: "only those that `NAME` gave"},
			&cli.StringFlag{Name: "since", Usage: "only those given at `T` or later"},
			&cli.StringFlag{Name: "until", Usage: "only those given at `T` or before; a date covers its whole day"},
			&cli.IntFlag{Name: "limit", Usage: "at most `N`, the newest (0: all)", Value: 50},
		},
		run: runOperations,
	}
}

// operationsDocument is tidemark.operations/1.
type operationsDocument struct {
	Schema     string         `json:"schema"`
	Operations []operationDoc `json:"operations"`
}

type operationDoc struct {
	ID        int64           `json:"id"`
	Kind      string          `json:"kind"`
	CreatedAt time.Time       `json:"created_at"`
	User      string          `json:"user"`
	Host      string          `json:"host"`
	Reason    string          `json:"reason"`
	Ticket    string          `json:"ticket"`
	Override  json.RawMessage `json:"override"` // of guard rails, or null
	Pipelines []string        `json:"pipelines"`
	Bounds    json.RawMessage `json:"bounds"`
	Selection json.RawMessage `json:"selection"`
	Counts    json.RawMessage `json:"counts"`
	Params    []string        `json:"params"` // NAME=VALUE, as given to the runs that it made
	Progress  progressDoc     `json:"progress"`
	Undoes    *int64          `json:"undoes"`
	UndoneBy  *int64          `json:"undone_by"`
	State     string          `json:"state"` // of a backfill: running, paused, done, cancelled
}

type progressDoc struct {
	Runs          int `json:"runs"`
	RunsDone      int `json:"runs_done"`
	RunsRunning   int `json:"runs_running"`
	RunsFailed    int `json:"runs_failed"`
	Instances     int `json:"instances"`
	InstancesDone int `json:"instances_done"`
}

func runOperations(c *call) error {
	docs := []operationDoc{}
	err := c.withState(func(db *sqlite.DB) error {
		rows, err := c.operationRows(db)
		if err != nil {
			return err
		}
		for _, r := range rows {
			d, err := c.operationDoc(db, r)
			if err != nil {
				return err
			}
			docs = append(docs, d)
		}
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(operationsDocument{Schema: "tidemark.operations/1", Operations: docs})
	}
	return c.operationsTable(docs)
}

func (c *call) operationRows(db *sqlite.DB) ([]sqlite.OperationRow, error) {
	if c.Arg(0) == "" {
		q, err := c.operationQuery()
		if err != nil {
			return nil, err
		}
		if db == nil {
			return nil, nil
		}
		return db.Operations(c.Ctx, q)
	}
	id, err := operationArg(c.Arg(0))
	if err != nil {
		return nil, err
	}
	if db == nil {
		return nil, noSuchOperation(id)
	}
	row, err := db.Operation(c.Ctx, id)
	if err != nil {
		return nil, err
	}
	if row == nil {
		return nil, noSuchOperation(id)
	}
	return []sqlite.OperationRow{*row}, nil
}

func (c *call) operationQuery() (q sqlite.OperationQuery, err error) {
	q = sqlite.OperationQuery{Kind: c.String("kind"), Pipeline: c.String("pipeline"), User: c.String("user"), Limit: c.Int("limit")}
	if q.Kind != "" {
		if err = c.oneOf("kind", plan.OrderKinds); err != nil {
			return q, err
		}
	}
	zone := time.UTC
	if q.Pipeline != "" {
		zone = c.zoneOf(q.Pipeline)
	}
	if q.Since, err = c.TimeFlag("since", zone, false); err != nil {
		return q, err
	}
	q.End, err = c.TimeFlag("until", zone, true)
	return q, err
}

func (c *call) operationDoc(db *sqlite.DB, r sqlite.OperationRow) (operationDoc, error) {
	p, err := db.Progress(c.Ctx, r.ID)
	return operationDoc{ID: r.ID, Kind: r.Kind, CreatedAt: r.CreatedAt, User: r.User, Host: r.Host, Reason: r.Reason, Ticket: r.Ticket, Override: rawOrNull(r.Override),
		Pipelines: r.Pipelines, Bounds: rawOrNull(r.Bounds), Selection: rawOrNull(r.Selection), Counts: rawOrNull(r.Counts), Progress: progressDoc(p),
		Params: paramsOf(r.Arguments), Undoes: number(r.Undoes), UndoneBy: number(r.UndoneBy), State: string(r.State)}, err
}

func rawOrNull(m json.RawMessage) json.RawMessage {
	if len(m) == 0 {
		return json.RawMessage("null")
	}
	return m
}

func (c *call) operationsTable(docs []operationDoc) error {
	now, err := c.Now(nil)
	if err != nil {
		return err
	}
	t := ui.NewTable("op>", "when", "what~", "changed>", "progress", "who~", "selection~", "reason~")
	if c.Term.Interactive {
		t = ui.NewTable("op>", "when", "what~", "changed>", "progress", "who~")
	}
	for _, d := range docs {
		if !c.Term.Interactive {
			t.Add(fmt.Sprint(d.ID), d.CreatedAt.UTC().Format(time.RFC3339), d.what(), c.changed(d), d.progress(), who(d), c.choiceOf(d), d.why())
			continue
		}
		t.Add(fmt.Sprint(d.ID), ago(d.CreatedAt, now), d.what(), c.changed(d), d.progress(), who(d))
		if text := strings.Trim(c.choiceOf(d)+"; "+d.why(), "; "); text != "" {
			t.Under(text)
		}
	}
	if len(docs) == 0 {
		c.Note("no orders yet")
	}
	return c.Table(t)
}

func who(d operationDoc) string {
	if d.Host == "" {
		return d.User
	}
	return d.User + "@" + d.Host
}

// what is an order in two words: its kind and its pipeline, or the order that it undoes.
func (d operationDoc) what() string {
	words := []string{d.Kind, strings.Join(d.Pipelines, ",")}
	if d.Undoes != nil {
		words = append(words, fmt.Sprintf("of operation %d", *d.Undoes))
	}
	if d.UndoneBy != nil {
		words = append(words, fmt.Sprintf("(undone by %d)", *d.UndoneBy))
	}
	return strings.Join(words, " ")
}

// why are the reasons that a person gave: for the order, and for going past guard rails.
func (d operationDoc) why() string {
	var past *plan.Override
	if json.Unmarshal(d.Override, &past) != nil || past == nil {
		return d.Reason
	}
	return strings.TrimPrefix(d.Reason+"; override: "+past.Why, "; ")
}

// choiceOf is what an order was about: tasks and intervals.
func (c *call) choiceOf(d operationDoc) string {
	var words []string
	var b plan.Bounds
	var s plan.Selection
	if json.Unmarshal(d.Selection, &s) == nil && s.TaskRegex != "" {
		words = append(words, "-t '"+s.TaskRegex+"'")
	}
	if json.Unmarshal(d.Bounds, &b) == nil && b.First != nil && b.Last != nil && len(d.Pipelines) > 0 {
		words = append(words, span(*b.First, *b.Last, c.zoneOf(d.Pipelines[0])))
	}
	return strings.Join(append(words, d.Params...), " ")
}

// paramsOf reads, from what an order was asked, the params that it gave.
func paramsOf(arguments json.RawMessage) []string {
	var asked struct{ Params []string }
	if json.Unmarshal(arguments, &asked) != nil {
		return nil
	}
	return asked.Params
}

func (c *call) changed(d operationDoc) string {
	var n plan.Counts
	if json.Unmarshal(d.Counts, &n) != nil {
		return "–"
	}
	return c.Term.Count(max(n.Instances, n.RunsCreated+n.RunsReopened))
}

func (d operationDoc) progress() string {
	p := d.Progress
	switch {
	case p.Runs+p.Instances == 0:
		return "done"
	case p.RunsDone == p.Runs && p.InstancesDone == p.Instances:
		return "done"
	case p.Instances == 0:
		return fmt.Sprintf("%s of %s runs", prose.Number(p.RunsDone), prose.Number(p.Runs))
	}
	return fmt.Sprintf("%s of %s", prose.Number(p.InstancesDone), prose.Number(p.Instances))
}

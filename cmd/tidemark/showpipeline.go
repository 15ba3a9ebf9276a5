package main

import (
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
)

func showVerb() *verb {
	return &verb{
		name:    "show",
		args:    "PIPELINE",
		summary: "Show a pipeline as it is understood: its schedule and tasks",
		example: "tidemark show weather",
		group:   groupLook,
		run:     runShow,
	}
}

// showDocument is tidemark.pipeline/1.
type showDocument struct {
	Schema        string     `json:"schema"`
	Name          string     `json:"name"`
	File          string     `json:"file"`
	Description   string     `json:"description"`
	Owner         string     `json:"owner"`
	Tags          []string   `json:"tags"`
	Schedule      *string    `json:"schedule"`
	Timezone      string     `json:"timezone"`
	StartDate     *time.Time `json:"start_date"`
	EndDate       *time.Time `json:"end_date"`
	Catchup       string     `json:"catchup"`
	MaxActiveRuns int        `json:"max_active_runs"`
	Version       string     `json:"version"`
	Params        []paramDoc `json:"params"`
	Tasks         []taskDoc  `json:"tasks"`
}

type paramDoc struct {
	Name        string `json:"name"`
	Type        string `json:"type"`
	Default     any    `json:"default"`
	Enum        []any  `json:"enum"`
	Required    bool   `json:"required"`
	Description string `json:"description"`
}

type taskDoc struct {
	Task        string   `json:"task"`
	Description string   `json:"description"`
	Needs       []string `json:"needs"`
	TriggerRule string   `json:"trigger_rule"`
	Setup       bool     `json:"setup"`
	Teardown    []string `json:"teardown"` // the setups that it undoes
	Inputs      []string `json:"inputs"`
	Retries     int      `json:"retries"`
	RetryDelay  float64  `json:"retry_delay_s"`
	Timeout     *float64 `json:"timeout_s"`
	Fingerprint string   `json:"fingerprint"`
}

func runShow(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	doc := showDocument{Schema: "tidemark.pipeline/1", Name: p.Name, File: p.File, Description: p.Description, Owner: p.Owner, Tags: p.Tags,
		Timezone: p.Location.String(), StartDate: utc(p.Start), EndDate: utc(p.End), Catchup: p.Catchup.String(),
		MaxActiveRuns: p.MaxActiveRuns, Version: p.Fingerprint}
	if p.Schedule != "" {
		doc.Schedule = &p.Schedule
	}
	for _, param := range p.Params {
		doc.Params = append(doc.Params, paramDoc{param.Name, param.Type, param.Default, param.Enum, param.Required, param.Description})
	}
	for _, t := range p.Tasks {
		doc.Tasks = append(doc.Tasks, taskDoc{t.ID, t.Description, t.Needs, t.TriggerRule.String(), t.Setup, t.Teardown, t.Inputs, t.Retries,
			t.RetryDelay.Seconds(), seconds(t.Timeout), t.Fingerprint})
	}
	if c.JSON() {
		return c.Document(doc)
	}
	return c.showText(p)
}

// lastDay is an inclusive end as it was written: a bare date covers its whole day.
func lastDay(end time.Time, loc *time.Location) string {
	if text := label(end.Add(time.Microsecond), loc); len(text) == len(time.DateOnly) {
		return label(end.Add(time.Microsecond).In(loc).AddDate(0, 0, -1), loc)
	}
	return label(end, loc)
}

func (c *call) showText(p *pipelines.Pipeline) error {
	facts := [][]string{{c.Term.Bold(p.Name), p.Description}, {"file", p.File}}
	fact := func(name, value string) {
		if value != "" {
			facts = append(facts, []string{name, value})
		}
	}
	fact("owner", p.Owner)
	fact("tags", strings.Join(p.Tags, ", "))
	if p.Timetable != nil {
		fact("schedule", p.Schedule+", "+p.Location.String())
		fact("from", label(p.Start, p.Location))
		if !p.End.IsZero() {
			fact("to", lastDay(p.End, p.Location))
		}
		fact("catchup", p.Catchup.String())
	} else {
		fact("schedule", "none: manual only")
	}
	for _, f := range facts {
		c.Printf("%-10s %s\n", f[0], f[1])
	}
	if len(p.Params) > 0 {
		c.Printf("\n")
		if err := c.Table(paramTable(p)); err != nil {
			return err
		}
	}
	c.Printf("\n")
	t := ui.NewTable("task", "needs~", "retries>", "timeout>", "description~")
	for _, task := range p.Tasks {
		timeout := "–"
		if task.Timeout > 0 {
			timeout = pipelines.FormatDuration(task.Timeout)
		}
		t.Add(task.ID, strings.Join(task.Needs, ", "), c.Term.Count(task.Retries), timeout, role(task)+task.Description)
	}
	return c.Table(t)
}

// role says what a task is beside its work.
func role(t *pipelines.Task) string {
	text := ""
	switch {
	case t.Setup:
		text = "setup"
	case len(t.Teardown) > 0:
		text = "teardown of " + strings.Join(t.Teardown, ", ")
	}
	if text != "" && t.Description != "" {
		return text + ": "
	}
	return text
}

func paramTable(p *pipelines.Pipeline) *ui.Table {
	t := ui.NewTable("param", "type", "default~", "one of~", "description~")
	for _, param := range p.Params {
		value := "–"
		switch {
		case param.Required:
			value = "required"
		case param.Default != nil:
			value = pipelines.ParamText(param.Default)
		}
		var values []string
		for _, v := range param.Enum {
			values = append(values, pipelines.ParamText(v))
		}
		t.Add(param.Name, param.Type, value, strings.Join(values, ", "), param.Description)
	}
	return t
}

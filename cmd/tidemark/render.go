package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

func renderVerb() *verb {
	return &verb{
		name:    "render",
		args:    "PIPELINE INTERVAL [TASK]",
		summary: "Show the commands that the tasks of an interval would run",
		group:   groupWrite,
		about: `
Prints each task's command, working directory and environment as a script, with
every expression filled in. What a task inherits from the runner is left out,
unless -v. It reads no database and runs nothing.`,
		example: "tidemark render etl 2026-03-01 load --param region=us",
		flags:   []cli.Flag{paramFlag()},
		run:     runRender,
	}
}

// renderDocument is tidemark.render/1.
type renderDocument struct {
	Schema string         `json:"schema"`
	Tasks  []renderedTask `json:"tasks"`
}

type renderedTask struct {
	Task        string                  `json:"task"`
	MapIndex    int                     `json:"map_index"`      // -1: not mapped, or the list is not known
	Item        any                     `json:"item,omitempty"` // of a mapped task
	Argv        []string                `json:"argv"`
	Env         map[string]string       `json:"env"`
	Workdir     string                  `json:"workdir"`
	Inputs      []pipelines.HashedInput `json:"inputs"` // what the fingerprint is made of
	Fingerprint string                  `json:"fingerprint"`
}

func runRender(c *call) error {
	p, err := c.Pipeline(c.Args[0])
	if err != nil {
		return err
	}
	interval, err := c.Interval(p, c.Args[1])
	if err != nil {
		return err
	}
	params, refusal := plan.Given(p, c.StringSlice("param"))
	if refusal != nil {
		return orderFailure(refusal)
	}
	tasks, index := p.Tasks, -1
	if len(c.Args) > 2 {
		task, i, err := c.Task(p, c.Args[2])
		if err != nil {
			return err
		}
		tasks, index = []*pipelines.Task{task}, i
	}
	workshop := newDefinitions(place{root: c.project.Root}, c.files).workshop(c.Ctx, c.project)
	workshop.Masked = true
	doc := renderDocument{Schema: "tidemark.render/1"}
	for _, t := range tasks {
		all, err := renderAll(workshop, p, t, interval, index, params)
		if err != nil {
			return err
		}
		doc.Tasks = append(doc.Tasks, all...)
	}
	if c.JSON() {
		return c.Document(doc)
	}
	c.showRendered(doc, workshop.Environ)
	return nil
}

// renderAll renders a task, or of a mapped one each instance, or that of one index. A list
// that another task hands on is not known here.
func renderAll(w *runner.Workshop, p *pipelines.Pipeline, t *pipelines.Task, i timetable.Interval, index int, params plan.Params) (all []renderedTask, err error) {
	subject := runner.Subject{Def: p, Task: t, Kind: plan.Scheduled, Interval: i, MapIndex: -1, Try: 1, Params: params}
	switch {
	case t.ForEach == nil && index >= 0:
		return nil, cannotRender(plan.InstanceName(t.ID, index), "it has no for_each, so no index")
	case t.ForEach == nil:
		one, err := render(w, subject)
		return []renderedTask{one}, err
	case !t.ForEach.Known() && index < 0:
		return []renderedTask{{Task: t.ID, MapIndex: -1, Argv: []string{}, Env: map[string]string{}, Inputs: t.Hashed, Fingerprint: t.Fingerprint}}, nil
	}
	items, err := w.Items(subject)
	if err != nil {
		return nil, cannotRender(t.ID, "for_each: "+err.Error())
	}
	if index >= len(items) {
		return nil, cannotRender(plan.InstanceName(t.ID, index), fmt.Sprintf("its list has %d items", len(items)))
	}
	for n, item := range items {
		if index >= 0 && index != n {
			continue
		}
		subject.MapIndex, subject.Item = n, item
		one, err := render(w, subject)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, nil
}

func cannotRender(task, why string) error {
	return &failure{Code: "cannot-render", Exit: exitFailed, Message: fmt.Sprintf("task %q: %s", task, why)}
}

// render is a task instance as its first try would be.
func render(w *runner.Workshop, s runner.Subject) (renderedTask, error) {
	t := s.Task
	command, err := w.Command(s)
	if err != nil {
		return renderedTask{}, cannotRender(plan.InstanceName(t.ID, s.MapIndex), err.Error())
	}
	env := make(map[string]string, len(command.Env))
	for _, assignment := range command.Env {
		name, value, _ := strings.Cut(assignment, "=")
		env[name] = value
	}
	return renderedTask{t.ID, s.MapIndex, s.Item, command.Argv, env, command.Dir, t.Hashed, t.Fingerprint}, nil
}

// showRendered writes the tasks as a script for a POSIX shell.
func (c *call) showRendered(doc renderDocument, inherited []string) {
	for n, t := range doc.Tasks {
		if n > 0 {
			c.Printf("\n")
		}
		c.Printf("%s\n", c.Term.Bold("# "+plan.InstanceName(t.Task, t.MapIndex))+c.Term.Dim("  fingerprint "+t.Fingerprint))
		if len(t.Argv) == 0 {
			c.Printf("# one for each item of a list that is known when the tasks before it have ended\n")
			continue
		}
		c.Printf("cd %s\n", shellQuote(t.Workdir))
		for _, name := range sortedNames(t.Env) {
			if c.Bool("verbose") || !slices.Contains(inherited, name+"="+t.Env[name]) {
				c.Printf("export %s=%s\n", name, shellQuote(t.Env[name]))
			}
		}
		words := make([]string, len(t.Argv))
		for i, arg := range t.Argv {
			words[i] = shellQuote(arg)
		}
		c.Printf("%s\n", strings.Join(words, " "))
	}
}

func sortedNames(m map[string]string) []string {
	names := make([]string, 0, len(m))
	for name := range m {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// shellQuote writes a word so that a POSIX shell reads it back.
func shellQuote(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_-./:@%+=,", r)
	}
	if s != "" && strings.TrimFunc(s, plain) == "" {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

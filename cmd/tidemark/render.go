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
	workshop := newDefinitions(c.project.Root, "").workshop(c.Ctx, c.project)
	workshop.Masked = true
	doc := renderDocument{Schema: "tidemark.render/1"}
	for _, t := range tasks {
		r, err := render(workshop, p, t, interval, index, params)
		if err != nil {
			return err
		}
		doc.Tasks = append(doc.Tasks, r)
	}
	if c.JSON() {
		return c.Document(doc)
	}
	c.showRendered(doc, workshop.Environ)
	return nil
}

// render is a task as its first try would be.
func render(w *runner.Workshop, p *pipelines.Pipeline, t *pipelines.Task, i timetable.Interval, index int, params plan.Params) (renderedTask, error) {
	command, err := w.Command(runner.Subject{Def: p, Task: t, Kind: plan.Scheduled, Interval: i, MapIndex: index, Try: 1, Params: params})
	if err != nil {
		return renderedTask{}, &failure{Code: "cannot-render", Exit: exitFailed, Message: fmt.Sprintf("task %q: %s", t.ID, err)}
	}
	env := make(map[string]string, len(command.Env))
	for _, assignment := range command.Env {
		name, value, _ := strings.Cut(assignment, "=")
		env[name] = value
	}
	return renderedTask{t.ID, command.Argv, env, command.Dir, t.Hashed, t.Fingerprint}, nil
}

// showRendered writes the tasks as a script for a POSIX shell.
func (c *call) showRendered(doc renderDocument, inherited []string) {
	for n, t := range doc.Tasks {
		if n > 0 {
			c.Printf("\n")
		}
		c.Printf("%s\n", c.Term.Bold("# "+t.Task)+c.Term.Dim("  fingerprint "+t.Fingerprint))
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

package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Interval reads an INTERVAL argument: the start of an interval of the pipeline's grid, due
// or not. A pipeline without a schedule takes any instant. For an interval that exists off
// the grid ask the store first, and use noSuchInterval where it has none either.
func (c *call) Interval(p *pipelines.Pipeline, text string) (timetable.Interval, error) {
	at, err := c.Time("INTERVAL", text, p.Location, false)
	switch {
	case err != nil:
		return timetable.Interval{}, err
	case p.Timetable == nil:
		return timetable.Interval{Start: at, End: at}, nil
	}
	period, ok := p.Timetable.Containing(at)
	if !ok || !period.Start.Equal(at) {
		return timetable.Interval{}, noSuchInterval(p, at, text)
	}
	return period.Interval, nil
}

// noSuchInterval lists the intervals of the grid that start nearest.
func noSuchInterval(p *pipelines.Pipeline, at time.Time, text string) *failure {
	f := &failure{
		Code: "no-such-interval", Exit: exitNoMatch,
		Message: fmt.Sprintf("no interval of %q starts at %s", p.Name, text),
	}
	if p.Timetable == nil {
		return f
	}
	var near []string
	for _, i := range p.Timetable.Nearest(at, 3) {
		near = append(near, pipelines.Label(i.Start, p.Location))
	}
	if len(near) > 0 {
		f.Help = "the nearest start at " + strings.Join(near, ", ")
	}
	return f
}

// Task reads a TASK argument, "load" or "load[3]". The index is -1 where none is given.
func (c *call) Task(p *pipelines.Pipeline, arg string) (task *pipelines.Task, index int, err error) {
	id, index := arg, -1
	if before, rest, found := strings.Cut(arg, "["); found {
		n, err := strconv.Atoi(strings.TrimSuffix(rest, "]"))
		if err != nil || n < 0 || !strings.HasSuffix(rest, "]") {
			return nil, 0, usage("bad-value", fmt.Sprintf("TASK %q is neither a name nor a name with an index", arg), "for example load, or load[3]")
		}
		id, index = before, n
	}
	task, ok := p.Task(id)
	if !ok {
		return nil, 0, noSuchTask(p, id)
	}
	return task, index, nil
}

func noSuchTask(p *pipelines.Pipeline, id string) *failure {
	var names []string
	for _, t := range p.Tasks {
		names = append(names, t.ID)
	}
	f := &failure{Code: "no-such-task", Exit: exitNoMatch, Message: fmt.Sprintf("pipeline %q has no task %q", p.Name, id),
		Help: "see: tidemark show " + p.Name}
	if near := pipelines.Nearest(id, names); near != "" {
		f.Help = fmt.Sprintf("did you mean %q?", near)
	}
	return f
}

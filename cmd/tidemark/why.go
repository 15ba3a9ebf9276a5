package main

import (
	"context"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func whyVerb() *verb {
	return &verb{
		name:    "why",
		args:    "PIPELINE INTERVAL TASK",
		summary: "Say why a task instance is in its state and what it waits for",
		example: "tidemark why weather 2014-03-05 report",
		group:   groupLook,
		run:     runWhy,
	}
}

func runWhy(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	now, err := c.Now(p.Location)
	if err != nil {
		return err
	}
	var doc plan.WhyDoc
	err = c.withState(func(db *sqlite.DB) error {
		interval, run, err := c.runOf(db, p, c.Arg(1))
		if err != nil {
			return err
		}
		if p, err = c.followed(db, p, run); err != nil {
			return err
		}
		task, index, err := c.Task(p, c.Arg(2))
		if err != nil {
			return err
		}
		if index >= 0 && task.ForEach == nil {
			return &failure{Code: "no-such-task", Exit: exitNoMatch, Message: fmt.Sprintf("task %q is not mapped, so it has no instance [%d]", task.ID, index),
				Help: "leave the index out"}
		}
		scope, err := c.whyScope(db, p, interval, run)
		if err != nil {
			return err
		}
		scope.Task, scope.MapIndex = task.ID, index
		if db != nil && run != nil {
			if err := c.newestAttempt(db, scope); err != nil {
				return err
			}
		}
		doc = plan.Why(now, scope)
		return nil
	})
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(doc)
	}
	c.whyText(doc, p.Location)
	return nil
}

// followed is the definition that a run follows: today's, or that of the version that it is
// bound to, if that can be read.
func (c *call) followed(db *sqlite.DB, p *pipelines.Pipeline, run *sqlite.RunRow) (*pipelines.Pipeline, error) {
	if run == nil || !run.Pinned || run.Version == "" || run.Version == p.Fingerprint {
		return p, nil
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	source, err := db.Source(c.Ctx, p.Name, run.Version)
	if err != nil {
		return nil, err
	}
	if bound, err := earlierVersions(project)(p.File, source); err == nil {
		return bound, nil
	}
	return p, nil // its attempts fail, and say why
}

// whyScope gathers what there is to know about an interval.
func (c *call) whyScope(db *sqlite.DB, p *pipelines.Pipeline, interval timetable.Interval, run *sqlite.RunRow) (*plan.WhyScope, error) {
	s := &plan.WhyScope{Pipeline: &plan.PipelineState{Name: p.Name, Def: p, Lanes: []*plan.Lane{{}}}, Interval: interval, MapIndex: -1}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	if s.Parallelism, err = c.slots(project); err != nil || db == nil {
		return s, err
	}
	scopes, err := db.Scopes(c.Ctx, sqlite.ScopeQuery{Pipelines: []string{p.Name}, From: interval.Start, To: interval.Start}, byName([]*pipelines.Pipeline{p}))
	if err != nil {
		return nil, err
	}
	s.Pipeline.Paused, s.Pipeline.Last = scopes[0].Paused, scopes[0].Last
	for _, r := range scopes[0].Runs {
		if r.Interval.Start.Equal(interval.Start) {
			s.Run = r
		}
	}
	if s.Run == nil {
		return s, c.surroundings(db, p, s)
	}
	first, err := db.Past(c.Ctx, p, s.Run)
	if err != nil {
		return nil, err
	}
	if run != nil {
		s.Run.Params = run.Params
		row, err := db.LaneOf(c.Ctx, run)
		if err != nil {
			return nil, err
		}
		row.Lane.First = first
		s.Pipeline.Lanes, s.Active, s.Ahead = []*plan.Lane{&row.Lane}, row.Running, row.Ahead
	}
	return s, c.surroundings(db, p, s)
}

// surroundings are what else may hold a task back: other runs, other attempts, a policy.
func (c *call) surroundings(db *sqlite.DB, p *pipelines.Pipeline, s *plan.WhyScope) error {
	holder, err := db.Running(c.Ctx)
	if err != nil {
		return err
	}
	s.NoRunner = holder == nil
	open, err := db.OpenAttempts(c.Ctx)
	if err != nil {
		return err
	}
	s.Live = len(open)
	if err := c.occupied(db, p, s); err != nil {
		return err
	}
	stretches, err := db.Skipped(c.Ctx, p.Name, s.Interval.Start, s.Interval.Start)
	if len(stretches) > 0 {
		s.Skipped = &stretches[len(stretches)-1].Stretch
	}
	return err
}

// occupied counts what attempts take of the pools and of the pipeline's own bound.
func (c *call) occupied(db *sqlite.DB, p *pipelines.Pipeline, s *plan.WhyScope) error {
	project, err := c.Project()
	if err != nil {
		return err
	}
	tasks, err := db.OpenTasks(c.Ctx)
	s.Pools, s.Taken = project.Settings.Pools, map[string]int{}
	for _, o := range tasks {
		if o.Pipeline == p.Name {
			s.ActiveTasks += o.Attempts
		}
		if of, ok := project.Pipeline(o.Pipeline); ok {
			if t, ok := of.Task(o.Task); ok && t.Pool != "" {
				s.Taken[t.Pool] += t.PoolSlots * o.Attempts
			}
		}
	}
	return err
}

func (c *call) newestAttempt(db *sqlite.DB, s *plan.WhyScope) error {
	rows, err := db.Instances(c.Ctx, sqlite.InstanceQuery{Pipeline: s.Pipeline.Name, From: s.Interval.Start, To: s.Interval.Start, Tasks: []string{s.Task}})
	if err != nil {
		return err
	}
	for _, r := range rows {
		if r.MapIndex == s.MapIndex {
			s.Reason, s.EndedAt = r.Reason, r.EndedAt
			if in := s.Run.Instance(r.Task, r.MapIndex); in != nil {
				in.StartedAt, in.NotBefore = r.StartedAt, r.NotBefore
			}
		}
	}
	return handedOn(c.Ctx, db, s.Run)
}

// handedOn gives the instances of a run the results of their newest attempts.
func handedOn(ctx context.Context, db *sqlite.DB, run *plan.Run) error {
	rows, err := db.Results(ctx, run.ID)
	for _, x := range rows {
		for i := range run.Instances {
			if in := &run.Instances[i]; in.Task == x.Task && in.MapIndex == x.MapIndex && in.Try == x.Try {
				if in.Results == nil {
					in.Results = map[string]string{}
				}
				in.Results[x.Key] = x.Value
			}
		}
	}
	return err
}

func (c *call) whyText(doc plan.WhyDoc, loc *time.Location) {
	c.Printf("%s\n", pipelines.InZone(doc.Sentence, loc))
	for _, check := range doc.Checks {
		sign := "success"
		if !check.OK {
			sign = "failed"
		}
		c.Printf("  %s %s: %s\n", c.Term.Glyph(sign), check.Name, pipelines.InZone(check.Detail, loc))
	}
	if doc.StartsWhen != nil {
		c.Printf("not before %s\n", label(doc.StartsWhen.Truncate(time.Second), loc))
	}
}

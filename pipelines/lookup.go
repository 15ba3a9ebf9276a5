package pipelines

import (
	"time"
)

// lookup returns the value of a name: all of a root when member is empty.
func (s *scope) lookup(c *Context, root, member string) any {
	switch root {
	case "ds":
		return c.Start.In(s.zone(c)).Format(time.DateOnly)
	case "ds_nodash":
		return c.Start.In(s.zone(c)).Format("20060102")
	case "ts":
		return c.Start.UTC().Format("2006-01-02T15:04:05+00:00")
	case "ts_nodash":
		return c.Start.UTC().Format("20060102T150405")
	case "logical_date":
		return c.Start.In(s.zone(c))
	case "item":
		return c.Item
	}
	if member == "" {
		return s.whole(c, root)
	}
	switch root {
	case "params":
		return s.paramValue(c, member)
	case "env":
		if value, ok := c.Env[member]; ok {
			return value
		}
		return nil
	case "vars":
		return s.varValue(c, member)
	}
	return s.member(c, root+"."+member)
}

func (s *scope) member(c *Context, name string) any {
	switch name {
	case "interval.start":
		return c.Start.In(s.zone(c))
	case "interval.end":
		return c.End.In(s.zone(c))
	case "run.id":
		return int(c.Run.ID)
	case "run.kind":
		return c.Run.Kind
	case "task.id":
		return c.Task.ID
	case "task.try":
		return c.Task.Try
	case "task.map_index":
		return c.Task.MapIndex
	case "prev_success.start":
		return s.instantOrNil(c, c.PrevSuccessStart)
	case "prev_success.end":
		return s.instantOrNil(c, c.PrevSuccessEnd)
	}
	return nil
}

func (s *scope) instantOrNil(c *Context, t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.In(s.zone(c))
}

// zone is where days begin for the expressions of this pipeline.
func (s *scope) zone(c *Context) *time.Location {
	if c.Location != nil {
		return c.Location
	}
	return s.location
}

// whole returns everything under a root, for expressions that are more than a name.
func (s *scope) whole(c *Context, root string) any {
	if root == "env" {
		if c.Env == nil {
			return map[string]string{}
		}
		return c.Env
	}
	names, _ := s.members(root)
	all := make(map[string]any, len(names))
	for _, name := range names {
		all[name] = s.lookup(c, root, name)
	}
	return all
}

// values is the environment of a compiled program.
func (s *scope) values(c *Context, roots []string, tasks []reference) map[string]any {
	all := make(map[string]any, len(roots))
	for _, root := range roots {
		if root == "tasks" {
			all[root] = s.taskValues(c, tasks)
			continue
		}
		all[root] = s.lookup(c, root, "")
	}
	return all
}

func (s *scope) paramValue(c *Context, name string) any {
	p := s.param(name)
	if p == nil {
		return nil
	}
	if value, ok := c.Params[name]; ok {
		return p.coerce(value, s.zone(c))
	}
	return p.Default
}

func (s *scope) varValue(c *Context, name string) any {
	if value, ok := c.Vars[name]; ok {
		return value
	}
	return s.vars[name]
}

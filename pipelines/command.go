package pipelines

import (
	"fmt"
	"maps"
	"slices"
)

// Command is what a task runs on one interval, rendered.
type Command struct {
	Argv []string // sh -c … for a shell command
	Env  []KV     // the task's own variables, each name once; TIDEMARK_* and inherited ones are the runner's to add
	Dir  string   // relative to the project's root, or absolute; "" is the root
}

// KV is one variable of an environment.
type KV struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Command renders the task. c.Env may hold variables that exist before the task's own. A variable whose value is one
// expression without a value is left out.
func (t *Task) Command(c *Context) (Command, error) {
	in := *c
	in.Env = maps.Clone(c.Env)
	if in.Env == nil {
		in.Env = map[string]string{}
	}
	var out Command
	for _, v := range t.Env {
		if err := out.setenv(v, &in); err != nil {
			return Command{}, fmt.Errorf("env %s: %w", v.Name, err)
		}
	}
	var err error
	if t.Workdir != nil {
		if out.Dir, err = t.Workdir.Render(&in); err != nil {
			return Command{}, fmt.Errorf("workdir: %w", err)
		}
	}
	argv := t.Argv
	if t.Shell != nil {
		out.Argv, argv = []string{"sh", "-c"}, []*Template{t.Shell}
	}
	for _, arg := range argv {
		text, err := arg.Render(&in)
		if err != nil {
			return Command{}, fmt.Errorf("run: %w", err)
		}
		out.Argv = append(out.Argv, text)
	}
	return out, nil
}

// setenv renders one variable and lets those after it see it.
func (c *Command) setenv(v EnvVar, in *Context) error {
	c.Env = slices.DeleteFunc(c.Env, func(kv KV) bool { return kv.Name == v.Name })
	if v.Value.absent(in) {
		delete(in.Env, v.Name)
		return nil
	}
	text, err := v.Value.Render(in)
	if err != nil {
		return err
	}
	in.Env[v.Name] = text
	c.Env = append(c.Env, KV{v.Name, text})
	return nil
}

// Should evaluates the task's `when:`; without one it is true.
func (t *Task) Should(c *Context) (bool, error) {
	if t.When == nil {
		return true, nil
	}
	command, err := t.Command(c)
	if err != nil {
		return false, err
	}
	in := *c
	in.Env = maps.Clone(c.Env)
	if in.Env == nil {
		in.Env = map[string]string{}
	}
	for _, kv := range command.Env {
		in.Env[kv.Name] = kv.Value
	}
	return t.When.Bool(&in)
}

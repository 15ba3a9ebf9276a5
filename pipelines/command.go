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
	in, env, err := t.environment(c)
	if err != nil {
		return Command{}, err
	}
	out := Command{Env: env}
	if t.Workdir != nil {
		if out.Dir, err = t.Workdir.Render(in); err != nil {
			return Command{}, fmt.Errorf("workdir: %w", err)
		}
	}
	argv := t.Argv
	if t.Shell != nil {
		out.Argv, argv = slices.Clone(t.shell()), []*Template{t.Shell}
	}
	for _, arg := range argv {
		text, err := arg.Render(in)
		if err != nil {
			return Command{}, fmt.Errorf("run: %w", err)
		}
		out.Argv = append(out.Argv, text)
	}
	return out, nil
}

// shell is the program that runs the task's text.
func (t *Task) shell() []string {
	if len(t.ShellArgs) > 0 {
		return t.ShellArgs
	}
	return defaultShell
}

// Should evaluates the task's `when:`, which may name its variables; without one it is true. The command is not
// rendered: it may need what the condition guards.
func (t *Task) Should(c *Context) (bool, error) {
	if t.When == nil {
		return true, nil
	}
	in, _, err := t.environment(c)
	if err != nil {
		return false, err
	}
	return t.When.Bool(in)
}

// environment renders the variables in order, each in sight of those before it.
func (t *Task) environment(c *Context) (*Context, []KV, error) {
	in := *c
	if in.Location == nil {
		in.Location = t.location
	}
	in.Env = make(map[string]string, len(c.Env)+len(t.Env))
	maps.Copy(in.Env, c.Env)
	var env []KV
	for _, v := range t.Env {
		env = slices.DeleteFunc(env, func(kv KV) bool { return kv.Name == v.Name })
		if v.Value.absent(&in) {
			delete(in.Env, v.Name)
			continue
		}
		text, err := v.Value.Render(&in)
		if err != nil {
			return nil, nil, fmt.Errorf("env %s: %w", v.Name, err)
		}
		in.Env[v.Name] = text
		env = append(env, KV{v.Name, text})
	}
	return &in, env, nil
}

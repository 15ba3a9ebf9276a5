package pipelines

import (
	"fmt"
	"strings"
	"time"

	"gopkg.in/yaml.v3"
)

// Limits and defaults of a task.
const (
	maxRetries          = 1000
	defaultRetryDelay   = 5 * time.Minute // as in Airflow
	defaultSkipExitCode = 99              // as in Airflow's shell operator
	maxShell            = 128 << 10       // what Linux takes as one argument
)

// Defaults are what tasks have that do not say otherwise.
type Defaults struct {
	Retries       int
	RetryDelay    time.Duration
	RetryBackoff  Backoff
	MaxRetryDelay time.Duration // 0: none
	Timeout       time.Duration // 0: none
	QueueTimeout  time.Duration // 0: none
	TriggerRule   TriggerRule

	DependsOnPast     bool
	WaitForDownstream bool
	Shell             []string // nil: sh -c
	Pool              string   // "": none
	PoolSlots         int
	Priority          int
	WeightRule        WeightRule
}

func (d *decoder) defaults(n *yaml.Node, base Defaults) Defaults {
	if n == nil || isNull(n) {
		return base
	}
	d.object(n, "defaults", laterInDefaults, d.policy(&base))
	return base
}

// policy are the keys that a task and defaults share.
func (d *decoder) policy(p *Defaults) []field {
	return []field{
		{"retries", func(_, v *yaml.Node) { p.Retries = d.integer(v, "retries", 0, maxRetries) }},
		{"retry_delay", func(_, v *yaml.Node) { p.RetryDelay = d.duration(v, "retry_delay", 0) }},
		{"retry_backoff", func(_, v *yaml.Node) { p.RetryBackoff = d.backoff(v) }},
		{"max_retry_delay", func(_, v *yaml.Node) { p.MaxRetryDelay = d.duration(v, "max_retry_delay", time.Second) }},
		{"timeout", func(_, v *yaml.Node) { p.Timeout = d.duration(v, "timeout", time.Second) }},
		{"queue_timeout", func(_, v *yaml.Node) { p.QueueTimeout = d.duration(v, "queue_timeout", time.Second) }},
		{"depends_on_past", func(_, v *yaml.Node) { p.DependsOnPast = d.boolean(v, "depends_on_past") }},
		{"wait_for_downstream", func(_, v *yaml.Node) { p.WaitForDownstream = d.boolean(v, "wait_for_downstream") }},
		{"pool", func(_, v *yaml.Node) { p.Pool, _ = d.text(v, "pool") }},
		{"pool_slots", func(_, v *yaml.Node) { p.PoolSlots = d.integer(v, "pool_slots", 1, maxSlots) }},
		{"priority", func(_, v *yaml.Node) { p.Priority = d.integer(v, "priority", -maxPriority, maxPriority) }},
		{"weight_rule", func(_, v *yaml.Node) { p.WeightRule = WeightRule(d.choice(v, "weight_rule", weightRuleNames)) }},
		{"shell", func(_, v *yaml.Node) { p.Shell = d.shell(v) }},
		{"trigger_rule", func(_, v *yaml.Node) { p.TriggerRule = d.triggerRule(v) }},
	}
}

func (d *decoder) triggerRule(n *yaml.Node) TriggerRule {
	name, ok := d.text(n, "trigger_rule")
	if !ok {
		return AllSuccess
	}
	rule, ok := ParseTriggerRule(name)
	if !ok {
		help := didYouMean(name, triggerRuleNames[:])
		if help == "" {
			help = "known rules: " + strings.Join(triggerRuleNames[:], ", ")
		}
		d.fail(n, "bad-trigger-rule", help, "trigger rule %q does not exist", short(name))
	}
	return rule
}

// draft is a task with what the graph needs of the file.
type draft struct {
	*Task
	key      *yaml.Node
	needs    []need
	teardown []need
}

// tasks reads the tasks, links them and puts them in dependency order.
func (d *decoder) tasks(root *yaml.Node, t *top, p *Pipeline) {
	shared := d.settings.defaults()
	if t.queueTimeout != nil {
		shared.QueueTimeout = d.duration(t.queueTimeout, "queue_timeout", time.Second)
	}
	defaults := d.defaults(t.defaults, shared)
	if t.tasks == nil {
		d.fail(root, "missing-key", "add tasks:, with one entry a task", "a pipeline needs tasks")
		return
	}
	if isNull(t.tasks) || t.tasks.Kind == yaml.MappingNode && len(t.tasks.Content) == 0 {
		d.fail(t.tasks, "missing-key", "add a task, as in `hello: echo hello`", "tasks is empty: a pipeline needs a task")
		return
	}
	if t.tasks.Kind == yaml.SequenceNode {
		d.fail(t.tasks, "wrong-type", "write tasks as a mapping from id to task, without dashes", "tasks must be a mapping, but is a list")
		return
	}
	list := d.entries(t.tasks, "tasks")
	if len(list) > maxTasks {
		d.fail(list[maxTasks].key, "too-large", "split the pipeline", "a pipeline may have %d tasks, this one has %d", maxTasks, len(list))
		return
	}
	drafts := make([]*draft, 0, len(list))
	d.scope.tasks = make([]string, len(list))
	d.scope.mapped = map[string]bool{}
	for i, e := range list {
		d.scope.tasks[i] = e.key.Value
	}
	for _, e := range list {
		d.name(d.span(e.key), "a task", e.key.Value)
		t := d.task(e, p, defaults)
		d.scope.mapped[t.ID] = t.ForEach != nil
		drafts = append(drafts, t)
	}
	d.link(drafts, p)
	d.checkUses(p)
	p.looksBack = p.readsPrevSuccess()
	p.weigh()
}

// task reads one task: a mapping, or its command alone.
func (d *decoder) task(e entry, p *Pipeline, defaults Defaults) *draft {
	at := d.span(e.key)
	t := &draft{key: e.key, Task: &Task{
		ID: e.key.Value, Env: p.Env, EnvFiles: p.EnvFiles, Secrets: p.Secrets, location: p.Location, SkipExitCode: defaultSkipExitCode,
		Pos: Pos{File: d.file, Line: at.line, Col: at.col},
	}}
	inherited, has := d.scope.env, map[string]*yaml.Node{}
	d.reading = e.key.Value
	if e.value.Kind != yaml.MappingNode {
		if isNull(e.value) {
			d.fail(e.key, "missing-key", "add run:, its command", "task %q needs run", e.key.Value)
		} else {
			d.command(t.Task, e.value)
		}
	} else {
		has = d.taskKeys(t, e, p, &defaults)
	}
	d.scope.env, d.scope.item = inherited, nil
	t.follow(&defaults)
	d.checkPool(e.key, has, t.Task)
	d.checkShell(has["shell"], t.Task)
	return t
}

// follow gives a task what its keys and the defaults say of it together.
func (t *draft) follow(p *Defaults) {
	t.Retries, t.RetryDelay, t.RetryBackoff, t.MaxRetryDelay = p.Retries, p.RetryDelay, p.RetryBackoff, p.MaxRetryDelay
	t.Timeout, t.QueueTimeout, t.TriggerRule = p.Timeout, p.QueueTimeout, p.TriggerRule
	if len(t.teardown) > 0 {
		t.TriggerRule = AllDoneSetupSuccess
	}
	t.DependsOnPast, t.WaitForDownstream = p.DependsOnPast || p.WaitForDownstream, p.WaitForDownstream
	t.ShellArgs = p.Shell
	t.Pool, t.PoolSlots, t.Priority, t.WeightRule = p.Pool, p.PoolSlots, p.Priority, p.WeightRule
}

func (d *decoder) taskKeys(t *draft, e entry, p *Pipeline, policy *Defaults) map[string]*yaml.Node {
	var forEach, run, env, workdir, when, outputs *yaml.Node
	has := d.object(e.value, fmt.Sprintf("task %q", short(e.key.Value)), laterInTask, append(d.policy(policy),
		field{"description", func(_, v *yaml.Node) { t.Description, _ = d.text(v, "description") }},
		field{"needs", func(_, v *yaml.Node) { t.needs = d.needs(v) }},
		field{"for_each", keep(&forEach)},
		field{"run", keep(&run)},
		field{"env", keep(&env)},
		field{"workdir", keep(&workdir)},
		field{"env_file", func(_, v *yaml.Node) { t.EnvFiles = d.envFiles(v, t.EnvFiles) }},
		field{"secrets", func(_, v *yaml.Node) { t.Secrets = d.secrets(v, t.Secrets) }},
		field{"inputs", func(_, v *yaml.Node) { t.Inputs = d.inputs(v) }},
		field{"outputs", keep(&outputs)},
		field{"when", keep(&when)},
		field{"skip_exit_code", func(_, v *yaml.Node) { t.SkipExitCode = d.skipExitCode(v) }},
		field{"allow_failure", func(_, v *yaml.Node) { t.AllowFailure = d.boolean(v, "allow_failure") }},
		field{"setup", func(_, v *yaml.Node) { t.Setup = d.boolean(v, "setup") }},
		field{"teardown", func(_, v *yaml.Node) { t.teardown = d.teardown(v) }},
	))
	if forEach != nil {
		t.ForEach, d.scope.item = d.forEach(forEach, p.Env)
	}
	d.checkTeardown(t, has)
	t.Env = d.environment(env, "env", t.Env)
	if workdir != nil {
		t.Workdir = d.template(workdir, "workdir")
	}
	if outputs != nil {
		t.Outputs = d.outputs(outputs)
	}
	if when != nil {
		t.When = d.condition(when)
	}
	if run != nil {
		d.command(t.Task, run)
	} else if has["run"] == nil && len(e.value.Content) > 0 {
		d.fail(e.value, "missing-key", "add run:, its command", "task %q needs run", short(e.key.Value))
	} else {
		d.fail(e.key, "missing-key", "add run:, its command", "task %q needs run", short(e.key.Value))
	}
	return has
}

// command reads run: a text for the shell, or a list without one.
func (d *decoder) command(t *Task, n *yaml.Node) {
	if n.Kind != yaml.SequenceNode {
		t.Shell = d.template(n, "run")
		switch {
		case t.Shell != nil && strings.TrimSpace(t.Shell.source) == "":
			d.fail(n, "missing-key", "write `true` for a task that does nothing", "run is empty")
		case t.Shell != nil && len(t.Shell.source) >= maxShell:
			d.fail(n, "too-large", "move it into a script", "run has %d bytes; the system takes %d", len(t.Shell.source), maxShell-1)
		}
		return
	}
	if len(n.Content) == 0 {
		d.fail(n, "missing-key", "write the program and its arguments", "run is empty")
	}
	for _, item := range d.items(n) {
		if arg := d.template(item, "an argument of run"); arg != nil {
			t.Argv = append(t.Argv, arg)
		}
	}
	if len(n.Content) > 0 && len(t.Argv) > 0 && t.Argv[0].source == "" {
		d.fail(resolve(n.Content[0]), "missing-key", "", "the program to run is empty")
	}
	d.scripts(t, n)
}

func (d *decoder) skipExitCode(n *yaml.Node) int {
	if n.Kind == yaml.ScalarNode && (isNull(n) || n.Value == "none") {
		return -1
	}
	return d.integer(n, "skip_exit_code", 1, 255)
}

package pipelines

import (
	"path"
	"path/filepath"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// SettingsFile is the name of the file at a project's root that holds what its pipelines share.
const SettingsFile = "tidemark.yaml"

// Settings are what the pipelines of a project share. The zero value is a project without tidemark.yaml.
type Settings struct {
	File        string // SettingsFile, or "" when there is none
	StateDir    string // where the database lives, relative to the root or absolute; "" is .tidemark
	LogDir      string // where logs live, likewise; "" is the state directory's logs
	Parallelism int    // tasks running at once; 0: not said
	Relaxed     bool   // durability: relaxed; a loss of power may take the last commits
	InheritEnv  []string
	Vars        map[string]any
	Env         []EnvVar
	Defaults    *Defaults      // nil: not said
	Pools       map[string]int // slots by name
	Protect     []Rail         // guard rails of every pipeline; dates are read in UTC

	// What a pipeline has that does not say otherwise.
	Location             *time.Location // nil: UTC
	Catchup              timetable.Catchup
	MaxActiveRuns        int // 0: not said
	MaxActiveTasks       int
	MaxActiveTasksPerRun int
	RunTimeout           time.Duration
	QueueTimeout         time.Duration
}

// DefaultInheritEnv are the variables of the runner that a task sees where inherit_env does not say otherwise.
var DefaultInheritEnv = []string{"PATH", "HOME", "USER", "LANG", "LC_*", "TZ", "TMPDIR"}

func (s *Settings) inheritEnv() []string {
	if s.InheritEnv == nil {
		return DefaultInheritEnv
	}
	return s.InheritEnv
}

func (s *Settings) defaults() Defaults {
	if s.Defaults == nil {
		return Defaults{RetryDelay: defaultRetryDelay, PoolSlots: 1, Priority: defaultPriority, QueueTimeout: s.QueueTimeout}
	}
	all := *s.Defaults
	if all.QueueTimeout == 0 {
		all.QueueTimeout = s.QueueTimeout
	}
	return all
}

// pipeline is one that says nothing: what it has then.
func (s *Settings) pipeline() *Pipeline {
	p := &Pipeline{
		Location: s.Location, Catchup: s.Catchup, InheritEnv: s.inheritEnv(), RunTimeout: s.RunTimeout,
		MaxActiveRuns: s.MaxActiveRuns, MaxActiveTasks: s.MaxActiveTasks, MaxActiveTasksPerRun: s.MaxActiveTasksPerRun,
	}
	if p.Location == nil {
		p.Location = time.UTC
	}
	if p.MaxActiveRuns == 0 {
		p.MaxActiveRuns = defaultMaxActiveRuns
	}
	return p
}

// stateDir is where our own files live: they are never inputs.
func (s *Settings) stateDir() string {
	if s.StateDir == "" {
		return ".tidemark"
	}
	return filepath.ToSlash(filepath.Clean(s.StateDir))
}

// ParseSettings reads tidemark.yaml. With problems it returns what could be read.
func ParseSettings(file string, src []byte) (*Settings, Problems) {
	s := &Settings{File: file}
	d := &decoder{file: file, lines: splitLines(src), settings: s, optional: true}
	d.scope = &scope{location: time.UTC, compiler: newCompiler()}
	if root := d.document(src); root != nil {
		d.settingsKeys(root, s)
	}
	d.problems = d.problems.tidy()
	return s, d.problems
}

func (d *decoder) settingsKeys(root *yaml.Node, s *Settings) {
	var env, vars *yaml.Node
	d.object(root, SettingsFile, laterInSettings, []field{
		{"parallelism", func(_, v *yaml.Node) { s.Parallelism = d.integer(v, "parallelism", 1, 10_000) }},
		{"state_dir", func(_, v *yaml.Node) { s.StateDir = d.directory(v, "state_dir") }},
		{"log_dir", func(_, v *yaml.Node) { s.LogDir = d.directory(v, "log_dir") }},
		{"durability", func(_, v *yaml.Node) { s.Relaxed = d.durability(v) }},
		{"vars", keep(&vars)},
		{"pools", func(_, v *yaml.Node) { s.Pools = d.pools(v) }},
		{"inherit_env", func(_, v *yaml.Node) { s.InheritEnv = d.inheritEnv(v) }},
		{"defaults", func(_, v *yaml.Node) {
			defaults := d.defaults(v, s.defaults())
			s.Defaults = &defaults
		}},
		{"protect", func(_, v *yaml.Node) { s.Protect = d.protect(v, time.UTC) }},
		{"env", keep(&env)},
		{"timezone", func(_, v *yaml.Node) { s.Location = d.timezone(v) }},
		{"catchup", func(_, v *yaml.Node) { s.Catchup = d.catchup(v) }},
		{"max_active_runs", func(_, v *yaml.Node) { s.MaxActiveRuns = d.integer(v, "max_active_runs", 1, maxActiveRuns) }},
		{"max_active_tasks", func(_, v *yaml.Node) { s.MaxActiveTasksPerRun, s.MaxActiveTasks = d.activeTasks(v) }},
		{"run_timeout", func(_, v *yaml.Node) { s.RunTimeout = d.duration(v, "run_timeout", time.Second) }},
		{"queue_timeout", func(_, v *yaml.Node) { s.QueueTimeout = d.duration(v, "queue_timeout", time.Second) }},
	})
	if vars != nil {
		s.Vars = d.vars(vars)
		d.scope.vars = s.Vars
	}
	s.Env = d.environment(env, "env", nil)
}

func (d *decoder) vars(n *yaml.Node) map[string]any {
	vars := map[string]any{}
	for _, e := range d.entries(n, "vars") {
		if !goodVariable(e.key.Value) {
			d.fail(e.key, "bad-name", "use letters, digits and _, so that ${{ vars.NAME }} can say it", "%q is not a name for a var", short(e.key.Value))
			continue
		}
		vars[e.key.Value] = d.plain(e.value)
	}
	return vars
}

// durability says whether it is relaxed, and what that means to whoever looks.
func (d *decoder) durability(n *yaml.Node) bool {
	relaxed := d.choice(n, "durability", []string{"full", "relaxed"}) == 1
	if relaxed {
		d.report(Warning, d.span(n), "relaxed-durability",
			"after a loss of power the last commits may be missing, and what ran since then runs again",
			"take durability: full, unless all tasks may be run twice")
	}
	return relaxed
}

func (d *decoder) directory(n *yaml.Node, what string) string {
	dir, ok := d.text(n, what)
	if ok && strings.TrimSpace(dir) == "" {
		d.fail(n, "out-of-range", "", "%s is empty", what)
	}
	return dir
}

// inheritEnv reads names and patterns that end in a star.
func (d *decoder) inheritEnv(n *yaml.Node) []string {
	list := []string{}
	if isNull(n) || n.Kind == yaml.SequenceNode && len(n.Content) == 0 {
		return list
	}
	for _, item := range d.items(n) {
		name, ok := d.text(item, "a name of inherit_env")
		if !ok {
			continue
		}
		if stem := strings.TrimSuffix(name, "*"); stem != "" && !goodVariable(stem) || name == "" {
			d.fail(item, "bad-name", "write a name such as HOME, or a pattern such as LC_*", "%q is not a name for a variable", short(name))
			continue
		}
		list = append(list, name)
	}
	return list
}

// Inherits tells whether a variable of the runner reaches the tasks of a pipeline.
func (p *Pipeline) Inherits(name string) bool {
	for _, pattern := range p.InheritEnv {
		if ok, _ := path.Match(pattern, name); ok {
			return true
		}
	}
	return false
}

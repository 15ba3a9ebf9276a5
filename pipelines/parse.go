package pipelines

import (
	"io/fs"
	"path"
	"regexp"
	"strings"
	"time"

	"gopkg.in/yaml.v3"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// Limits and defaults of a pipeline.
const (
	defaultMaxActiveRuns = 16 // as in Airflow
	maxActiveRuns        = 10_000
)

// Parse reads one pipeline. file is the name that problems carry, relative to the project's root. s may be nil: no
// settings. project is the project's root for `inputs:` and scripts, or nil: then nothing is said about files, and
// none is part of a fingerprint. The pipeline is nil when a problem is an error.
func Parse(file string, src []byte, s *Settings, project fs.FS) (*Pipeline, Problems) {
	var f *files
	if project != nil {
		f = newFiles(project, "")
	}
	p, problems, _ := parse(file, src, s, f, newCompiler())
	return p, problems
}

// parse also returns the pipeline's name, as far as a broken file tells it.
func parse(file string, src []byte, s *Settings, f *files, c *compiler) (*Pipeline, Problems, string) {
	if s == nil {
		s = &Settings{}
	}
	d := &decoder{file: file, lines: splitLines(src), settings: s, files: f}
	p := s.pipeline()
	p.Name, p.File, p.Source = baseName(file), file, string(src)
	d.scope = &scope{vars: s.Vars, location: time.UTC, compiler: c}
	if root := d.document(src); root != nil {
		d.pipeline(root, p)
	} else if m := nameLine.FindSubmatch(src); m != nil {
		p.Name = string(m[1])
	}
	d.problems = d.problems.tidy()
	if d.problems.Errors() > 0 {
		return nil, d.problems, p.Name
	}
	p.Fingerprint = d.fingerprint(p)
	return p, d.problems, p.Name
}

// nameLine finds the name in a file that is not YAML: who asks for the pipeline shall hear that its file is broken.
var nameLine = regexp.MustCompile(`(?m)^pipeline: *["']?([A-Za-z0-9_][A-Za-z0-9_.-]*)["']?\s*$`)

func splitLines(src []byte) []string {
	lines := strings.Split(strings.TrimPrefix(string(src), "\ufeff"), "\n")
	for i, l := range lines {
		lines[i] = strings.TrimSuffix(l, "\r")
	}
	return lines
}

func baseName(file string) string {
	base := path.Base(file)
	return strings.TrimSuffix(base, path.Ext(base))
}

// top is what the keys of a pipeline need from each other, whatever their order in the file.
type top struct {
	envFile, secrets, queueTimeout, protect, name, schedule, timezone, start, end, catchup, params, env, defaults, tasks *yaml.Node
}

func keep(to **yaml.Node) func(key, value *yaml.Node) {
	return func(_, value *yaml.Node) { *to = value }
}

// pipeline reads the keys in an order that lets each see what it depends on: the zone before the dates, the
// parameters before the expressions.
func (d *decoder) pipeline(root *yaml.Node, p *Pipeline) {
	var t top
	d.object(root, "a pipeline", laterInPipeline, []field{
		{"pipeline", keep(&t.name)},
		{"description", func(_, v *yaml.Node) { p.Description, _ = d.text(v, "description") }},
		{"owner", func(_, v *yaml.Node) { p.Owner, _ = d.text(v, "owner") }},
		{"tags", func(_, v *yaml.Node) { p.Tags = d.texts(v, "a tag") }},
		{"schedule", keep(&t.schedule)},
		{"timezone", keep(&t.timezone)},
		{"start_date", keep(&t.start)},
		{"end_date", keep(&t.end)},
		{"catchup", keep(&t.catchup)},
		{"max_active_runs", func(_, v *yaml.Node) { p.MaxActiveRuns = d.integer(v, "max_active_runs", 1, maxActiveRuns) }},
		{"max_active_tasks", func(_, v *yaml.Node) { p.MaxActiveTasksPerRun, p.MaxActiveTasks = d.activeTasks(v) }},
		{"run_timeout", func(_, v *yaml.Node) { p.RunTimeout = d.duration(v, "run_timeout", time.Second) }},
		{"queue_timeout", keep(&t.queueTimeout)},
		{"params", keep(&t.params)},
		{"env", keep(&t.env)},
		{"env_file", keep(&t.envFile)},
		{"secrets", keep(&t.secrets)},
		{"protect", keep(&t.protect)},
		{"defaults", keep(&t.defaults)},
		{"tasks", keep(&t.tasks)},
	})
	if resolve(root).Kind != yaml.MappingNode {
		return
	}
	d.pipelineName(&t, p)
	if t.timezone != nil {
		p.Location = d.timezone(t.timezone)
	}
	d.scope.location = p.Location
	p.Protect = d.settings.Rails(p.Location)
	if t.protect != nil {
		p.Protect = append(p.Protect, d.protect(t.protect, p.Location)...)
	}
	d.schedule(root, &t, p)
	if t.params != nil {
		p.Params = d.params(t.params, t.schedule != nil)
		d.scope.params = p.Params
	}
	p.Env = d.environment(t.env, "env", d.projectEnv())
	p.EnvFiles, p.Secrets = d.envFiles(t.envFile, nil), d.secrets(t.secrets, nil)
	d.tasks(root, &t, p)
	if p.Timetable != nil {
		d.intervalUnused(root, &t, p)
	}
}

func (d *decoder) pipelineName(t *top, p *Pipeline) {
	if t.name == nil {
		if !goodName(p.Name) {
			d.report(Error, span{1, 1, 2}, "bad-name", "the file's name, "+quote(short(p.Name))+", is not a name for a pipeline", "name the pipeline with `pipeline:`, as in `pipeline: "+cleanName(p.Name)+"`")
		}
		return
	}
	if name, ok := d.text(t.name, "pipeline"); ok && d.name(d.span(t.name), "a pipeline", name) {
		p.Name = name
	}
}

// timezone returns UTC where the name is wrong, so that the rest can be read.
func (d *decoder) timezone(n *yaml.Node) *time.Location {
	name, ok := d.text(n, "timezone")
	if !ok {
		return time.UTC
	}
	loc, err := loadLocation(name)
	if err != nil {
		d.fail(n, "bad-timezone", zoneHelp(name), "%v", err)
		return time.UTC
	}
	return loc
}

// projectEnv is the environment of tidemark.yaml; its names come first.
func (d *decoder) projectEnv() []EnvVar {
	for _, v := range d.settings.Env {
		d.scope.env = append(d.scope.env, v.Name)
	}
	return d.settings.Env
}

// catchup reads true, false, none, {last: n} or {max_age: d}.
func (d *decoder) catchup(n *yaml.Node) (c timetable.Catchup) {
	if n.Kind == yaml.MappingNode {
		has := d.object(n, "catchup", nil, []field{
			{"last", func(_, v *yaml.Node) {
				c = timetable.Catchup{Mode: timetable.CatchupLastN, N: d.integer(v, "last", 1, 1_000_000)}
			}},
			{"max_age", func(_, v *yaml.Node) {
				c = timetable.Catchup{Mode: timetable.CatchupMaxAge, Age: d.duration(v, "max_age", time.Second)}
			}},
		})
		if len(has) != 1 && len(n.Content) <= 4 {
			d.countKeys(n, len(has), "catchup", "last or max_age")
		}
		return c
	}
	if n.Kind == yaml.ScalarNode && n.ShortTag() == "!!bool" {
		if isTrue(n) {
			c.Mode = timetable.CatchupTrue
		}
		return c
	}
	if n.Kind != yaml.ScalarNode || n.Value != "none" {
		d.fail(n, "wrong-type", "write true, false, none, {last: 3} or {max_age: 7d}", "catchup must say which past intervals run, but is %s", kindPhrase(n))
		return c
	}
	return timetable.Catchup{Mode: timetable.CatchupNone}
}

// countKeys reports a mapping that must have exactly one of some keys.
func (d *decoder) countKeys(n *yaml.Node, have int, what, which string) {
	if have == 0 {
		d.fail(n, "missing-key", "", "%s needs %s", what, which)
		return
	}
	d.fail(n, "conflicting-keys", "remove one of them", "%s takes %s, not both", what, which)
}

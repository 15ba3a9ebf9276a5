package pipelines

import (
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// intervalUnused warns of a scheduled pipeline that does the same work for every interval. It stays silent where it
// cannot know: where a task runs a script of its own, which may read the environment, or has inputs. Who writes
// `catchup: false` or `none` has said that only the present counts, and is not asked again.
func (d *decoder) intervalUnused(root *yaml.Node, t *top, p *Pipeline) {
	if t.catchup != nil && (p.Catchup.Mode == timetable.CatchupFalse || p.Catchup.Mode == timetable.CatchupNone) {
		return
	}
	if len(p.Tasks) == 0 || d.problems.Errors() > 0 {
		return
	}
	for _, task := range p.Tasks {
		if len(task.Inputs) > 0 || task.usesInterval() || task.runsScript() {
			return
		}
	}
	d.report(Warning, d.span(t.schedule), "interval-unused",
		"no task uses the interval: every run does the same work",
		"use $TIDEMARK_INTERVAL_START or ${{ ds }} in a command; or write `catchup: none`, if only the present counts")
}

// usesInterval tells whether the task's text says which interval it works on.
func (t *Task) usesInterval() bool {
	for _, x := range t.templates() {
		if strings.Contains(x.source, "TIDEMARK_INTERVAL") || strings.Contains(x.source, "TIDEMARK_RUN") {
			return true
		}
		for _, p := range x.parts {
			if p.expr != nil && p.expr.usesInterval() {
				return true
			}
		}
	}
	if t.ForEach != nil && t.ForEach.list != nil && t.ForEach.list.usesInterval() {
		return true
	}
	return t.When != nil && t.When.usesInterval()
}

func (e *Expr) usesInterval() bool {
	for _, name := range e.names {
		root, _, _ := strings.Cut(name, ".")
		switch root {
		case "interval", "ds", "ds_nodash", "ts", "ts_nodash", "logical_date", "prev_success", "run":
			return true
		}
	}
	return false
}

// templates are all texts of a task that are rendered when it runs.
func (t *Task) templates() []*Template {
	var list []*Template
	if t.Shell != nil {
		list = append(list, t.Shell)
	}
	list = append(list, t.Argv...)
	if t.Workdir != nil {
		list = append(list, t.Workdir)
	}
	for _, v := range t.Env {
		list = append(list, v.Value)
	}
	return list
}

// ownProgram recognises a script, a module or a build target in a shell command: it may read the environment.
var ownProgram = regexp.MustCompile(`(?:^|[\s;&|(])(?:\.{1,2}/\S+|[\w./-]+/[\w.-]+|[\w-]+\.(?:sh|bash|py|R|rb|pl|js|ts|sql|jl|php|lua)|python3? -m \S+|make|just|dbt|task|npm|node|go run|cargo|java|Rscript|docker|podman)(?:$|[\s;&|)])`)

func (t *Task) runsScript() bool {
	if t.Shell != nil {
		return ownProgram.MatchString(t.Shell.source)
	}
	words := make([]string, len(t.Argv))
	for i, a := range t.Argv {
		words[i] = a.source
	}
	return scriptIndex(t.Argv) >= 0 || ownProgram.MatchString(strings.Join(words, " "))
}

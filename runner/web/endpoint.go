package web

import "strings"

// Endpoint is one verb of the command line over HTTP: its path, and which of the verb's
// flags a request may give. A flag's name has underscores here, as in the documents.
type Endpoint struct {
	Method, Path string
	Verb         string
	Params       []Param
	Order        bool // changes state: a POST, refused where the pages are read-only
	Summary      string
}

// Param is a flag that a request may give: in the query of a GET, in the body of a POST.
type Param struct {
	Name string
	Type string // string, boolean, integer, array (of strings)
}

// Flag is what the command line calls it.
func (p Param) Flag() string { return strings.ReplaceAll(p.Name, "_", "-") }

// Args are the names in the path that are the verb's arguments, in order.
func (e Endpoint) Args() []string {
	var names []string
	for part := range strings.SplitSeq(e.Path, "/") {
		if name, ok := strings.CutPrefix(part, "{"); ok {
			names = append(names, strings.TrimSuffix(name, "}"))
		}
	}
	return names
}

// params makes parameters of one type.
func params(kind string, names ...string) []Param {
	var all []Param
	for _, n := range names {
		all = append(all, Param{n, kind})
	}
	return all
}

func join(lists ...[]Param) (all []Param) {
	for _, l := range lists {
		all = append(all, l...)
	}
	return all
}

var (
	within  = params("string", "start_date", "end_date")
	stretch = join(params("string", "task_regex"), within, params("boolean", "upstream", "downstream"))
	choice  = join(stretch, params("array", "state", "interval", "exclude_interval", "tag"), params("integer", "last"),
		params("boolean", "only_failed", "only_running", "past", "future", "all"), params("string", "select"))
	record = params("string", "reason", "ticket", "override")
	looked = join(params("boolean", "dry_run"), record)
	listed = join(within, params("array", "state"), params("string", "task_regex", "select"), params("integer", "limit"))
)

const (
	onePipeline = "/api/v1/pipelines/{pipeline}"
	oneInterval = onePipeline + "/intervals/{interval}"
	oneInstance = oneInterval + "/tasks/{task}"
)

// Endpoints lists the API. To add one is to add a line here: the contract test in
// cmd/tidemark holds it against the verb's flags and the published description.
func Endpoints() []Endpoint {
	return []Endpoint{
		{Method: "GET", Path: "/api/v1/pipelines", Verb: "list", Summary: "The pipelines with their last and next interval"},
		{Method: "GET", Path: "/api/v1/status", Verb: "status", Summary: "How the pipelines stand: newest runs, what is left, the runner"},
		{Method: "GET", Path: "/api/v1/validation", Verb: "validate", Summary: "The problems of all files"},
		{Method: "GET", Path: "/api/v1/version", Verb: "version", Summary: "Which program this is"},
		{Method: "GET", Path: "/api/v1/plan", Verb: "plan", Summary: "What the files mean for what exists"},
		{Method: "GET", Path: "/api/v1/operations", Verb: "operations", Params: join(params("string", "pipeline", "kind", "user", "since", "until"), params("integer", "limit")), Summary: "The orders that were given"},
		{Method: "GET", Path: "/api/v1/operations/{operation}", Verb: "operations", Summary: "One order, and how far it has come"},
		{Method: "GET", Path: "/api/v1/backfills", Verb: "backfill list", Summary: "The backfills"},
		{Method: "GET", Path: "/api/v1/backfills/{backfill}", Verb: "backfill show", Summary: "How far a backfill has come"},
		{Method: "GET", Path: onePipeline, Verb: "show", Summary: "A pipeline as it is understood"},
		{Method: "GET", Path: onePipeline + "/backfills", Verb: "backfill list", Summary: "The backfills of a pipeline"},
		{Method: "GET", Path: onePipeline + "/plan", Verb: "plan", Summary: "What the file of a pipeline means for what exists"},
		{Method: "GET", Path: onePipeline + "/simulation", Verb: "simulate", Params: join(params("string", "from", "to", "last", "catchup", "manual_at"), params("integer", "count")), Summary: "Which intervals its schedule makes"},
		{Method: "GET", Path: onePipeline + "/runs", Verb: "runs", Params: join(listed, params("boolean", "skipped")), Summary: "Its runs, or the intervals that were passed over"},
		{Method: "GET", Path: onePipeline + "/tasks", Verb: "tasks", Params: join(listed, params("boolean", "attempts")), Summary: "Its task instances"},
		{Method: "GET", Path: oneInterval + "/tasks", Verb: "tasks", Params: join(params("array", "state"), params("string", "task_regex"), params("boolean", "attempts")), Summary: "The task instances of one interval"},
		{Method: "GET", Path: oneInterval + "/render", Verb: "render", Summary: "The commands of an interval, rendered"},
		{Method: "GET", Path: oneInstance + "/render", Verb: "render", Summary: "The command of a task instance, rendered"},
		{Method: "GET", Path: oneInstance + "/why", Verb: "why", Summary: "Why a task instance is in its state"},
		{Method: "GET", Path: oneInstance + "/log", Verb: "logs", Params: join(params("integer", "try", "tail"), params("string", "grep")), Summary: "What a task printed"},

		{Method: "POST", Path: "/api/v1/clear", Verb: "clear", Params: join(choice, params("boolean", "no_running"), looked), Order: true, Summary: "Put chosen task instances back to waiting; select names the pipelines"},
		{Method: "POST", Path: onePipeline + "/clear", Verb: "clear", Params: join(choice, params("boolean", "no_running"), looked), Order: true, Summary: "Put chosen task instances back to waiting"},
		{Method: "POST", Path: onePipeline + "/backfill", Verb: "backfill", Params: join(stretch, params("array", "dates", "interval", "exclude_interval", "only", "param"), params("string", "reprocess", "select"), params("boolean", "run_backwards", "all"), params("integer", "max_active_runs"), looked), Order: true, Summary: "Make, or re-open, all intervals of a range"},
		{Method: "POST", Path: onePipeline + "/mark", Verb: "mark", Params: join(choice, params("string", "as"), params("boolean", "run"), looked), Order: true, Summary: "Say how task instances, or runs, ended"},
		{Method: "POST", Path: onePipeline + "/trigger", Verb: "trigger", Params: join(params("array", "param"), looked), Order: true, Summary: "Make a run of the newest complete interval"},
		{Method: "POST", Path: oneInterval + "/trigger", Verb: "trigger", Params: join(params("array", "param"), looked), Order: true, Summary: "Make a run of an interval"},
		{Method: "POST", Path: onePipeline + "/pause", Verb: "pause", Params: record, Order: true, Summary: "Begin nothing new"},
		{Method: "POST", Path: onePipeline + "/unpause", Verb: "unpause", Params: join(params("boolean", "catchup", "skip"), looked), Order: true, Summary: "Go on"},
		{Method: "POST", Path: "/api/v1/operations/{operation}/undo", Verb: "undo", Params: looked, Order: true, Summary: "Take an order back"},
		{Method: "POST", Path: "/api/v1/backfills/{backfill}/pause", Verb: "backfill pause", Params: record, Order: true, Summary: "Start no more of its runs"},
		{Method: "POST", Path: "/api/v1/backfills/{backfill}/resume", Verb: "backfill resume", Params: record, Order: true, Summary: "Let it go on"},
		{Method: "POST", Path: "/api/v1/backfills/{backfill}/cancel", Verb: "backfill cancel", Params: looked, Order: true, Summary: "Take back what has not begun"},
	}
}

package web

import (
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// instanceView is a task instance as its page and the grid's panel show it.
type instanceView struct {
	P             *pipelines.Pipeline
	Loc           *time.Location
	Now           time.Time
	Task          string // as in the URL: task, or of a mapped one task[3]
	Of            string // the task alone
	Interval      string // as in the URL
	Start         time.Time
	In            *instanceDoc  // nil: it does not exist; of a mapped task without an index, its worst
	Mapped        []instanceDoc // of a mapped task, all its instances
	Try           *attemptDoc   // the chosen one; nil: it never ran
	Why           *whyDoc
	Command       *renderedDoc
	Problem       *Failure
	Before, After *time.Time
	Tab           string
	Log           *logHead
	ReadOnly      bool
}

var instanceTabs = []string{"log", "why", "attempts", "command", "yaml"}

// serveInstance is the page of a task instance, or with ?panel=1 what the grid shows of it.
func (s *Server) serveInstance(w http.ResponseWriter, r *http.Request) {
	v, ok := s.instance(w, r)
	if !ok {
		return
	}
	if r.FormValue("panel") != "" {
		v.Why = s.why(r, v)
		fragment(w, "panel", v)
		return
	}
	switch v.Tab {
	case "why":
		v.Why = s.why(r, v)
	case "command":
		doc, f := ask[renderDoc](r.Context(), s, Command{Verb: "render", Args: []string{v.P.Name, v.Interval, v.Task}})
		v.Problem = f
		if f == nil && len(doc.Tasks) > 0 {
			v.Command = &doc.Tasks[0]
		}
	case "log":
		v.Log = s.logHead(v)
	}
	render(w, r, "instance", map[string]any{"Title": v.Task + " " + v.Interval, "Pipeline": v.P.Name, "Tab": "grid", "V": v, "Tabs": instanceTabs})
}

// instance reads what the path names. It answers where there is no such thing.
func (s *Server) instance(w http.ResponseWriter, r *http.Request) (*instanceView, bool) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return nil, false
	}
	v := &instanceView{P: p, Loc: p.Location, Now: s.Now(), Task: r.PathValue("task"), Interval: r.PathValue("interval"), Tab: r.FormValue("tab"), ReadOnly: s.Guard.ReadOnly}
	if v.Tab == "" {
		v.Tab = "log"
	}
	v.Of, _, _ = strings.Cut(v.Task, "[")
	flags := []Flag{{"attempts", "true"}}
	if known(p, v.Of) { // else it is of the past, and not to be asked for by name
		flags = append(flags, Flag{"task-regex", "^" + regexp.QuoteMeta(v.Of) + `(\[|$)`})
	}
	doc, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{p.Name, v.Interval}, Flags: flags})
	if f != nil {
		failed(w, r, f)
		return nil, false
	}
	start, err := pipelines.ParseTime(v.Interval, p.Location, false)
	if err != nil {
		refuse(w, r, http.StatusNotFound, "bad-time", err.Error(), "an interval is named by its start, such as 2026-03-01")
		return nil, false
	}
	v.Start = start
	v.choose(doc.Instances)
	if v.In != nil {
		v.Try = chosenTry(v.In.Attempts, r.FormValue("try"))
	}
	if !known(p, v.Of) && v.In == nil {
		refuse(w, r, http.StatusNotFound, "no-such-task", "pipeline "+p.Name+" has no task "+quoted(v.Task), "")
		return nil, false
	}
	v.Before, v.After = s.neighbours(r, p, start)
	return v, true
}

func known(p *pipelines.Pipeline, task string) bool {
	_, ok := p.Task(task)
	return ok
}

// choose finds the instance that the path names among those of its run. A mapped task that
// is named without an index stands for its instances, and shows the worst of them.
func (v *instanceView) choose(all []instanceDoc) {
	for i := range all {
		in := &all[i]
		if in.Task != v.Of {
			continue
		}
		if in.MapIndex >= 0 {
			v.Mapped = append(v.Mapped, *in)
		}
		if in.Name() == v.Task || v.Of == v.Task && (v.In == nil || worse(cellOf(in.State), cellOf(v.In.State))) {
			v.In = in
		}
	}
	slices.SortFunc(v.Mapped, func(a, b instanceDoc) int { return a.MapIndex - b.MapIndex })
	if v.In != nil {
		v.Task = v.In.Name()
	}
}

// chosenTry is the attempt of that number, or the newest.
func chosenTry(attempts []attemptDoc, try string) *attemptDoc {
	for i := range attempts {
		if strconv.Itoa(attempts[i].Try) == try {
			return &attempts[i]
		}
	}
	if n := len(attempts); n > 0 {
		return &attempts[n-1]
	}
	return nil
}

func (s *Server) why(r *http.Request, v *instanceView) *whyDoc {
	doc, f := ask[whyDoc](r.Context(), s, Command{Verb: "why", Args: []string{v.P.Name, v.Interval, v.Task}})
	if f != nil {
		v.Problem = f
		return nil
	}
	return &doc
}

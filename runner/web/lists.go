package web

import (
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// routeLists lists the pages that list what exists and what was ordered.
func (s *Server) routeLists(mux *http.ServeMux) {
	mux.HandleFunc("GET /p/{pipeline}/intervals", s.serveIntervals)
	mux.HandleFunc("GET /p/{pipeline}/instances", s.serveInstances)
	mux.HandleFunc("GET /p/{pipeline}/i/{interval}", s.serveInterval)
	mux.HandleFunc("GET /backfills", s.serveBackfills)
	mux.HandleFunc("GET /ops", s.serveOperations)
	mux.HandleFunc("GET /ops/{operation}", s.serveOperation)
	mux.HandleFunc("GET /runner", s.serveRunner)
	mux.HandleFunc("GET /ops/{operation}/form/{verb}", s.serveOperationForm)
	mux.HandleFunc("POST /ops/{operation}/preview", s.serveOperationPreview)
}

// list is a page of a pipeline that lists what a text of --select chooses.
type list struct {
	P        *pipelines.Pipeline
	Loc      *time.Location
	Select   string // as in the filter box
	Limit    int
	More     bool // there may be older ones
	Path     string
	Failure  *Failure
	ReadOnly bool
}

// How many rows a list shows, and how many at most.
const (
	shownRows = 200
	mostRows  = 5000
)

func (s *Server) list(r *http.Request, p *pipelines.Pipeline, page string) list {
	l := list{P: p, Loc: p.Location, Select: r.FormValue("select"), Limit: shownRows, Path: "/p/" + p.Name + "/" + page, ReadOnly: s.Guard.ReadOnly}
	if n, err := strconv.Atoi(r.FormValue("limit")); err == nil && n > 0 {
		l.Limit = min(n, mostRows)
	}
	return l
}

// flags are what the verb is asked: one row more than is shown, to know whether there are.
func (l *list) flags() []Flag {
	all := []Flag{{"limit", strconv.Itoa(l.Limit + 1)}}
	if l.Select != "" {
		all = append(all, Flag{"select", l.Select})
	}
	return all
}

// Query is the choice of an order about everything that the list would show.
func (l list) Query() map[string]any {
	if l.Select == "" {
		return map[string]any{"all": true}
	}
	return map[string]any{"select": l.Select}
}

// Next is the list with more rows.
func (l list) Next() string {
	return l.Path + "?limit=" + strconv.Itoa(min(l.Limit*5, mostRows)) + "&select=" + escapeQuery(l.Select)
}

// Here is the list as it is.
func (l list) Here() string {
	return l.Path + "?limit=" + strconv.Itoa(l.Limit) + "&select=" + escapeQuery(l.Select)
}

// newest is the newest of what a verb has listed oldest first, newest first; the tasks of an
// interval stay in their order.
func newest[T any](l *list, rows []T, start func(T) time.Time) []T {
	if l.More = len(rows) > l.Limit; l.More {
		rows = rows[len(rows)-l.Limit:]
	}
	slices.SortStableFunc(rows, func(a, b T) int { return start(b).Compare(start(a)) })
	return rows
}

// serveInstances lists task instances, the newest first.
func (s *Server) serveInstances(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	l := s.list(r, p, "instances")
	doc, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{p.Name}, Flags: l.flags()})
	l.Failure = inZone(f, p.Location)
	rows := newest(&l, doc.Instances, func(d instanceDoc) time.Time { return d.IntervalStart })
	render(w, r, "instances", map[string]any{"Title": "Instances of " + p.Name, "Pipeline": p.Name, "Tab": "instances", "L": l, "Rows": rows, "Words": []string{"state=failed,upstream_failed", "state=running,queued,retrying", "state=skipped"}})
}

// serveIntervals lists the runs of a pipeline, one for each interval, the newest first.
func (s *Server) serveIntervals(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	l := s.list(r, p, "intervals")
	doc, f := ask[runsDoc](r.Context(), s, Command{Verb: "runs", Args: []string{p.Name}, Flags: l.flags()})
	l.Failure = inZone(f, p.Location)
	rows := newest(&l, doc.Runs, func(d runDoc) time.Time { return d.IntervalStart })
	render(w, r, "intervals", map[string]any{"Title": "Intervals of " + p.Name, "Pipeline": p.Name, "Tab": "intervals", "L": l, "Rows": rows, "Words": []string{"state=failed", "state=running,queued,waiting", "kind=backfill", "kind=manual"}})
}

// serveInterval is the page of one interval: its run, and its task instances.
func (s *Server) serveInterval(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	name := r.PathValue("interval")
	start, err := pipelines.ParseTime(name, p.Location, false)
	if err != nil {
		refuse(w, r, http.StatusNotFound, "bad-time", err.Error(), "an interval is named by its start, such as 2026-03-01")
		return
	}
	data := map[string]any{"Title": p.Name + " " + label(start, p.Location), "Pipeline": p.Name, "Tab": "intervals", "P": p, "Start": start, "Now": s.Now(),
		"Path": intervalURL(p.Name, start, p.Location), "Choice": map[string]any{"interval": []string{label(start, p.Location)}}, "ReadOnly": s.Guard.ReadOnly}
	at := start.UTC().Format(time.RFC3339Nano)
	runs, f := ask[runsDoc](r.Context(), s, Command{Verb: "runs", Args: []string{p.Name}, Flags: []Flag{{"start-date", at}, {"end-date", at}}})
	if f != nil {
		failed(w, r, f)
		return
	}
	if len(runs.Runs) > 0 {
		tasks, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{p.Name, name}})
		if f != nil {
			failed(w, r, f)
			return
		}
		data["Run"], data["Rows"] = &runs.Runs[0], tasks.Instances
	} else if why, f := s.whyAbsent(r, p, name); f != nil {
		failed(w, r, f)
		return
	} else {
		data["Why"] = why
	}
	before, after := s.neighbours(r, p, start)
	data["Before"], data["After"] = before, after
	render(w, r, "interval", data)
}

// whyAbsent says why an interval has no run, by its first task.
func (s *Server) whyAbsent(r *http.Request, p *pipelines.Pipeline, interval string) (string, *Failure) {
	doc, f := ask[whyDoc](r.Context(), s, Command{Verb: "why", Args: []string{p.Name, interval, p.Tasks[0].ID}})
	return doc.Sentence, f
}

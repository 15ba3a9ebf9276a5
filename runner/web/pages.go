package web

import (
	"net/http"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// routePages lists the pages. Every one has a URL that says all that it shows.
func (s *Server) routePages(mux *http.ServeMux) {
	mux.HandleFunc("GET /{$}", s.servePipelines)
	mux.HandleFunc("GET /problems", s.serveProblems)
	mux.HandleFunc("GET /p/{pipeline}", s.serveGrid)
	mux.HandleFunc("GET /p/{pipeline}/i/{interval}/t/{task}", s.serveInstance)
	mux.HandleFunc("GET /p/{pipeline}/i/{interval}/t/{task}/lines", s.serveLines)
	mux.HandleFunc("GET /p/{pipeline}/i/{interval}/t/{task}/find", s.serveFind)
	mux.HandleFunc("GET /p/{pipeline}/i/{interval}/t/{task}/raw", s.serveRaw)
	mux.HandleFunc("POST /p/{pipeline}/preview", s.servePreview)
	mux.HandleFunc("GET /p/{pipeline}/form/{verb}", s.serveForm)
	s.routeLists(mux)
	s.routeViews(mux)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusNotFound, "no-such-page", "there is no page here", "the pipelines are at /")
	})
}

// pipeline is the valid definition that a path names; it answers where there is none.
func (s *Server) pipeline(w http.ResponseWriter, r *http.Request) (*pipelines.Pipeline, bool) {
	name := r.PathValue("pipeline")
	p, ok := s.Project().Pipeline(name)
	if !ok {
		_, f := ask[any](r.Context(), s, Command{Verb: "show", Args: []string{name}})
		if f == nil {
			f = &Failure{Code: "no-such-pipeline", Exit: 2, Message: "no pipeline is named " + quoted(name)}
		}
		failed(w, r, f)
	}
	return p, ok
}

// servePipelines is the first page: one row each, with the newest intervals as a strip.
func (s *Server) servePipelines(w http.ResponseWriter, r *http.Request) {
	doc, f := ask[statusDoc](r.Context(), s, Command{Verb: "status"})
	if f != nil {
		failed(w, r, f)
		return
	}
	problems, f := ask[validationDoc](r.Context(), s, Command{Verb: "validate"})
	if f != nil {
		failed(w, r, f)
		return
	}
	first := map[string]problemDoc{} // of each broken file
	for _, p := range problems.Problems {
		if _, seen := first[p.File]; !seen && p.Severity == "error" {
			first[p.File] = p
		}
	}
	var rows []pipelineRow
	for _, d := range doc.Pipelines {
		rows = append(rows, newPipelineRow(d, first[d.File], doc.Runner != nil))
	}
	render(w, r, "pipelines", map[string]any{"Title": "Pipelines", "Tab": "pipelines", "Rows": rows, "Runner": doc.Runner,
		"Problems": doc.Problems, "Now": s.Now(), "ReadOnly": s.Guard.ReadOnly})
}

// serveProblems shows what validate says.
func (s *Server) serveProblems(w http.ResponseWriter, r *http.Request) {
	doc, f := ask[validationDoc](r.Context(), s, Command{Verb: "validate"})
	if f != nil {
		failed(w, r, f)
		return
	}
	project := s.Project()
	names := map[string]string{} // of the pipelines, by file: those that have a page with the text
	for _, p := range project.Pipelines {
		names[p.File] = p.Name
	}
	for _, b := range project.Broken {
		names[b.File] = b.Name
	}
	render(w, r, "problems", map[string]any{"Title": "Problems", "Tab": "problems", "Doc": doc, "Names": names})
}

// pipelineRow is a pipeline as the first page shows it.
type pipelineRow struct {
	pipelineDoc
	Location *time.Location
	Bars     []bar
	Problem  problemDoc
	Word     string
}

// stripLength is how many intervals a strip shows.
const stripLength = 30

// bar is one interval of a strip: its height is how long it took, beside the others.
type bar struct {
	X, Y, Height int
	State        string
	Start        time.Time
	Title        string
}

const (
	barStep    = 9
	barHighest = 24
	barLowest  = 6
)

func newPipelineRow(d pipelineDoc, problem problemDoc, runner bool) pipelineRow {
	row := pipelineRow{pipelineDoc: d, Location: location(d.Timezone), Problem: problem, Word: word(d, runner)}
	longest := 0.0
	for _, n := range d.Newest {
		if n.Duration != nil {
			longest = max(longest, *n.Duration)
		}
	}
	for i, n := range d.Newest {
		b := bar{X: (stripLength - len(d.Newest) + i) * barStep, State: n.State, Start: n.IntervalStart, Height: barLowest}
		if n.Duration != nil && longest > 0 {
			b.Height += int(*n.Duration / longest * (barHighest - barLowest))
		}
		b.Y = barHighest - b.Height
		b.Title = label(n.IntervalStart, row.Location) + " " + n.State
		if n.Duration != nil {
			b.Title += " · " + took(n.Duration)
		}
		row.Bars = append(row.Bars, b)
	}
	return row
}

// word is how a pipeline stands. Without a runner nothing that is left goes on.
func word(d pipelineDoc, runner bool) string {
	switch {
	case !d.Valid:
		return "broken"
	case d.Paused:
		return "paused"
	case !runner && d.Counts["running"]+d.Counts["queued"] > 0:
		return "stopped"
	case d.Counts["running"] > 0:
		return "running"
	case d.Counts["queued"] > 0:
		return "queued"
	}
	return "idle"
}

func location(name string) *time.Location {
	loc, err := time.LoadLocation(name)
	if err != nil || name == "" {
		return time.UTC
	}
	return loc
}

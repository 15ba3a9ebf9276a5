package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
)

// routeViews lists the pages that draw a pipeline from another side than the grid.
func (s *Server) routeViews(mux *http.ServeMux) {
	mux.HandleFunc("GET /names", s.serveNames)
	mux.HandleFunc("GET /p/{pipeline}/graph", s.serveGraph)
	mux.HandleFunc("GET /p/{pipeline}/yaml", s.serveYAML)
	mux.HandleFunc("GET /p/{pipeline}/calendar", s.serveCalendar)
	mux.HandleFunc("GET /p/{pipeline}/gantt", s.serveGantt)
}

// runView is the run that a page is about, and the ones around it.
type runView struct {
	P             *pipelines.Pipeline
	Column        *runner.Column // nil: the page shows the definition
	At            string         // as in the URL; "": the definition
	State         string
	Before, After *time.Time
	Recent        []runner.Column // newest first, with the chosen one
	Now           time.Time
}

// recentRuns is how many runs a page offers to choose from.
const recentRuns = 40

// run reads which run ?at= names: its start, "none" for the definition, or, without a word,
// the newest. It answers where there is no such run.
func (s *Server) run(w http.ResponseWriter, r *http.Request, p *pipelines.Pipeline) (*runView, bool) {
	v := &runView{P: p, Now: s.Now()}
	h, err := s.History()
	if err == nil && h != nil {
		v.Recent, err = h.Columns(r.Context(), runner.ColumnQuery{Pipeline: p.Name, Limit: recentRuns})
	}
	if err != nil {
		failed(w, r, storeFailure(err))
		return nil, false
	}
	at := r.FormValue("at")
	if at == "none" || at == "" && len(v.Recent) == 0 {
		slices.Reverse(v.Recent)
		return v, true
	}
	if at == "" {
		v.choose(v.Recent[len(v.Recent)-1])
	} else if !s.named(w, r, h, v, at) {
		return nil, false
	}
	slices.SortFunc(v.Recent, func(a, b runner.Column) int { return b.Interval.Start.Compare(a.Interval.Start) })
	v.Before, v.After = s.neighbours(r, p, v.Column.Interval.Start)
	return v, true
}

// named takes the run that starts at a time.
func (s *Server) named(w http.ResponseWriter, r *http.Request, h runner.History, v *runView, at string) bool {
	start, err := pipelines.ParseTime(at, v.P.Location, false)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "bad-time", err.Error(), "an interval is named by its start, such as 2026-03-01")
		return false
	}
	for _, c := range v.Recent {
		if c.Interval.Start.Equal(start) {
			v.choose(c)
			return true
		}
	}
	var found []runner.Column
	if h != nil {
		if found, err = h.Columns(r.Context(), runner.ColumnQuery{Pipeline: v.P.Name, From: start, To: start}); err != nil {
			failed(w, r, storeFailure(err))
			return false
		}
	}
	if len(found) == 0 {
		refuse(w, r, http.StatusNotFound, "no-such-interval", "pipeline "+v.P.Name+" has no run of "+pipelines.Label(start, v.P.Location), "its runs are in the grid, /p/"+v.P.Name)
		return false
	}
	v.choose(found[0])
	v.Recent = append(v.Recent, found[0])
	return true
}

func (v *runView) choose(c runner.Column) {
	v.Column, v.At, v.State = &c, pipelines.Label(c.Interval.Start, v.P.Location), c.State.String()
}

// Is says whether a run is the chosen one.
func (v *runView) Is(c runner.Column) bool { return v.Column != nil && v.Column.Run == c.Run }

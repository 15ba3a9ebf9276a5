package web

import (
	"net/http"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// serveBackfills lists the backfills, with what steers them.
func (s *Server) serveBackfills(w http.ResponseWriter, r *http.Request) {
	c := Command{Verb: "backfill list"}
	pipeline := r.FormValue("pipeline")
	if pipeline != "" {
		c.Args = []string{pipeline}
	}
	doc, f := ask[backfillsDoc](r.Context(), s, c)
	if f != nil {
		failed(w, r, f)
		return
	}
	render(w, r, "backfills", map[string]any{"Title": "Backfills", "Tab": "backfills", "Rows": doc.Backfills, "Of": pipeline,
		"Zone": s.zone, "ReadOnly": s.Guard.ReadOnly, "Pipelines": s.Project().Pipelines})
}

// serveOperations lists the orders that were given.
func (s *Server) serveOperations(w http.ResponseWriter, r *http.Request) {
	c := Command{Verb: "operations"}
	asked := map[string]string{}
	for _, name := range []string{"pipeline", "kind", "user"} {
		if v := r.FormValue(name); v != "" {
			asked[name] = v
			c.Flags = append(c.Flags, Flag{name, v})
		}
	}
	doc, f := ask[operationsDoc](r.Context(), s, c)
	if f != nil {
		failed(w, r, f)
		return
	}
	render(w, r, "operations", map[string]any{"Title": "Operations", "Tab": "operations", "Rows": doc.Operations, "Asked": asked,
		"Kinds": plan.OrderKinds, "Query": r.URL.RequestURI(),
		"Zone": s.zone, "Now": s.Now(), "ReadOnly": s.Guard.ReadOnly, "Pipelines": s.Project().Pipelines})
}

// serveOperation is one order: who, when, what, and how far.
func (s *Server) serveOperation(w http.ResponseWriter, r *http.Request) {
	id := r.PathValue("operation")
	doc, f := ask[operationsDoc](r.Context(), s, Command{Verb: "operations", Args: []string{id}})
	if f != nil {
		failed(w, r, f)
		return
	}
	o := doc.Operations[0]
	loc := time.UTC
	if len(o.Pipelines) == 1 {
		loc = s.zone(o.Pipelines[0])
	}
	var left *backfillDoc
	if o.Kind == "backfill" {
		doc, f := ask[backfillsDoc](r.Context(), s, Command{Verb: "backfill show", Args: []string{id}})
		if f != nil {
			failed(w, r, f)
			return
		}
		if left = &doc.Backfills[0]; left.ETA != nil {
			ends := s.Now().Add(time.Duration(left.ETA.P50 * float64(time.Second)))
			left.Ends = &ends
		}
	}
	render(w, r, "operation", map[string]any{"Title": "Operation " + id, "Tab": "operations", "O": o, "Backfill": left, "Loc": loc, "Now": s.Now(), "ReadOnly": s.Guard.ReadOnly})
}

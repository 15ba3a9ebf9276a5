package web

import (
	"net/http"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// gridTask is a row of the grid, with what it needs, for the filters by graph.
type gridTask struct {
	ID    string   `json:"id"`
	Needs []string `json:"needs,omitempty"`
	Group string   `json:"group,omitempty"`
}

func gridTasks(p *pipelines.Pipeline) []gridTask {
	var all []gridTask
	of := groups(p.Tasks)
	for _, t := range p.Tasks {
		all = append(all, gridTask{t.ID, t.Needs, of[t.ID]})
	}
	return all
}

// serveGrid is the page of a pipeline: all of its tasks, all of its history. The cells come
// by themselves; with ?table=1 they are a table of the newest intervals instead.
func (s *Server) serveGrid(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	data := map[string]any{"Title": p.Name, "Pipeline": p.Name, "Tab": "grid", "P": p, "Tasks": gridTasks(p), "ReadOnly": s.Guard.ReadOnly}
	if r.FormValue("table") != "" {
		table, err := s.table(r, p)
		if err != nil {
			failed(w, r, storeFailure(err))
			return
		}
		data["Table"] = table
	}
	render(w, r, "grid", data)
}

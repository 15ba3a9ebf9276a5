// Package web is the pages and the HTTP API of one project.
//
// It decides nothing. Documents and orders come from the same verbs as on the command line,
// called in this process; the grid and the live updates read the store through
// runner.History. Pages are html/template, made on the server from those documents; what
// moves on them is a handful of plain ES modules. Everything is embedded.
package web

import (
	"log/slog"
	"net/http"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
)

// Server is the handler of all pages of a project.
type Server struct {
	Verbs   Verbs
	History func() (runner.History, error) // nil, nil: nothing has ever run
	Project func() *pipelines.Project      // as the files are now
	Log     func(pipeline string, start time.Time, task string, mapIndex, try int) string
	Now     func() time.Time
	Errors  *slog.Logger
	Version string

	Guard Guard

	events events
	assets *assets
	logs   logIndexes
	cells  cellCache
	graphs drawings
}

// Handler wires the routes. It is called once.
func (s *Server) Handler() http.Handler {
	s.assets = loadAssets()
	s.events.init()
	mux := http.NewServeMux()
	mux.Handle("GET /static/{name}", s.assets)
	mux.HandleFunc("GET /events", s.serveEvents)
	mux.HandleFunc("GET /login", s.Guard.login)
	mux.HandleFunc("POST /login", s.Guard.login)
	s.routePages(mux)
	s.routeAPI(mux)
	return s.Guard.protect(s.recover(compress(mux)))
}

// recover turns a defect of ours into an answer, and tells the log.
func (s *Server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if cause := recover(); cause != nil && cause != http.ErrAbortHandler {
				s.Errors.Error("a page met a defect", "path", r.URL.Path, "cause", cause)
				http.Error(w, "tidemark met a defect of its own; the runner's log has the cause", http.StatusInternalServerError)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

package web

import "net/http"

// routeLists lists the pages that list what exists and what was ordered.
func (s *Server) routeLists(mux *http.ServeMux) {
	mux.HandleFunc("GET /ops/{operation}/form/{verb}", s.serveOperationForm)
	mux.HandleFunc("POST /ops/{operation}/preview", s.serveOperationPreview)
}

package web

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// isProgram says whether an answer is for a program: JSON, not a page.
func isProgram(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/api/") || r.URL.Path == "/events"
}

// refuse answers with a failure of our own: a document for programs, a page for people.
func refuse(w http.ResponseWriter, r *http.Request, status int, code, message, help string) {
	fail(w, r, status, &Failure{Code: code, Message: message, Help: help})
}

// failed answers with the failure of a verb.
func failed(w http.ResponseWriter, r *http.Request, f *Failure) { fail(w, r, statusOf(f), f) }

func fail(w http.ResponseWriter, r *http.Request, status int, f *Failure) {
	if !isProgram(r) {
		renderStatus(w, r, status, "failure", map[string]any{"Title": "Not possible", "Failure": f})
		return
	}
	doc := struct {
		Schema   string   `json:"schema"`
		Code     string   `json:"code"`
		Message  string   `json:"message"`
		Help     string   `json:"help"`
		Problems []string `json:"problems"`
	}{"tidemark.error/1", f.Code, f.Message, f.Help, append([]string{}, f.Problems...)}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	_ = enc.Encode(doc) // a client that has gone
}

// statusOf translates what the command line says with an exit code.
func statusOf(f *Failure) int {
	switch {
	case f.Code == "stale-plan":
		return http.StatusConflict
	case f.Exit == 6, strings.HasPrefix(f.Code, "no-such-"):
		return http.StatusNotFound
	case f.Exit == 5:
		return http.StatusConflict
	case f.Exit == 3:
		return http.StatusUnprocessableEntity
	case f.Code == "database", f.Code == "cannot-write", f.Code == "cannot-read":
		return http.StatusServiceUnavailable
	case f.Exit == 2:
		return http.StatusBadRequest
	}
	return http.StatusInternalServerError
}

// inZone is a failure as a person reads it in a pipeline's timezone.
func inZone(f *Failure, loc *time.Location) *Failure {
	if f == nil {
		return nil
	}
	g := *f
	g.Message, g.Help, g.Problems = pipelines.InZone(f.Message, loc), pipelines.InZone(f.Help, loc), nil
	for _, line := range f.Problems {
		g.Problems = append(g.Problems, pipelines.InZone(line, loc))
	}
	return &g
}

func quoted(s string) string { return strconv.Quote(s) }

func escapeQuery(s string) string { return url.QueryEscape(s) }

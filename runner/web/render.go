package web

import (
	"bytes"
	"embed"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"path"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

//go:embed templates
var templateFiles embed.FS

// pages are one template set a page: the layout with that page's main. They are parsed when
// the first is shown: that takes longer than all else that the program does at its start.
var pages = sync.OnceValue(parsePages)

func parsePages() map[string]*template.Template {
	shared := template.Must(template.New("").Funcs(functions).ParseFS(templateFiles, "templates/shared/*.html"))
	files, err := templateFiles.ReadDir("templates")
	if err != nil {
		panic(err) // embedded at build time
	}
	all := map[string]*template.Template{}
	for _, f := range files {
		if !f.IsDir() {
			set := template.Must(template.Must(shared.Clone()).ParseFS(templateFiles, "templates/"+f.Name()))
			all[strings.TrimSuffix(f.Name(), path.Ext(f.Name()))] = set
		}
	}
	return all
}

var functions = template.FuncMap{
	"label":    label,
	"moment":   moment,
	"here":     pipelines.InZone,
	"took":     took,
	"ago":      ago,
	"number":   prose.Number,
	"plural":   prose.Plural,
	"words":    func(state string) string { return strings.ReplaceAll(state, "_", " ") },
	"interval": intervalPath,
	"join":     strings.Join,
	"short":    func(id string) string { return id[:min(len(id), 7)] },
	"instance": instanceURL,
	"at":       intervalURL,
	"dict":     dict,
	"ptr":      func(t time.Time) *time.Time { return &t },
	"json": func(v any) (string, error) {
		text, err := json.Marshal(v)
		return string(text), err
	},
	"version": func(fingerprint string) string { return fingerprint[:min(len(fingerprint), versionName)] },
}

// dict makes the data of a template that takes several values.
func dict(pairs ...any) map[string]any {
	m := map[string]any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		m[pairs[i].(string)] = pairs[i+1]
	}
	return m
}

// view is what every template sees: the page's own data, and what the layout needs.
type view struct {
	Title    string
	Theme    string // light, dark, or "" as the system has it
	Path     string
	Who      Actor
	Pipeline string // whose pages these are; "": none's
	Tab      string
	Data     map[string]any
}

// render answers with a page, or, where a script asks for a fragment, with its main alone.
func render(w http.ResponseWriter, r *http.Request, page string, data map[string]any) {
	renderStatus(w, r, http.StatusOK, page, data)
}

func renderStatus(w http.ResponseWriter, r *http.Request, status int, page string, data map[string]any) {
	v := view{Path: r.URL.Path, Who: actorOf(r), Data: data}
	v.Title, _ = data["Title"].(string)
	v.Pipeline, _ = data["Pipeline"].(string)
	v.Tab, _ = data["Tab"].(string)
	if c, err := r.Cookie("tidemark_theme"); err == nil && (c.Value == "light" || c.Value == "dark") {
		v.Theme = c.Value
	}
	name := "layout"
	if r.Header.Get("X-Fragment") != "" {
		name = "main"
	}
	var b bytes.Buffer
	if err := pages()[page].ExecuteTemplate(&b, name, v); err != nil {
		panic(err) // a template that does not fit its data: a defect
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Add("Vary", "X-Fragment")
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes())
}

// fragment answers with a part of a page.
func fragment(w http.ResponseWriter, name string, data any) {
	var b bytes.Buffer
	if err := pages()["grid"].ExecuteTemplate(&b, name, data); err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(b.Bytes())
}

// label is an instant as the command line takes it.
func label(t any, loc *time.Location) string {
	switch t := t.(type) {
	case time.Time:
		if !t.IsZero() {
			return pipelines.Label(t, loc)
		}
	case *time.Time:
		if t != nil {
			return pipelines.Label(*t, loc)
		}
	}
	return "–"
}

// moment is when something happened, to the second.
func moment(t *time.Time, loc *time.Location) string {
	if t == nil {
		return "–"
	}
	return t.In(loc).Format("2006-01-02 15:04:05")
}

// intervalPath names an interval in a URL.
func intervalPath(t time.Time, loc *time.Location) string { return pipelines.Label(t, loc) }

func instanceURL(pipeline string, start time.Time, loc *time.Location, task string) string {
	return "/p/" + pipeline + "/i/" + template.URLQueryEscaper(pipelines.Label(start, loc)) + "/t/" + url.PathEscape(task)
}

func intervalURL(pipeline string, start time.Time, loc *time.Location) string {
	return "/p/" + pipeline + "/i/" + template.URLQueryEscaper(pipelines.Label(start, loc))
}

package web

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
)

// yamlView is the text of a version, or what changed between two.
type yamlView struct {
	P         *pipelines.Pipeline
	Versions  []runner.Version
	Rev, Diff string // fingerprints; "": the file as it is now, nothing to compare with
	Lines     []diffLine
	Added     int
	Removed   int
	All       bool // nothing is folded
	Tasks     []yamlTask
	Here      string
	Problems  int
}

// yamlTask is where a task stands in the text.
type yamlTask struct {
	ID   string
	Line int
}

// versionName is how a version is named in a URL.
const versionName = 12

// serveYAML shows the file as it is now or a version of it, and what differs from another.
func (s *Server) serveYAML(w http.ResponseWriter, r *http.Request) {
	p, ok := s.fileOf(w, r)
	if !ok {
		return
	}
	v := &yamlView{P: p, All: r.FormValue("all") != "", Here: "/p/" + p.Name + "/yaml?" + pick(r, "rev", "diff", "all").Encode()}
	h, err := s.History()
	if err == nil && h != nil {
		v.Versions, err = h.Versions(r.Context(), p.Name)
	}
	if err != nil {
		failed(w, r, storeFailure(err))
		return
	}
	for i := range v.Versions {
		v.Versions[i].FirstSeen = v.Versions[i].FirstSeen.Truncate(time.Second)
	}
	text, ok := s.version(w, r, h, v, r.FormValue("rev"), &v.Rev)
	if !ok {
		return
	}
	if with := r.FormValue("diff"); with == "" {
		v.Lines = diff(linesOf(text), linesOf(text))
	} else {
		other, ok := s.version(w, r, h, v, with, &v.Diff)
		if !ok {
			return
		}
		v.compare(linesOf(other), linesOf(text))
	}
	if v.Rev == "" {
		s.markProblems(r, v)
	}
	v.find()
	if v.Diff != "" && !v.All {
		v.Lines = fold(v.Lines)
	}
	render(w, r, "yaml", map[string]any{"Title": p.Name + " YAML", "Pipeline": p.Name, "Tab": "yaml", "V": v})
}

// fileOf is the pipeline that a path names, or of a file with errors what can be said of it:
// its text, under whose lines the errors stand.
func (s *Server) fileOf(w http.ResponseWriter, r *http.Request) (*pipelines.Pipeline, bool) {
	project, name := s.Project(), r.PathValue("pipeline")
	if _, valid := project.Pipeline(name); !valid {
		for _, b := range project.Broken {
			if b.Name != name {
				continue
			}
			text, err := os.ReadFile(filepath.Join(project.Root, filepath.FromSlash(b.File)))
			if err != nil {
				failed(w, r, &Failure{Code: "cannot-read", Exit: 2, Message: b.File + " cannot be read: " + err.Error(), Help: "its problems are at /problems"})
				return nil, false
			}
			return &pipelines.Pipeline{Name: name, File: b.File, Location: time.UTC, Source: string(text)}, true
		}
	}
	return s.pipeline(w, r)
}

// version is the text of the version that a URL names; "now" is the file.
func (s *Server) version(w http.ResponseWriter, r *http.Request, h runner.History, v *yamlView, name string, to *string) (string, bool) {
	if name == "" || name == "now" {
		if to == &v.Diff {
			*to = "now"
		}
		return v.P.Source, true
	}
	for _, x := range v.Versions {
		if len(name) >= versionName && strings.HasPrefix(x.Fingerprint, name) {
			text, err := h.Source(r.Context(), v.P.Name, x.Fingerprint)
			if err != nil {
				failed(w, r, storeFailure(err))
				return "", false
			}
			*to = x.Fingerprint[:versionName]
			return text, true
		}
	}
	refuse(w, r, http.StatusNotFound, "no-such-version", "pipeline "+v.P.Name+" has no version "+quoted(name), "its versions are on /p/"+v.P.Name+"/yaml")
	return "", false
}

func (v *yamlView) compare(before, after []string) {
	v.Lines = diff(before, after)
	for _, l := range v.Lines {
		switch l.Op {
		case "+":
			v.Added++
		case "-":
			v.Removed++
		}
	}
}

// markProblems puts what validate says of the file below its lines.
func (s *Server) markProblems(r *http.Request, v *yamlView) {
	doc, f := ask[validationDoc](r.Context(), s, Command{Verb: "validate"})
	if f != nil {
		return // the text is of use without
	}
	for _, p := range doc.Problems {
		if p.File != v.P.File {
			continue
		}
		for i := range v.Lines {
			if v.Lines[i].New == max(1, p.Line) {
				v.Lines[i].Problems = append(v.Lines[i].Problems, p)
				v.Problems++
			}
		}
	}
}

// find looks up where the tasks stand: by their keys below "tasks:".
func (v *yamlView) find() {
	inside, indent := false, -1
	for _, l := range v.Lines {
		text := strings.TrimLeft(l.Text, " ")
		if l.New == 0 || text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		depth := len(l.Text) - len(text)
		if depth == 0 {
			inside = strings.HasPrefix(text, "tasks:")
			indent = -1
			continue
		}
		if indent < 0 {
			indent = depth
		}
		if name, _, found := strings.Cut(text, ":"); inside && depth == indent && found {
			if id := strings.Trim(name, `"'`); id != "" {
				v.Tasks = append(v.Tasks, yamlTask{id, l.New})
			}
		}
	}
}

package web

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
)

// openAPI describes the API. It is generated from Endpoints and the documents' types by
// `go test ./cmd/tidemark -run OpenAPI -update`, which also holds it against real answers.
//
//go:embed openapi.json
var openAPI []byte

func (s *Server) routeAPI(mux *http.ServeMux) {
	for _, e := range Endpoints() {
		mux.HandleFunc(e.Method+" "+e.Path, func(w http.ResponseWriter, r *http.Request) { s.serveEndpoint(w, r, e) })
	}
	mux.HandleFunc("GET "+onePipeline+"/cells", s.serveCells)
	mux.HandleFunc("GET "+onePipeline+"/columns", s.serveColumns)
	mux.HandleFunc("GET /api/v1/openapi.json", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write(openAPI)
	})
	mux.HandleFunc("/api/", func(w http.ResponseWriter, r *http.Request) {
		refuse(w, r, http.StatusNotFound, "no-such-endpoint", "there is nothing at "+r.Method+" "+quoted(r.URL.Path), "see /api/v1/openapi.json")
	})
}

// serveEndpoint makes a command of a request and answers with its document.
func (s *Server) serveEndpoint(w http.ResponseWriter, r *http.Request, e Endpoint) {
	c, err := e.command(r)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "bad-request", err.Error(), "see /api/v1/openapi.json")
		return
	}
	if e.Order && !c.looks() && !s.Guard.mayOrder(w, r) {
		return
	}
	a := s.Verbs(r.Context(), c)
	if a.Failure != nil {
		failed(w, r, a.Failure)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Cache-Control", "no-store")
	if err := a.Write(w); err != nil {
		s.Errors.Info("an answer was not taken", "path", r.URL.Path, "cause", err)
	}
}

// command reads a request. What the endpoint does not know is an error, not ignored.
func (e Endpoint) command(r *http.Request) (Command, error) {
	given, err := given(r)
	if err != nil {
		return Command{}, err
	}
	return e.commandOf(r, given)
}

func (e Endpoint) commandOf(r *http.Request, given map[string]any) (Command, error) {
	c := Command{Verb: e.Verb, Who: actorOf(r)}
	for _, name := range e.Args() {
		c.Args = append(c.Args, r.PathValue(name))
	}
	if d, ok := given["digest"].(string); ok && e.Order {
		c.Digest = d
		delete(given, "digest")
	}
	for _, p := range e.Params {
		v, ok := given[p.Name]
		delete(given, p.Name)
		if !ok || v == nil {
			continue
		}
		values, err := p.values(v)
		if err != nil {
			return c, err
		}
		for _, text := range values {
			c.Flags = append(c.Flags, Flag{p.Flag(), text})
		}
	}
	if unknown := slices.Sorted(maps.Keys(given)); len(unknown) > 0 {
		return c, fmt.Errorf("unknown parameter: %s", strings.Join(unknown, ", "))
	}
	if e.agrees() && !c.looks() {
		c.Flags = append(c.Flags, Flag{"yes", "true"})
	}
	return c, nil
}

// agrees says whether the verb would ask a person.
func (e Endpoint) agrees() bool {
	return slices.ContainsFunc(e.Params, func(p Param) bool { return p.Name == "dry_run" })
}

// looks says whether a command changes nothing.
func (c Command) looks() bool {
	return slices.Contains(c.Flags, Flag{"dry-run", "true"})
}

// largest is how much a request may say.
const largest = 1 << 20

// given are the parameters of a request: of the query, or of a JSON body.
func given(r *http.Request) (map[string]any, error) {
	all := map[string]any{}
	if r.Method == http.MethodGet {
		for name, values := range r.URL.Query() {
			list := make([]any, len(values))
			for i, v := range values {
				list[i] = v
			}
			all[name] = list
		}
		return all, nil
	}
	dec := json.NewDecoder(http.MaxBytesReader(nil, r.Body, largest))
	dec.UseNumber()
	err := dec.Decode(&all)
	switch {
	case errors.Is(err, io.EOF):
		return map[string]any{}, nil
	case err != nil:
		return nil, errors.New("the body is not a JSON object: " + err.Error())
	case dec.More():
		return nil, errors.New("the body is more than one JSON object")
	}
	return all, nil
}

// values are the texts of a flag: one, or those of a list.
func (p Param) values(v any) ([]string, error) {
	list, ok := v.([]any)
	if !ok {
		list = []any{v}
	}
	if len(list) > 1 && p.Type != "array" {
		return nil, fmt.Errorf("%s is given twice", p.Name)
	}
	var out []string
	for _, v := range list {
		text, err := p.value(v)
		if err != nil {
			return nil, err
		}
		out = append(out, text)
	}
	return out, nil
}

func (p Param) value(v any) (string, error) {
	var text string
	switch v := v.(type) {
	case string:
		text = v
	case bool:
		text = strconv.FormatBool(v)
	case json.Number:
		text = v.String()
	default:
		return "", fmt.Errorf("%s must be of type %s", p.Name, p.Type)
	}
	switch p.Type {
	case "boolean":
		if text != "true" && text != "false" {
			return "", fmt.Errorf("%s must be true or false", p.Name)
		}
	case "integer":
		if _, err := strconv.Atoi(text); err != nil {
			return "", fmt.Errorf("%s must be a whole number", p.Name)
		}
	}
	return text, nil
}

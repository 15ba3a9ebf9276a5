package main

import (
	"bytes"
	"encoding"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/web"
)

const openAPIFile = "../../runner/web/openapi.json"

// answers are the documents of the verbs that the API offers.
var answers = map[string]any{
	"list": pipelinesDocument{}, "status": statusDocument{}, "validate": validationDocument{}, "version": versionDocument{},
	"plan": plan.Plan{}, "operations": operationsDocument{}, "backfill list": backfillsDocument{}, "backfill show": backfillsDocument{},
	"show": showDocument{}, "simulate": simulationDocument{}, "runs": runsDocument{}, "tasks": tasksDocument{}, "render": renderDocument{},
	"why": plan.WhyDoc{}, "logs": logDocument{}, "clear": plan.Plan{}, "backfill": plan.Plan{}, "mark": plan.Plan{}, "trigger": plan.Plan{},
	"undo": plan.Plan{}, "backfill cancel": plan.Plan{}, "pause": pauseDocument{}, "unpause": plan.Plan{},
	"backfill pause": backfillsDocument{}, "backfill resume": backfillsDocument{},
}

// The published description is made from the endpoints and the documents' types.
// UPDATE_OPENAPI=1 writes it anew.
func TestOpenAPIIsAsPublished(t *testing.T) {
	got, err := json.MarshalIndent(describe(t), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if os.Getenv("UPDATE_OPENAPI") != "" {
		if err := os.WriteFile(openAPIFile, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(openAPIFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s is not what the endpoints and documents say; UPDATE_OPENAPI=1 go test ./cmd/tidemark -run OpenAPI writes it anew", openAPIFile)
	}
}

// A parameter of an endpoint is a flag of its verb, of the type that it says.
func TestParametersAreFlags(t *testing.T) {
	for _, e := range web.Endpoints() {
		v := verbNamed(t, e.Verb)
		for _, p := range e.Params {
			f := slices.IndexFunc(v.flags, func(f cli.Flag) bool { return slices.Contains(f.Names(), p.Flag()) })
			if f < 0 {
				t.Errorf("%s %s: %s has no flag --%s", e.Method, e.Path, e.Verb, p.Flag())
				continue
			}
			if want := typeOfFlag(v.flags[f]); want != p.Type {
				t.Errorf("%s %s: --%s is of type %s, not %s", e.Method, e.Path, p.Flag(), want, p.Type)
			}
		}
	}
}

func verbNamed(t *testing.T, path string) *verb {
	t.Helper()
	name, sub, _ := strings.Cut(path, " ")
	list := verbs()
	v := list[slices.IndexFunc(list, func(v *verb) bool { return v.name == name })]
	if sub != "" {
		v = v.verbs[slices.IndexFunc(v.verbs, func(v *verb) bool { return v.name == sub })]
	}
	return v
}

func typeOfFlag(f cli.Flag) string {
	switch f.(type) {
	case *cli.BoolFlag:
		return "boolean"
	case *cli.IntFlag:
		return "integer"
	case *cli.StringSliceFlag:
		return "array"
	}
	return "string"
}

// What the API really answers is what the description says, for every endpoint.
func TestTheAPIKeepsItsDescription(t *testing.T) {
	by := answererFor(t, "../../examples/hello")
	pages := &pages{place: place{db: strings.TrimPrefix(by.globals[1], "--db=")}}
	server := httptest.NewServer((&web.Server{Verbs: by.answer, Project: by.project, Now: time.Now, Errors: slog.New(slog.DiscardHandler),
		History: pages.history, Guard: web.Guard{Local: web.Actor{User: "anna", Host: "here"}},
		Log: func(string, time.Time, string, int, int) string { return "" }}).Handler())
	defer server.Close()
	schemas := compile(t)
	task := by.project().Pipelines[0].Tasks[0].ID
	fill := strings.NewReplacer("{pipeline}", "hello", "{interval}", "2026-01-02", "{task}", task, "{operation}", "1", "{backfill}", "1")
	bodies := map[string]string{
		"backfill": `{"start_date": "2026-01-01", "end_date": "2026-01-03"}`, "clear": `{"all": true, "dry_run": true}`,
		"mark": `{"as": "success", "task_regex": "` + task + `", "interval": ["2026-01-02"]}`,
	}
	queries := map[string]string{"simulate": "?from=2026-01-01&count=3", "runs": "?limit=2", "tasks": ""}
	endpoints := web.Endpoints()
	slices.SortStableFunc(endpoints, func(a, b web.Endpoint) int { return first(b) - first(a) })
	for _, e := range endpoints {
		if e.Verb == "clear" && !strings.Contains(e.Path, "{pipeline}") {
			bodies["clear"] = `{"select": "pipeline=hello task=` + task + `", "dry_run": true}`
		}
		path := fill.Replace(e.Path) + queries[e.Verb]
		if e.Method == "POST" {
			path = fill.Replace(e.Path)
		}
		req, err := http.NewRequest(e.Method, server.URL+path, strings.NewReader(bodies[e.Verb]))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := jsonschema.UnmarshalJSON(answer.Body)
		answer.Body.Close()
		if err != nil {
			t.Errorf("%s %s: %s: not JSON: %v", e.Method, path, answer.Status, err)
			continue
		}
		name := nounOfDocument(answers[e.Verb])
		if answer.StatusCode != http.StatusOK {
			name = "error"
			if !mayFail[e.Verb] {
				t.Errorf("%s %s: %s: %v", e.Method, path, answer.Status, doc)
			}
		}
		if err := schemas[name].Validate(doc); err != nil {
			t.Errorf("%s %s: not as described: %v", e.Method, path, err)
		}
		if sent := doc.(map[string]any)["schema"]; sent != "tidemark."+name+"/1" {
			t.Errorf("%s %s: the schema is %v, described is %s", e.Method, path, sent, name)
		}
	}
}

// first puts the orders that make something before those that look at it.
func first(e web.Endpoint) int {
	switch {
	case e.Verb == "backfill":
		return 4
	case e.Verb == "mark":
		return 3
	case e.Method == "GET":
		return 2
	case e.Verb == "undo" || e.Verb == "backfill cancel":
		return 0
	}
	return 1
}

// mayFail are the verbs for which this project has nothing: nothing has run, a backfill is over.
var mayFail = map[string]bool{"logs": true, "trigger": true, "backfill cancel": true, "backfill resume": true, "backfill pause": true, "undo": true}

func compile(t *testing.T) map[string]*jsonschema.Schema {
	t.Helper()
	text, err := os.ReadFile(openAPIFile)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("openapi.json", doc); err != nil {
		t.Fatal(err)
	}
	schemas := map[string]*jsonschema.Schema{}
	for name := range doc.(map[string]any)["components"].(map[string]any)["schemas"].(map[string]any) {
		if schemas[name], err = c.Compile("openapi.json#/components/schemas/" + name); err != nil {
			t.Fatal(err)
		}
	}
	return schemas
}

type object = map[string]any

// describe makes the OpenAPI description.
func describe(t *testing.T) object {
	schemas := object{"error": object{"type": "object", "required": []string{"schema", "code", "message", "help", "problems"}, "properties": object{
		"schema": object{"const": "tidemark.error/1"}, "code": object{"type": "string"}, "message": object{"type": "string"}, "help": object{"type": "string"},
		"problems": object{"type": "array", "items": object{"type": "string"}}}}}
	paths := object{}
	failure := object{"description": "It cannot be done, and why", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/error"}}}}
	for _, e := range web.Endpoints() {
		doc, ok := answers[e.Verb]
		if !ok {
			t.Fatalf("%s %s: which document is it?", e.Method, e.Path)
		}
		name := nounOfDocument(doc)
		if schemas[name] == nil {
			s := schemaOf(reflect.TypeOf(doc))
			s["properties"].(object)["schema"] = object{"const": "tidemark." + name + "/1"}
			schemas[name] = s
		}
		op := object{"summary": e.Summary, "description": "`tidemark " + e.Verb + "`", "responses": object{
			"200":     object{"description": "tidemark." + name + "/1", "content": object{"application/json": object{"schema": object{"$ref": "#/components/schemas/" + name}}}},
			"default": failure}}
		var parameters []any
		for _, arg := range e.Args() {
			parameters = append(parameters, object{"name": arg, "in": "path", "required": true, "schema": object{"type": "string"}})
		}
		properties := object{}
		for _, p := range e.Params {
			s := object{"type": p.Type}
			if p.Type == "array" {
				s["items"] = object{"type": "string"}
			}
			if e.Method == "GET" {
				parameters = append(parameters, object{"name": p.Name, "in": "query", "schema": s})
			}
			properties[p.Name] = s
		}
		if e.Order {
			properties["digest"] = object{"type": "string", "description": "of the plan that was seen: another one is refused"}
			op["requestBody"] = object{"content": object{"application/json": object{"schema": object{"type": "object", "additionalProperties": false, "properties": properties}}}}
		}
		if parameters != nil {
			op["parameters"] = parameters
		}
		at, ok := paths[e.Path].(object)
		if !ok {
			at = object{}
			paths[e.Path] = at
		}
		at[strings.ToLower(e.Method)] = op
	}
	for _, name := range []string{"cells", "columns"} {
		path := "/api/v1/pipelines/{pipeline}/" + name
		var parameters []any
		parameters = append(parameters, object{"name": "pipeline", "in": "path", "required": true, "schema": object{"type": "string"}})
		for _, q := range []string{"from", "to", "limit", "version"} {
			parameters = append(parameters, object{"name": q, "in": "query", "schema": object{"type": "string"}})
		}
		paths[path] = object{"get": object{"summary": "The grid, tidemark.cells/1: a line of JSON, then a byte a cell", "parameters": parameters,
			"responses": object{"200": object{"description": "docs/pages.md says what the bytes mean", "content": object{"application/vnd.tidemark.cells": object{}}}, "304": object{"description": "Nothing has changed"}, "default": failure}}}
	}
	return object{"openapi": "3.1.0", "info": object{"title": "Tidemark", "version": "1", "description": "The command line over HTTP. docs/cli.md explains each verb and document."},
		"paths": paths, "components": object{"schemas": schemas, "securitySchemes": object{"token": object{"type": "http", "scheme": "bearer"}}}}
}

// nounOfDocument is the noun of a document's type.
func nounOfDocument(doc any) string {
	name := reflect.TypeOf(doc).String()
	switch name = strings.TrimSuffix(name[strings.LastIndex(name, ".")+1:], "Document"); name {
	case "Plan":
		return "plan"
	case "WhyDoc":
		return "why"
	case "show":
		return "pipeline"
	}
	return name
}

var textMarshaler = reflect.TypeFor[encoding.TextMarshaler]()

// schemaOf describes what encoding/json makes of a type.
func schemaOf(t reflect.Type) object {
	switch {
	case t == reflect.TypeFor[time.Time]():
		return object{"type": "string", "format": "date-time"}
	case t == reflect.TypeFor[json.RawMessage](), t == reflect.TypeFor[plan.Params]():
		return object{}
	case t.Kind() != reflect.Pointer && t.Implements(textMarshaler):
		return object{"type": "string"}
	}
	switch t.Kind() {
	case reflect.Pointer:
		s := schemaOf(t.Elem())
		if kind, ok := s["type"].(string); ok && kind != "object" {
			s["type"] = []string{kind, "null"}
			return s
		}
		return object{"anyOf": []any{s, object{"type": "null"}}}
	case reflect.String:
		return object{"type": "string"}
	case reflect.Bool:
		return object{"type": "boolean"}
	case reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice:
		return object{"type": "array", "items": schemaOf(t.Elem())}
	case reflect.Map:
		return object{"type": "object", "additionalProperties": schemaOf(t.Elem())}
	case reflect.Struct:
		return schemaOfStruct(t)
	case reflect.Interface:
		return object{}
	}
	return object{"type": "integer"}
}

func schemaOfStruct(t reflect.Type) object {
	properties, required := object{}, []string{}
	for i := range t.NumField() {
		f := t.Field(i)
		tag, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			inner := schemaOfStruct(f.Type)
			for name, s := range inner["properties"].(object) {
				properties[name] = s
			}
			required = append(required, inner["required"].([]string)...)
		case !f.IsExported() || tag == "-":
		default:
			if tag == "" {
				tag = f.Name
			}
			properties[tag] = schemaOf(f.Type)
			if !strings.Contains(options, "omit") {
				required = append(required, tag)
			}
		}
	}
	slices.Sort(required)
	return object{"type": "object", "properties": properties, "required": required}
}

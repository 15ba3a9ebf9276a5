package main

import (
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	_ "modernc.org/sqlite"
)

// scriptCommands are what the scripts have beside testscript's own commands.
func scriptCommands() map[string]func(*testscript.TestScript, bool, []string) {
	return map[string]func(*testscript.TestScript, bool, []string){
		"exits": exits, "json": jsonValue, "shape": jsonShape, "sql": runSQL,
	}
}

// exits runs a command that must end with this exit code: exits 2 tidemark list.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

// jsonValue compares a value of the document on stdout: json counts.instances 4,
// json instances.*.task ["a","b"], json runs.len 2.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 2 {
		ts.Fatalf("usage: json PATH VALUE")
	}
	var doc, want any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile("stdout")), &doc))
	ts.Check(json.Unmarshal([]byte(args[1]), &want))
	got, err := dig(doc, strings.Split(args[0], "."))
	ts.Check(err)
	if reflect.DeepEqual(got, want) == neg {
		text, _ := json.Marshal(got)
		ts.Fatalf("%s is %s", args[0], text)
	}
}

// dig follows a path into a document: keys, indexes, * for each element, len for how many.
func dig(v any, path []string) (any, error) {
	if len(path) == 0 {
		return v, nil
	}
	switch of := v.(type) {
	case map[string]any:
		if inner, ok := of[path[0]]; ok {
			return dig(inner, path[1:])
		}
	case []any:
		switch i, err := strconv.Atoi(path[0]); {
		case path[0] == "len":
			return float64(len(of)), nil
		case path[0] == "*":
			all := []any{}
			for _, inner := range of {
				got, err := dig(inner, path[1:])
				if err != nil {
					return nil, err
				}
				all = append(all, got)
			}
			return all, nil
		case err == nil && i < len(of):
			return dig(of[i], path[1:])
		}
	}
	return nil, fmt.Errorf("nothing at %q", strings.Join(path, "."))
}

// jsonShape writes the keys of the documents on stdout with their types to a file, one a
// line, sorted: shape runs.shape, cmp runs.shape want.
func jsonShape(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: shape FILE")
	}
	text := ts.ReadFile("stdout")
	if !strings.HasPrefix(strings.TrimLeft(text, "{ \n"), `"schema":`) {
		ts.Fatalf("the first key is not schema")
	}
	found := map[string]map[string]bool{}
	for dec := json.NewDecoder(strings.NewReader(text)); dec.More(); {
		var doc any
		ts.Check(dec.Decode(&doc))
		outline(found, "", doc)
	}
	var lines []string
	for path, types := range found {
		var names []string
		for name := range types {
			names = append(names, name)
		}
		slices.Sort(names)
		lines = append(lines, path+" "+strings.Join(names, "|")+"\n")
	}
	slices.Sort(lines)
	ts.Check(writeFile(ts.MkAbs(args[0]), strings.Join(lines, "")))
}

func outline(found map[string]map[string]bool, path string, v any) {
	note := func(kind string) {
		if found[path] == nil {
			found[path] = map[string]bool{}
		}
		found[path][kind] = true
	}
	switch of := v.(type) {
	case map[string]any:
		if path != "" && len(of) == 0 {
			note("object")
		}
		for key, inner := range of {
			outline(found, strings.TrimPrefix(path+"."+key, "."), inner)
		}
	case []any:
		if len(of) == 0 {
			note("list")
		}
		for _, inner := range of {
			outline(found, path+"[]", inner)
		}
	case string:
		note(kindOf(path, of))
	case float64:
		note("number")
	case bool:
		note("bool")
	case nil:
		note("null")
	}
}

// kindOf is what a string is: a time in UTC, the schema itself, or text.
func kindOf(path, s string) string {
	if path == "schema" {
		return s
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && strings.HasSuffix(s, "Z") && t.Format(time.RFC3339Nano) == s {
		return "time"
	}
	return "text"
}

// runSQL carries a statement out on a database file: sql .tidemark/state.db 'PRAGMA …'.
func runSQL(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: sql FILE STATEMENT")
	}
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(args[1])
	ts.Check(err)
}

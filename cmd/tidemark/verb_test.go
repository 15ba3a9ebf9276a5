package main

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
)

// every walks all commands and their commands.
func every(all []*verb, do func(*verb)) {
	for _, v := range all {
		do(v)
		for _, sub := range v.verbs {
			sub.parent = v.path()
		}
		every(v.verbs, do)
	}
}

func TestEveryCommandExplainsItself(t *testing.T) {
	every(verbs(), func(v *verb) {
		if v.group == "" && v.parent == "" {
			return // hidden
		}
		if v.parent == "" && !slices.Contains(groups, v.group) {
			t.Errorf("%s: no group is named %q", v.path(), v.group)
		}
		if v.summary == "" || v.example == "" || strings.HasSuffix(v.summary, ".") {
			t.Errorf("%s wants a summary without a full stop and an example", v.path())
		}
		if room := 80 - len("  completion  "); ui.Width(v.summary) > room {
			t.Errorf("%s: the summary has more than %d columns", v.path(), room)
		}
		var b strings.Builder
		explain(&b, v, ui.Terminal{UTF8: true})
		for line := range strings.Lines(b.String()) {
			if ui.Width(strings.TrimSuffix(line, "\n")) > 80 {
				t.Errorf("%s: more than 80 columns: %s", v.path(), line)
			}
		}
	})
}

func TestEveryFlagHasOneMeaning(t *testing.T) {
	every(verbs(), func(v *verb) {
		seen := map[string]bool{}
		for _, f := range v.allFlags() {
			for _, name := range f.Names() {
				if seen[name] {
					t.Errorf("%s has two flags %s", v.path(), dashed(name))
				}
				seen[name] = true
			}
		}
	})
}

func TestArgumentsAreCountedFromTheUsage(t *testing.T) {
	for args, want := range map[string][2]int{
		"":                           {0, 0},
		"PIPELINE":                   {1, 1},
		"[DIR]":                      {0, 1},
		"[FILE…]":                    {0, -1},
		"PIPELINE [INTERVAL [TASK]]": {1, 3},
		"PIPELINE INTERVAL [TASK]":   {2, 3},
		"PIPELINE TASK…":             {2, -1},
	} {
		least, most := (&verb{args: args}).arity()
		if least != want[0] || most != want[1] {
			t.Errorf("%q: %d to %d, want %v", args, least, most, want)
		}
	}
}

func TestInitWritesTheSmallestExample(t *testing.T) {
	example, err := os.ReadFile("../../examples/hello/pipelines/hello.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, want, _ := strings.Cut(string(example), "\n") // the first line says where the schema is
	_, got, _ := strings.Cut(helloFile, "\n")
	if got != want {
		t.Errorf("init writes:\n%s\nthe example is:\n%s", got, want)
	}
}

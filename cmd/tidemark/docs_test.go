package main

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// The page of the command line has a section for every command, and its JSON is JSON.
func TestTheCommandLineIsDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/cli.md")
	if err != nil {
		t.Fatal(err)
	}
	var headings []string
	inside := ""
	for line := range strings.Lines(string(text)) {
		switch {
		case strings.HasPrefix(line, "### "):
			headings = append(headings, line)
		case strings.HasPrefix(line, "```"):
			inside = strings.TrimSpace(line[3:])
		case inside == "json" && strings.HasPrefix(line, `{"`) && !json.Valid([]byte(line)):
			t.Errorf("not JSON: %s", line)
		}
	}
	all := strings.Join(headings, "")
	for _, v := range verbs() {
		word := "`" + v.name
		if v.group != "" && v.name != "help" && v.name != "completion" && !strings.Contains(all, word+"`") && !strings.Contains(all, word+" ") {
			t.Errorf("docs/cli.md has no section for %q", v.name)
		}
	}
}

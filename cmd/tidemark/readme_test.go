package main

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var updateReadme = flag.Bool("update-readme", false, "write what the README's commands print into the README")

// The README tells a story in shell blocks. The test is a reader: it begins with nothing
// but the examples and an empty home, types every command in order, and compares what is
// printed with what the README shows.
func TestReadmeTellsTheTruth(t *testing.T) {
	if testing.Short() {
		t.Skip("runs the whole story of the README on real data: not with -short")
	}
	const file = "../../README.md"
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	reader := newReader(t)
	reader.first(t, text)
	var out bytes.Buffer
	for _, part := range splitBlocks(string(text)) {
		if !strings.HasPrefix(part, "```console\n") {
			out.WriteString(part)
			continue
		}
		out.WriteString(reader.block(t, part))
	}
	if *updateReadme {
		if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// reader is a person at a shell.
type reader struct {
	dir string
	env []string
}

func newReader(t *testing.T) *reader {
	t.Helper()
	root := t.TempDir()
	if err := os.CopyFS(filepath.Join(root, "examples"), os.DirFS("../../examples")); err != nil {
		t.Fatal(err)
	}
	for _, left := range []string{"out", ".tidemark"} { // of whoever ran the example in this checkout
		if err := os.RemoveAll(filepath.Join(root, "examples", "weather", left)); err != nil {
			t.Fatal(err)
		}
	}
	home := filepath.Join(root, "home")
	if err := os.Mkdir(home, 0o755); err != nil {
		t.Fatal(err)
	}
	return &reader{dir: root, env: []string{"HOME=" + home, "PATH=" + os.Getenv("PATH"), "USER=reader", "LANG=C.UTF-8"}}
}

// first runs the first command of the README, with the program under test for `go run`.
func (r *reader) first(t *testing.T, text []byte) {
	t.Helper()
	m := regexp.MustCompile(`(?m)^go run (\./cmd/tidemark .*)$`).FindSubmatch(text)
	if m == nil {
		t.Fatal("the README's first command is not there")
	}
	out, err := r.run(strings.Replace(string(m[1]), "./cmd/tidemark", "tidemark", 1))
	if err != nil {
		t.Fatalf("the README's first command: %v\n%s", err, out)
	}
}

// A person reads a terminal; colors and progress leave no trace on a page.
var asAPerson = regexp.MustCompile(`(^|&& )tidemark `)

func (r *reader) run(command string) (string, error) {
	cmd := exec.Command("sh", "-c", asAPerson.ReplaceAllString(command, "${1}tidemark-tty --color never --progress none "))
	cmd.Dir, cmd.Env = r.dir, r.env
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// block types the commands of one block and returns it with what they printed.
func (r *reader) block(t *testing.T, block string) string {
	t.Helper()
	lines := strings.Split(strings.TrimSuffix(block, "```\n"), "\n")
	var out strings.Builder
	out.WriteString(lines[0] + "\n")
	for i := 1; i < len(lines); {
		command, ok := strings.CutPrefix(lines[i], "$ ")
		if !ok {
			i++
			continue
		}
		var want []string
		for i++; i < len(lines) && !strings.HasPrefix(lines[i], "$ "); i++ {
			want = append(want, lines[i])
		}
		got := r.command(t, command)
		out.WriteString("$ " + command + "\n" + got)
		if !*updateReadme && !sameOutput(strings.Join(want, "\n"), got) {
			t.Errorf("$ %s\nprints\n%s\nthe README shows\n%s", command, got, strings.Join(want, "\n"))
		}
	}
	out.WriteString("```\n")
	return out.String()
}

func (r *reader) command(t *testing.T, command string) string {
	t.Helper()
	if dir, ok := strings.CutPrefix(command, "cd "); ok {
		r.dir = filepath.Join(r.dir, dir)
		return ""
	}
	out, err := r.run(command)
	if err != nil {
		t.Errorf("$ %s\n%s%v", command, out, err)
	}
	return out
}

// sameOutput compares what does not depend on the day, the speed and the name of the machine.
func sameOutput(a, b string) bool { return steady(a) == steady(b) }

var unsteady = []struct {
	pattern *regexp.Regexp
	by      string
}{
	{regexp.MustCompile(`\b20[2-9]\d-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?`), "DATE"}, // the examples' data end in 2015
	{regexp.MustCompile(`\b\d\d:\d\d:\d\d(\.\d+)?\b`), "TIME"},
	{regexp.MustCompile(`\b(\d+h )?(\d+m )?\d+(\.\d+)?(ms|s)\b`), "DURATION"},
	{regexp.MustCompile(`takes (less than a second|about DURATION \(p90 DURATION\)), \d+ tasks at once`), "takes ETA"},
	{regexp.MustCompile(`just now|DURATION ago`), "AGO"},
	{regexp.MustCompile(`\b\d+%`), "PERCENT"},
	{regexp.MustCompile(`\breader@\S+`), "WHO"},
	{regexp.MustCompile(`\b\d+ slots`), "SLOTS"},
	{regexp.MustCompile(`process \d+ on \S+`), "PROCESS"},
	{regexp.MustCompile(`[ \t]+`), " "},
}

func steady(s string) string {
	for _, u := range unsteady {
		s = u.pattern.ReplaceAllString(s, u.by)
	}
	var kept []string
	for line := range strings.Lines(s) {
		kept = append(kept, strings.TrimSpace(line))
	}
	return strings.TrimSpace(strings.Join(kept, "\n"))
}

// splitBlocks cuts a page into its fenced blocks and what stands between them; joined,
// the parts are the page.
func splitBlocks(text string) []string {
	var parts []string
	var part strings.Builder
	inside := false
	for line := range strings.Lines(text) {
		fence := strings.HasPrefix(line, "```")
		if fence && !inside {
			parts = append(parts, part.String())
			part.Reset()
		}
		part.WriteString(line)
		if fence && inside {
			parts = append(parts, part.String())
			part.Reset()
		}
		if fence {
			inside = !inside
		}
	}
	return append(parts, part.String())
}

package pipelines

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files")

// fixture parses a file of testdata against the project there.
func fixture(t testing.TB, path string) (*Pipeline, Problems, []byte) {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Base(path)
	if strings.HasPrefix(file, "settings-") {
		_, problems := ParseSettings(file, src)
		return nil, problems, src
	}
	p, problems := Parse(file, src, &Settings{Pools: map[string]int{"warehouse": 4}}, os.DirFS("testdata/project"))
	return p, problems, src
}

func fixtures(t testing.TB, dir string) []string {
	t.Helper()
	list, err := filepath.Glob("testdata/" + dir + "/*.yaml")
	if err != nil || len(list) == 0 {
		t.Fatalf("no fixtures in %s: %v", dir, err)
	}
	return list
}

func TestEveryBadFileSaysWhatIsWrongAndWhere(t *testing.T) {
	seen := map[string]bool{}
	for _, path := range fixtures(t, "err") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			_, problems, src := fixture(t, path)
			checkProblems(t, problems, src)
			var out bytes.Buffer
			if err := WriteText(&out, problems, func(string) []byte { return src }, TextOptions{}); err != nil {
				t.Fatal(err)
			}
			golden := strings.TrimSuffix(path, ".yaml") + ".out"
			if *update {
				if err := os.WriteFile(golden, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(out.Bytes(), want) {
				t.Errorf("got\n%s\nwant\n%s", out.Bytes(), want)
			}
			if len(problems) == 0 {
				t.Error("nothing is wrong with it")
			}
			for _, p := range problems {
				seen[p.Code] = true
			}
		})
	}
	for _, code := range Codes {
		if !seen[code] && code != "unreadable" && code != "duplicate-name" { // these need a directory: load_test.go
			t.Errorf("no fixture has the problem %s", code)
		}
	}
}

func TestEveryGoodFileHasNoProblems(t *testing.T) {
	for _, path := range fixtures(t, "ok") {
		t.Run(filepath.Base(path), func(t *testing.T) {
			p, problems, _ := fixture(t, path)
			if len(problems) > 0 {
				t.Errorf("%+v", problems)
			}
			if p == nil && !strings.HasPrefix(filepath.Base(path), "settings-") {
				t.Error("no pipeline")
			}
		})
	}
}

// checkProblems demands what holds for any file: order, known codes, places inside the file.
func checkProblems(t testing.TB, problems Problems, src []byte) {
	t.Helper()
	sorted := slices.Clone(problems)
	sorted.Sort()
	if !slices.Equal(sorted, problems) {
		t.Errorf("not sorted: %+v", problems)
	}
	lines := splitLines(src)
	for _, p := range problems {
		if !slices.Contains(Codes, p.Code) {
			t.Errorf("code %q is not listed", p.Code)
		}
		if p.Line < 1 || p.Line > len(lines) || p.Column < 1 || p.EndColumn <= p.Column {
			t.Fatalf("place outside the file: %+v", p)
		}
		if width := len([]rune(lines[p.Line-1])); p.Column > width+1 || p.EndColumn > max(width+1, p.Column+1) {
			t.Errorf("place outside the line: %+v", p)
		}
		if p.Message == "" || strings.ContainsAny(p.Message+p.Help, "\n\r") && p.Code != "yaml-syntax" {
			t.Errorf("message %q", p.Message)
		}
	}
}

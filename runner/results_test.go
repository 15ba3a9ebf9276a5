package runner

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

func TestResultsAreLinesAndBlocks(t *testing.T) {
	for _, c := range []struct{ text, want, err string }{
		{"", "map[]", ""},
		{"rows=3\n", "map[rows:3]", ""},
		{"rows=3", "map[rows:3]", ""},
		{"a=1\r\n\r\nb=2\r\n", "map[a:1 b:2]", ""},
		{"a=b=c\nempty=\nspace= x \n", "map[a:b=c empty: space: x ]", ""},
		{"a=1\na=2\n", "map[a:2]", ""},
		{"a<<EOF\n1\n\n=2\nEOF\nb=3\n", "map[a:1\n\n=2 b:3]", ""},
		{"a<<EOF\nEOF\n", "map[a:]", ""},
		{"a=x<<y\n", "map[a:x<<y]", ""},
		{"a=1\nword\n", "", `line 2: "word" is neither key=value nor key<<END`},
		{"a<<EOF\n1\n", "", `line 1: the block "a<<EOF" has no end`},
		{"a<<\n\n", "", `line 1: the block "a<<" has no end`},
		{"1a=1\n", "", `line 1: "1a" is not a key: use letters, digits and _`},
		{"a b=1\n", "", `line 1: "a b" is not a key: use letters, digits and _`},
		{"=1\n", "", "line 1: a key has 1 to 200 characters"},
		{"a=\x00", "", "not a text in UTF-8"},
		{"a=\xff", "", "not a text in UTF-8"},
		{"a=" + strings.Repeat("x", maxResultBytes), "", "more than 262144 bytes"},
		{manyKeys(maxResultKeys + 1), "", "more than 1000 keys"},
	} {
		got, err := ParseResults([]byte(c.text))
		if c.err != "" && (err == nil || err.Error() != c.err) || c.err == "" && (err != nil || fmt.Sprint(got) != c.want) {
			t.Errorf("%.40q: %v, %v; want %s%s", c.text, got, err, c.want, c.err)
		}
	}
}

func manyKeys(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "k%d=1\n", i)
	}
	return b.String()
}

// FuzzResults: what is accepted can be written again and reads the same.
func FuzzResults(f *testing.F) {
	for _, seed := range []string{"a=1\n", "a<<E\n1\nE\n", "a=1\nb<<X\n\n\nX", "a<<b=c\nb=c\n", "\r\n=", "<<", "a=\r", "a=\r\r\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		got, err := ParseResults(text)
		if err != nil {
			return
		}
		var b strings.Builder
		for key, value := range got {
			mark := "END"
			for strings.Contains(value, mark) {
				mark += "_"
			}
			fmt.Fprintf(&b, "%s<<%s\n", key, mark)
			if value != "" {
				b.WriteString(value + "\n")
			}
			b.WriteString(mark + "\n")
		}
		again, err := ParseResults([]byte(b.String()))
		if err != nil || !maps.Equal(again, got) {
			t.Errorf("%q: %q, then %q: %v", text, got, again, err)
		}
	})
}

func TestWhatAnAttemptLeftIsKeptUntilItsEndIsDurable(t *testing.T) {
	dir := t.TempDir()
	w := &Workshop{Root: dir, Scratch: filepath.Join(dir, "results")}
	open := plan.AttemptKey{Run: 1, Task: "a.b-c", MapIndex: -1, Try: 2}
	if err := w.prepare(nil); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"1+a.b-c+-1+2", "1+a.b-c+-1+2.outputs", "1+a.b-c+-1+1", "7+x+-1+1.outputs"} {
		if err := os.WriteFile(filepath.Join(w.Scratch, name), []byte("n=1"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.prepare([]plan.AttemptKey{open}); err != nil {
		t.Fatal(err)
	}
	if left, _ := filepath.Glob(w.Scratch + "/*"); len(left) != 2 {
		t.Errorf("a new runner leaves %q", left)
	}
	w.discard([]string{open.String()})
	if left, _ := filepath.Glob(w.Scratch + "/*"); len(left) != 0 {
		t.Errorf("after the end %q is left", left)
	}
}

func TestOutputsMustBeThereAndNotBeEmpty(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a.csv": "1", "b.csv": "2", "hollow": "", "full/x": "1"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(dir, "bare"), 0o755); err != nil {
		t.Fatal(err)
	}
	at := func(globs ...string) (string, error) {
		for i := range globs {
			globs[i] = filepath.Join(dir, globs[i])
		}
		return checkOutputs(debt{Globs: globs})
	}
	for glob, want := range map[string]string{"a.csv": "", "*.csv": "", "full": "", "**/x": "", "none": "output missing: ",
		"*.txt": "output missing: ", "hollow": "is empty", "bare": "is empty", "*": "is empty"} {
		if _, err := at(glob); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", glob, err)
		}
	}
	before, _ := at("*.csv")
	if again, _ := at("*.csv"); again != before || len(before) != 24 {
		t.Errorf("%s, then %s", before, again)
	}
	if err := os.WriteFile(filepath.Join(dir, "b.csv"), []byte("3"), 0o644); err != nil {
		t.Fatal(err)
	}
	if after, _ := at("*.csv"); after == before {
		t.Error("another content has the same digest")
	}
}

func TestALargeOutputIsReadAtItsEnds(t *testing.T) {
	path := filepath.Join(t.TempDir(), "large")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(3 * outputEnd); err != nil {
		t.Fatal(err)
	}
	var digests []string
	for _, at := range []int64{0, 3*outputEnd - 1} {
		if _, err := f.WriteAt([]byte{1}, at); err != nil {
			t.Fatal(err)
		}
		d, err := checkOutputs(debt{Globs: []string{path}})
		if err != nil {
			t.Fatal(err)
		}
		digests = append(digests, d)
	}
	if digests[0] == digests[1] {
		t.Error("a change at the end is not seen")
	}
}

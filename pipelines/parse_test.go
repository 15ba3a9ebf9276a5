package pipelines

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func FuzzParse(f *testing.F) {
	for _, dir := range []string{"ok", "err"} {
		for _, path := range fixtures(f, dir) {
			_, _, src := fixture(f, path)
			f.Add(src)
		}
	}
	project := os.DirFS("testdata/project")
	f.Fuzz(func(t *testing.T, src []byte) {
		p, problems := Parse("fuzz.yaml", src, nil, project)
		if (p == nil) != (problems.Errors() > 0) {
			t.Fatalf("pipeline %v with %+v", p != nil, problems)
		}
		checkProblems(t, problems, src)
		if err := WriteText(&bytes.Buffer{}, problems, func(string) []byte { return src }, TextOptions{Color: true, Max: 3}); err != nil {
			t.Fatal(err)
		}
		_, problems = ParseSettings("fuzz.yaml", src)
		checkProblems(t, problems, src)
		if p == nil {
			return
		}
		for _, task := range p.Tasks {
			c := &Context{Start: newYear, End: newYear.Add(time.Hour)}
			task.Command(c) // must not panic
			task.Should(c)
		}
	})
}

func TestLimitsHold(t *testing.T) {
	many := func(n int, line string) string { return "tasks:\n" + strings.Repeat(line, n) }
	var tasks, star strings.Builder
	for i := range maxTasks + 1 {
		fmt.Fprintf(&tasks, "  t%d: echo\n", i)
		if i < maxTasks-1 {
			fmt.Fprintf(&star, "  t%d: {run: echo, needs: [t%d]}\n", i, (i+1)%(maxTasks-1))
		}
	}
	for name, src := range map[string]string{
		"bytes":      "#" + strings.Repeat("x", maxFileBytes),
		"tasks":      "tasks:\n" + tasks.String(),
		"flow depth": "tasks: " + strings.Repeat("[", 9000) + strings.Repeat("]", 9000),
		"duplicates": many(20_000, "  a: echo\n"),
		"expression": "tasks: {a: '${{ " + strings.Repeat("1+", 3000) + "1 }}'}",
		"nodes":      "tasks: {a: '${{ " + strings.Repeat("1+", 800) + "1 }}'}",
		"nesting":    "tasks: {a: '${{ " + strings.Repeat("(", 2000) + "1" + strings.Repeat(")", 2000) + " }}'}",
		"a ring":     "tasks:\n" + star.String(),
	} {
		began := time.Now()
		p, problems := Parse("x.yaml", []byte(src), nil, nil)
		if problems.Errors() == 0 && name != "nesting" {
			t.Errorf("%s: nothing is wrong with it: %v", name, p != nil)
		}
		if spent := time.Since(began); spent > 5*time.Second {
			t.Errorf("%s: took %v", name, spent)
		}
	}
}

func TestTextIsPlainBoundedAndSafe(t *testing.T) {
	src := []byte("description: [\"\x1b[31m red\", \u202e]\n" + strings.Repeat("x", 300) + ": [a]\ntasks: {a: echo}\n")
	problems := Problems{
		{File: "x.yaml", Line: 1, Column: 14, EndColumn: 15, Severity: Error, Code: "wrong-type", Message: "one \x1b[2J"},
		{File: "x.yaml", Line: 2, Column: 290, EndColumn: 301, Severity: Warning, Code: "unknown-key", Message: "two"},
		{File: "gone.yaml", Line: 9, Column: 1, EndColumn: 2, Severity: Error, Code: "missing-file", Message: "three"},
	}
	var out bytes.Buffer
	WriteText(&out, problems, func(file string) []byte {
		if file == "x.yaml" {
			return src
		}
		return nil
	}, TextOptions{Max: 2})
	text := out.String()
	if strings.ContainsAny(text, "\x1b\u202e") || !strings.Contains(text, "and 1 more") || strings.Contains(text, "three") {
		t.Errorf("%q", text)
	}
	for _, line := range strings.Split(text, "\n") {
		if len([]rune(line)) > excerptWidth+20 {
			t.Errorf("a line of %d", len(line))
		}
	}
}

// thousand is a project of 1,000 files of ten tasks each.
func thousand(b *testing.B) string {
	files := map[string]string{"scripts/run.sh": "echo\n", "tidemark.yaml": "vars: {bucket: s3}\n"}
	for i := range 1000 {
		var src strings.Builder
		fmt.Fprintf(&src, "description: Pipeline %d\nowner: data\nschedule: \"%d 5 * * *\"\ntimezone: Europe/Amsterdam\nstart_date: 2024-01-01\ncatchup: true\nparams: {region: {default: eu, enum: [eu, us]}}\nenv: {DATA_DIR: data}\ndefaults: {retries: 2, retry_delay: 5m, timeout: 1h}\ntasks:\n", i, i%60)
		for j := range 10 {
			fmt.Fprintf(&src, "  task_%d:\n    run: ./scripts/run.sh \"$DATA_DIR/${{ ds }}.json\" ${{ params.region }} ${{ date_add(ds, \"-1d\") }}\n    inputs: [scripts/run.sh]\n", j)
			if j > 0 {
				fmt.Fprintf(&src, "    needs: [task_%d]\n    when: ${{ params.region == \"eu\" }}\n", j-1)
			}
		}
		files[fmt.Sprintf("pipelines/p%03d.yaml", i)] = src.String()
	}
	return project(b, files)
}

func BenchmarkLoadThousandFiles(b *testing.B) {
	dir := thousand(b)
	b.ResetTimer()
	for b.Loop() {
		p, err := Load(dir)
		if err != nil || len(p.Pipelines) != 1000 {
			b.Fatal(err, len(p.Pipelines), p.Problems[:1])
		}
	}
}

func BenchmarkParseTenThousandTasks(b *testing.B) {
	var src strings.Builder
	src.WriteString("tasks:\n")
	for i := range maxTasks {
		fmt.Fprintf(&src, "  task_%d: {run: 'echo ${{ ds }}', needs: [task_%d]}\n", i, max(0, i-1))
	}
	text := strings.Replace(src.String(), "needs: [task_0]", "needs: []", 1)
	for b.Loop() {
		if p, problems := Parse(filepath.Base("x.yaml"), []byte(text), nil, nil); p == nil {
			b.Fatal(problems[0])
		}
	}
}

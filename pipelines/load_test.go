package pipelines

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// project writes files, given as path and content, and returns their directory.
func project(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func mustLoad(t testing.TB, dir string) *Project {
	t.Helper()
	p, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// said lists problems as file:line:column code.
func said(p Problems) []string {
	var list []string
	for _, x := range p {
		list = append(list, fmt.Sprintf("%s:%d:%d %s", x.File, x.Line, x.Column, x.Code))
	}
	return list
}

func names(p *Project) []string {
	var list []string
	for _, x := range p.Pipelines {
		list = append(list, x.Name)
	}
	return list
}

func TestABrokenFileNeverStopsTheOthers(t *testing.T) {
	dir := project(t, map[string]string{
		"tidemark.yaml":               "parallelism: 3\nvars: {bucket: b}\nenv: {X: '${{ vars.bucket }}'}\ndefaults: {retries: 2}\ninherit_env: [HOME, AWS_*]\n",
		"pipelines/z.yaml":            "tasks: {a: 'echo ${{ env.X }}'}\n",
		"pipelines/deep/er/a.yml":     "pipeline: first\ntasks: {a: {run: echo, retries: 0}}\n",
		"pipelines/broken.yaml":       "pipeline: third\ntasks: {a: {needs: b, run: echo}}\n",
		"pipelines/syntax.yaml":       "pipeline: \"fifth\"\ntasks: [\n",
		"pipelines/.hidden.yaml":      "nonsense",
		"pipelines/.git/x.yaml":       "nonsense",
		"pipelines/README.md":         "text",
		"pipelines/not pipeline.yaml": "tasks: {a: echo}\n",
	})
	p := mustLoad(t, dir)
	if got := names(p); !slices.Equal(got, []string{"first", "z"}) {
		t.Errorf("pipelines %v", got)
	}
	want := []BrokenFile{{"pipelines/broken.yaml", "third"}, {"pipelines/not pipeline.yaml", "not pipeline"}, {"pipelines/syntax.yaml", "fifth"}}
	if !slices.Equal(p.Broken, want) {
		t.Errorf("broken %v", p.Broken)
	}
	if got := said(p.Problems); !slices.Equal(got, []string{
		"pipelines/broken.yaml:2:20 unknown-task", "pipelines/not pipeline.yaml:1:1 bad-name", "pipelines/syntax.yaml:2:8 yaml-syntax",
	}) {
		t.Errorf("problems %v", got)
	}
	if len(p.Files) != 5 || p.Settings.Parallelism != 3 || p.Root != dir {
		t.Errorf("%+v", p)
	}
	z, _ := p.Pipeline("z")
	if z.Tasks[0].Retries != 2 || !z.Inherits("AWS_REGION") || z.Inherits("PATH") {
		t.Errorf("settings do not reach the task: %+v", z.Tasks[0])
	}
	if command, err := z.Tasks[0].Command(&Context{}); err != nil || command.Argv[2] != "echo b" {
		t.Errorf("%v, %v", command, err)
	}
}

func TestTwoPipelinesOfOneNameAreBothWrong(t *testing.T) {
	p := mustLoad(t, project(t, map[string]string{
		"pipelines/a.yaml": "owner: me\npipeline: same\ntasks: {a: echo}\n",
		"pipelines/b.yaml": "pipeline: same\ntasks: {a: echo}\n",
		"pipelines/c.yaml": "tasks: {a: echo}\n",
	}))
	if got := said(p.Problems); !slices.Equal(got, []string{"pipelines/a.yaml:2:11 duplicate-name", "pipelines/b.yaml:1:11 duplicate-name"}) {
		t.Errorf("problems %v", got)
	}
	if !slices.Equal(names(p), []string{"c"}) || len(p.Broken) != 2 {
		t.Errorf("%v %v", names(p), p.Broken)
	}
}

func TestPathsStayInsideTheProject(t *testing.T) {
	outside := project(t, map[string]string{"secret.txt": "x", "p.yaml": "tasks: {a: echo}\n"})
	dir := project(t, map[string]string{
		"pipelines/a.yaml": "tasks:\n  a: {run: echo, inputs: [link.txt]}\n  b: {run: echo, inputs: ['l*.txt']}\n  c: {run: echo, inputs: [inside.txt]}\n",
		"real.txt":         "x",
	})
	for link, to := range map[string]string{
		"link.txt": filepath.Join(outside, "secret.txt"), "pipelines/p.yaml": filepath.Join(outside, "p.yaml"), "inside.txt": "real.txt",
	} {
		if err := os.Symlink(to, filepath.Join(dir, link)); err != nil {
			t.Skip(err)
		}
	}
	p := mustLoad(t, dir)
	if got := said(p.Problems); !slices.Equal(got, []string{
		"pipelines/a.yaml:2:27 path-escapes", "pipelines/a.yaml:3:27 path-escapes", "pipelines/p.yaml:1:1 path-escapes",
	}) {
		t.Errorf("%v", got)
	}
}

func TestSomethingThatCannotBeReadIsAProblemOfItsOwn(t *testing.T) {
	dir := project(t, map[string]string{"pipelines/a.yaml": "tasks: {a: echo}\n"})
	if err := os.Mkdir(filepath.Join(dir, "tidemark.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	p := mustLoad(t, dir)
	if got := said(p.Problems); !slices.Equal(got, []string{"tidemark.yaml:1:1 unreadable"}) || len(p.Pipelines) != 1 {
		t.Errorf("%v", got)
	}
	if _, err := Load(filepath.Join(dir, "nowhere")); err == nil {
		t.Error("a project that is not there was loaded")
	}
	if p := mustLoad(t, t.TempDir()); len(p.Files)+len(p.Problems) > 0 {
		t.Errorf("an empty directory: %+v", p)
	}
}

func TestNamedFilesAreLoadedAlone(t *testing.T) {
	dir := project(t, map[string]string{"pipelines/a.yaml": "tasks: {a: echo}\n", "pipelines/b.yaml": "x", "c.yaml": "tasks: {a: echo}\n"})
	other := filepath.Join(project(t, map[string]string{"o.yaml": "tasks: {o: echo}\n"}), "o.yaml")
	p, err := LoadFiles(dir, "pipelines/a.yaml", filepath.Join(dir, "c.yaml"), other, "pipelines/ab.yaml")
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(names(p), []string{"a", "c", "o"}) || !slices.Equal(said(p.Problems), []string{"pipelines/ab.yaml:1:1 missing-file"}) {
		t.Errorf("%v %v", names(p), p.Problems)
	}
	if !strings.Contains(p.Problems[0].Help, "pipelines/a.yaml") {
		t.Errorf("help %q", p.Problems[0].Help)
	}
}

func TestTheRootIsFoundFromBelow(t *testing.T) {
	dir := project(t, map[string]string{"tidemark.yaml": "", "sub/pipelines/a.yaml": "", "sub/x/y/z": ""})
	for from, want := range map[string]string{"sub/x/y": "sub", "sub/pipelines": "sub", ".": "."} {
		got, ok := FindRoot(filepath.Join(dir, from))
		if !ok || got != filepath.Join(dir, want) {
			t.Errorf("from %s: %s, %v", from, got, ok)
		}
	}
}

func TestGlobsFindFilesOnceWhateverTheLinks(t *testing.T) {
	dir := project(t, map[string]string{
		"pipelines/a.yaml":   "tasks:\n  a: {run: echo, inputs: ['**/*.sql', sql, 'sql/[ab].sql']}\n",
		"sql/a.sql":          "1",
		"sql/deep/er/b.sql":  "2",
		".git/c.sql":         "3",
		".tidemark/d.sql":    "4",
		"elsewhere/note.txt": "5",
	})
	if err := os.Symlink("..", filepath.Join(dir, "sql/loop")); err != nil {
		t.Skip(err)
	}
	p := mustLoad(t, dir)
	if len(p.Pipelines) != 1 {
		t.Fatal(p.Problems)
	}
	var files []string
	for _, x := range p.Pipelines[0].Tasks[0].Hashed {
		if name, ok := strings.CutPrefix(x.Name, "file:"); ok {
			files = append(files, name)
		}
	}
	if !slices.Equal(files, []string{"sql/a.sql", "sql/deep/er/b.sql"}) {
		t.Errorf("%v", files)
	}
}

func TestAChangedFileIsReadAgainByTheNextLoad(t *testing.T) {
	dir := project(t, map[string]string{"pipelines/a.yaml": "tasks: {a: {run: echo, inputs: x.txt}}\n", "x.txt": "1"})
	before := mustLoad(t, dir).Pipelines[0].Fingerprint
	if err := os.WriteFile(filepath.Join(dir, "x.txt"), []byte("2"), 0o644); err != nil {
		t.Fatal(err)
	}
	if mustLoad(t, dir).Pipelines[0].Fingerprint == before {
		t.Error("the fingerprint stays")
	}
}

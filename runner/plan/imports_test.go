package plan

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

const module = "github.com/tidemark-dev/tidemark/"

// impure are the packages that pure code must not import, and what of time it may not use.
var (
	impure = []string{"os", "context", "log", "database/sql", "math/rand", "crypto/rand", "net", "syscall", "runtime"}
	clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}
)

// TestImportsArePure reads the sources of the packages that decide and compute: no clock,
// context, operating system, database, log, network or randomness.
func TestImportsArePure(t *testing.T) {
	for _, dir := range []string{"runner/plan", "pipelines/timetable", "pipelines/prose"} {
		for _, f := range sources(t, dir) {
			for _, name := range imports(f.ast) {
				for _, bad := range impure {
					if name == bad || strings.HasPrefix(name, bad+"/") {
						t.Errorf("%s imports %s", f.name, name)
					}
				}
			}
			ast.Inspect(f.ast, func(n ast.Node) bool {
				if s, ok := n.(*ast.SelectorExpr); ok {
					if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && x.Obj == nil && slices.Contains(clocks, s.Sel.Name) {
						t.Errorf("%s uses time.%s", f.name, s.Sel.Name)
					}
				}
				return true
			})
		}
	}
}

// TestImportsPointOneWay: timetable, prose, pipelines, plan, runner, cmd, each may look only at
// those before it. What cmd wires together never meets elsewhere.
func TestImportsPointOneWay(t *testing.T) {
	order := []string{"pipelines/timetable", "pipelines/prose", "pipelines", "runner/plan", "runner"}
	edges := []string{"runner/sqlite", "runner/local", "runner/web"} // above runner, beside each other
	for _, dir := range packages(t) {
		for _, f := range sources(t, dir) {
			for _, name := range imports(f.ast) {
				to, ours := strings.CutPrefix(name, module)
				if !ours {
					continue
				}
				from, at := rank(order, edges, dir), rank(order, edges, to)
				if at > from || at == from && from == len(order) && edge(edges, dir) != edge(edges, to) {
					t.Errorf("%s imports %s", f.name, to)
				}
			}
		}
	}
}

// rank is the place of a package in the order: those that are not in it are above all, but
// for schema, which is below.
func rank(order, edges []string, dir string) int {
	if i := slices.Index(order, dir); i >= 0 {
		return i
	}
	switch {
	case dir == "schema":
		return -1
	case edge(edges, dir) != "":
		return len(order)
	}
	return len(order) + 1
}

func edge(edges []string, dir string) string {
	for _, e := range edges {
		if dir == e || strings.HasPrefix(dir, e+"/") {
			return e
		}
	}
	return ""
}

type source struct {
	name string
	ast  *ast.File
}

// sources are the files of a package, without its tests.
func sources(t *testing.T, dir string) (files []source) {
	t.Helper()
	names, err := filepath.Glob(filepath.Join("../..", filepath.FromSlash(dir), "*.go"))
	if err != nil || len(names) == 0 {
		t.Fatalf("%s has no sources: %v", dir, err)
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, source{name, file})
	}
	return files
}

func imports(f *ast.File) (names []string) {
	for _, spec := range f.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		names = append(names, name)
	}
	return names
}

// packages are the directories of the module that hold Go files.
func packages(t *testing.T) (dirs []string) {
	t.Helper()
	err := fs.WalkDir(os.DirFS("../.."), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case strings.HasSuffix(name, ".go") && !slices.Contains(dirs, path.Dir(name)):
			dirs = append(dirs, path.Dir(name))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return dirs
}

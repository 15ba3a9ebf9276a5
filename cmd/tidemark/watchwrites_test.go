package main

import (
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func TestAWriteByAnotherProcessIsTold(t *testing.T) {
	if runtime.GOOS == "windows" {
		t.Skip("Windows does not tell")
	}
	path := filepath.Join(t.TempDir(), "state.db")
	var dbs [2]*sqlite.DB
	for i := range dbs {
		var err error
		if dbs[i], err = sqlite.Open(path, sqlite.Options{}); err != nil {
			t.Fatal(err)
		}
		defer dbs[i].Close()
	}
	writes, stop := watchWrites(path)
	if writes == nil {
		t.Fatal("nobody tells")
	}
	defer stop()
	p := &pipelines.Pipeline{Name: "p", File: "pipelines/p.yaml"}
	if err := dbs[1].Register(t.Context(), []*pipelines.Pipeline{p}, runner.Commit{}, time.Now()); err != nil {
		t.Fatal(err)
	}
	select {
	case <-writes:
	case <-time.After(10 * time.Second):
		t.Error("a write was not told")
	}
	if changed, err := dbs[0].Changed(t.Context()); !changed || err != nil {
		t.Error(changed, err)
	}
}

func TestADatabaseWithoutALogCannotBeWatched(t *testing.T) {
	if writes, _ := watchWrites(filepath.Join(t.TempDir(), "state.db")); writes != nil {
		t.Error("it says that it can")
	}
}

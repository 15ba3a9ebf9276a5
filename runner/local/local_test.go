//go:build unix

package local

import (
	"fmt"
	"os"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
)

// TestMain makes the test binary a keeper too, as the program does with a hidden verb.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "_keeper" {
		if err := Keep(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func optionsFor(t testing.TB, dir string) Options {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return Options{StateDir: dir, Keeper: []string{exe, "_keeper", dir}}
}

func open(t testing.TB, dir string) *Executor {
	t.Helper()
	x, err := Open(optionsFor(t, dir))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { x.Close() })
	return x
}

func TestConformance(t *testing.T) {
	dirs := map[string]string{}
	executortest.Run(t, func(t *testing.T) runner.Executor {
		if dirs[t.Name()] == "" {
			dirs[t.Name()] = t.TempDir()
		}
		return open(t, dirs[t.Name()])
	})
}

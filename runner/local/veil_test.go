//go:build unix

package local

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
)

func confidant(dir, key, script string) runner.Job {
	job := shell(dir, key, script)
	job.Env, job.Secrets = append(job.Env, "PIN=s3cret-pin"), []string{"PIN"}
	return job
}

// hidden fails if a file of a directory holds the secret.
func hidden(t *testing.T, dirs ...string) {
	t.Helper()
	for _, dir := range dirs {
		must(t, filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() && strings.Contains(content(path), "s3cret-pin") {
				t.Errorf("%s holds the secret", path)
			}
			return err
		}))
	}
}

// TestATaskWithSecretsIsFoundWhenItsKeeperDied: the next keeper finds it, as any other, and
// does not know what to mask; so nothing that it writes then is kept.
func TestATaskWithSecretsIsFoundWhenItsKeeperDied(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{confidant(dir, "a", `echo "one $PIN"; echo >up; trap '' PIPE; read x <gate; echo "two $PIN"; read x <gate`)}))
	up.Await()
	first := x.keeperPID()
	eventually(t, "its first line is kept", func() bool { return content(dir+"/logs/a") == "one ***\n" })
	killKeeper(t, first)
	eventually(t, "there is another keeper", func() bool { return x.keeperPID() != first })
	must(t, x.Start([]runner.Job{confidant(dir, "a", "echo again >>twice")}))
	gate.Release()
	gate.Release()
	if r := await(t, x, "a", runner.Ended, runner.Lost); r.Event != runner.Lost {
		t.Errorf("%+v, want it lost", r)
	}
	if got := content(dir + "/logs/a"); got != "one ***\n" {
		t.Errorf("log holds %q", got)
	}
	if _, err := os.Stat(dir + "/twice"); err == nil {
		t.Error("it ran twice")
	}
	hidden(t, dir, state)
}

// TestLargeOutputWithSecretsIsKeptWhole writes far more than a pipe holds, to the last byte.
func TestLargeOutputWithSecretsIsKeptWhole(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{confidant(dir, "a", `i=0; while [ $i -lt 20000 ]; do echo "$i $PIN and s3cret"; i=$((i+1)); done; printf end`)}))
	if r := await(t, x, "a", runner.Ended, runner.Lost); r.Event != runner.Ended || r.ExitCode != 0 {
		t.Errorf("%+v", r)
	}
	lines := strings.Split(content(dir+"/logs/a"), "\n")
	if len(lines) != 20001 || lines[19999] != "19999 *** and s3cret" || lines[20000] != "end" {
		t.Errorf("%d lines, the last are %q", len(lines), lines[max(len(lines)-2, 0):])
	}
	hidden(t, dir, state)
}

//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

var (
	crashSeed  = flag.Uint64("crash.seed", 0, "of the instants at which processes are killed; 0: a new one")
	crashCount = flag.Int("crash.count", 200, "how many times processes are killed")
)

// Every task appends one line to a file. Whatever is killed, and whenever: no attempt may
// have done so twice, each that succeeded has done so once, and nothing is left undone.
const crashPipeline = `schedule: "@daily"
start_date: 2024-01-01
end_date: 2024-02-29
catchup: true
defaults: {retries: 2, retry_delay: 0s}
tasks:
  a: {run: &line 'echo "$TIDEMARK_INTERVAL_START $TIDEMARK_TASK $TIDEMARK_TRY" >> effects'}
  b: {needs: a, run: *line}
  c: {needs: [a, b], run: *line}
`

// TestKilledAtAnyInstantNothingRunsTwiceAndNothingIsLost kills the runner, its keeper, or
// both, again and again, without warning.
func TestKilledAtAnyInstantNothingRunsTwiceAndNothingIsLost(t *testing.T) {
	seed, kills := *crashSeed, *crashCount
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	if testing.Short() {
		kills = min(kills, 20)
	}
	t.Logf("seed %d: go test ./cmd/tidemark -run Killed -crash.seed %d", seed, seed)
	w := newWreck(t, rand.New(rand.NewPCG(seed, 1)))
	for killed := 0; killed < kills; {
		if w.runAndKill() {
			killed++
			continue
		}
		w.must("clear", "p", "--all", "--yes", "--quiet") // it was done before it could be killed
	}
	if out, err := w.tidemark(context.Background(), "run", "--until-idle", "--progress", "none").CombinedOutput(); err != nil {
		t.Logf("the last run: %v\n%s", err, out)
	}
	w.check(60 * 3)
}

// wreck is a project whose processes are killed.
type wreck struct {
	t       *testing.T
	rng     *rand.Rand
	program string
	dir     string
	as      *syscall.Credential // nil: who runs the test
	runner  int                 // the pid of what was started
}

func newWreck(t *testing.T, rng *rand.Rand) *wreck {
	w := &wreck{t: t, rng: rng, program: filepath.Join(t.TempDir(), "tidemark"), dir: t.TempDir()}
	if out, err := exec.Command("go", "build", "-o", w.program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if err := os.Mkdir(filepath.Join(w.dir, "pipelines"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(w.dir, "pipelines", "p.yaml"), []byte(crashPipeline), 0o644); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *wreck) tidemark(ctx context.Context, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, w.program, args...)
	cmd.Dir = w.dir
	if w.as != nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: w.as}
	}
	return cmd
}

func (w *wreck) must(args ...string) []byte {
	w.t.Helper()
	cmd := w.tidemark(context.Background(), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		w.t.Fatalf("tidemark %s: %v\n%s", strings.Join(args, " "), err, stderr.Bytes())
	}
	return out
}

// runAndKill lets a runner work for a moment and kills it, or the keeper, or both. It says
// whether the runner was still at work.
func (w *wreck) runAndKill() bool {
	moment := time.Duration(w.rng.IntN(150_000)) * time.Microsecond
	ctx, cancel := context.WithTimeout(context.Background(), moment)
	defer cancel()
	victims := w.rng.IntN(3) // 0 the runner, 1 both, 2 the keeper and then the runner
	cmd := w.tidemark(ctx, "run", "--until-idle", "--progress", "none")
	cmd.Cancel = func() error {
		if victims == 2 {
			w.killKeeper()
		}
		err := cmd.Process.Kill()
		if victims == 1 {
			w.killKeeper()
		}
		return err
	}
	_ = cmd.Run()
	return ctx.Err() != nil
}

// killKeeper finds the keeper by its command line, as nobody who is killed can tell.
func (w *wreck) killKeeper() {
	lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
	for _, path := range lines {
		line, _ := os.ReadFile(path)
		if bytes.Contains(line, []byte("_keeper\x00"+w.dir)) {
			pid, _ := strconv.Atoi(strings.Split(path, "/")[2])
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// check compares what the attempts say with what they did. There must be so many task
// instances, all of them over; 0: any number.
func (w *wreck) check(instances int) {
	text, err := os.ReadFile(filepath.Join(w.dir, "effects"))
	if err != nil {
		w.t.Fatal(err)
	}
	did := map[string]int{}
	for line := range strings.Lines(string(text)) {
		did[strings.TrimSpace(line)]++
	}
	var doc tasksDocument
	if err := json.Unmarshal(w.must("tasks", "p", "--attempts", "-o", "json"), &doc); err != nil {
		w.t.Fatal(err)
	}
	counts := map[string]int{}
	for _, in := range doc.Instances {
		if !in.State.Final() {
			w.t.Errorf("%s %s is left %s", in.IntervalStart, in.Task, in.State)
		}
		for _, a := range *in.Attempts {
			key := fmt.Sprintf("%s %s %d", in.IntervalStart.Format(time.RFC3339), in.Task, a.Try)
			state := a.State.String()
			counts[state]++
			if n := did[key]; n > 1 || state == "success" && n != 1 {
				w.t.Errorf("%s is %s and has %d lines", key, state, n)
			}
			delete(did, key)
		}
	}
	for key := range did {
		w.t.Errorf("%s has run, and no attempt says so", key)
	}
	if n := len(doc.Instances); instances > 0 && n != instances {
		w.t.Errorf("%d task instances, want %d", n, instances)
	}
	w.recount()
	w.t.Logf("attempts: %v", counts)
}

func (w *wreck) recount() {
	db, err := sqlite.OpenReadOnly(filepath.Join(w.dir, ".tidemark", "state.db"))
	if err != nil {
		w.t.Fatal(err)
	}
	defer db.Close()
	differences, err := db.Verify(context.Background())
	if err != nil || len(differences) > 0 {
		w.t.Errorf("counters: %v %v", differences, err)
	}
}

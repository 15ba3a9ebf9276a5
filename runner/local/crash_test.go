//go:build unix

package local

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
)

const deadline = 60 * time.Second

// die is kill -9 of the runner, as the keeper sees it: the line breaks, no bye.
func (e *Executor) die() {
	e.mu.Lock()
	e.err = errClosed
	close(e.closing)
	e.line.Close()
	e.mu.Unlock()
	<-e.gone
}

func (e *Executor) keeperPID() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.line.peer.PID
}

// killKeeper is kill -9 of the keeper. It is the test's child until the runner has waited
// for it, so its pid is nobody else's.
func killKeeper(t *testing.T, pid int) {
	t.Helper()
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && err != syscall.ESRCH {
		t.Fatal(err)
	}
}

func shell(dir, key, script string) runner.Job {
	return runner.Job{Key: key, Argv: []string{"sh", "-c", script}, Dir: dir,
		Env: []string{"PATH=" + os.Getenv("PATH")}, Log: filepath.Join(dir, "logs", key)}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// await returns the first report of an attempt that is of one of the events.
func await(t *testing.T, x *Executor, key string, events ...runner.Event) runner.Report {
	t.Helper()
	late := time.After(deadline)
	for {
		select {
		case batch := <-x.Reports():
			for _, r := range batch {
				for _, e := range events {
					if r.Key == key && r.Event == e {
						return r
					}
				}
			}
		case <-late:
			t.Fatalf("no such report of %q", key)
		}
	}
}

func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	again := time.NewTicker(5 * time.Millisecond)
	defer again.Stop()
	for late := time.After(deadline); !is(); {
		select {
		case <-late:
			t.Fatalf("it never happens that %s", what)
		case <-again.C:
		}
	}
}

func content(path string) string {
	b, _ := os.ReadFile(path)
	return string(b)
}

func TestTheRunnerReplacesAKeeperThatDied(t *testing.T) {
	dir := t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	x := open(t, t.TempDir())
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(dir, "a", "echo before; echo >up; read x <gate; echo after")}))
	up.Await()
	first := x.keeperPID()
	killKeeper(t, first)
	eventually(t, "there is another keeper", func() bool { return x.keeperPID() != first })
	must(t, x.Start([]runner.Job{shell(dir, "b", "exit 5"), shell(dir, "a", "echo again")}))
	if r := await(t, x, "b", runner.Ended); r.ExitCode != 5 {
		t.Errorf("%+v", r)
	}
	gate.Release()
	if r := await(t, x, "a", runner.Ended, runner.Lost); r.Event != runner.Lost || r.Reason == "" {
		t.Errorf("%+v, want it lost, with a reason", r)
	}
	if got := content(dir + "/logs/a"); got != "before\nafter\n" {
		t.Errorf("log holds %q", got)
	}
}

func TestAfterTheDeathOfBothNothingRunsTwice(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	jobs := []runner.Job{
		shell(dir, "over", "echo over >>ran; exit 17"),
		shell(dir, "runs", "echo runs >>ran; echo >up; read x <gate"),
		shell(dir, "gone", "echo gone >>ran; echo said; echo >up; read x <gate"),
	}
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start(jobs[:1]))
	await(t, x, "over", runner.Ended)
	must(t, x.Start(jobs[1:2]))
	up.Await()
	must(t, x.Start(jobs[2:]))
	gone := await(t, x, "gone", runner.Started)
	up.Await()
	keeper := x.keeperPID()
	x.die()
	killKeeper(t, keeper)
	must(t, syscall.Kill(-gone.PID, syscall.SIGKILL))

	x = open(t, state)
	must(t, x.Adopt([]string{"over", "runs", "gone", "never"}))
	must(t, x.Start(jobs))
	events := map[string]runner.Report{}
	for len(events) < 4 {
		for _, r := range <-x.Reports() {
			if _, there := events[r.Key]; !there || r.Event != runner.Started {
				events[r.Key] = r
			}
		}
		if r, there := events["gone"]; there && r.Event == runner.Started {
			delete(events, "gone")
		}
		if r, there := events["over"]; there && r.Event == runner.Started {
			delete(events, "over")
		}
	}
	if r := events["over"]; r.Event != runner.Ended || r.ExitCode != 17 {
		t.Errorf("over: %+v", r)
	}
	if r := events["runs"]; r.Event != runner.Started {
		t.Errorf("runs: %+v", r)
	}
	if r := events["gone"]; r.Event != runner.Lost || r.Reason == "" {
		t.Errorf("gone: %+v", r)
	}
	if r := events["never"]; r.Event != runner.Unbegun {
		t.Errorf("never: %+v", r)
	}
	gate.Release()
	await(t, x, "runs", runner.Lost)
	if got := content(dir + "/ran"); got != "over\nruns\ngone\n" {
		t.Errorf("ran: %q", got)
	}
	if got := content(dir + "/logs/gone"); got != "said\n" {
		t.Errorf("log of a lost attempt holds %q", got)
	}
}

func TestAnOrphanCanBeCancelled(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	up := executortest.NewFifo(t, dir+"/up")
	executortest.NewFifo(t, dir+"/gate")
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(dir, "a", "echo >up; read x <gate")}))
	up.Await()
	keeper := x.keeperPID()
	x.die()
	killKeeper(t, keeper)
	x = open(t, state)
	must(t, x.Adopt([]string{"a"}))
	must(t, x.Cancel([]string{"a"}))
	if r := await(t, x, "a", runner.Ended, runner.Lost); r.Event != runner.Ended || r.Reason != "cancelled" {
		t.Errorf("%+v", r)
	}
}

func TestAnOrphanKeepsItsTimeout(t *testing.T) {
	dir := t.TempDir()
	up := executortest.NewFifo(t, dir+"/up")
	executortest.NewFifo(t, dir+"/gate")
	x := open(t, t.TempDir())
	must(t, x.Adopt(nil))
	job := shell(dir, "a", "trap '' TERM; echo >up; read x <gate")
	job.Timeout, job.Grace = time.Second, 10*time.Millisecond
	must(t, x.Start([]runner.Job{job}))
	up.Await()
	killKeeper(t, x.keeperPID())
	if r := await(t, x, "a", runner.Ended, runner.Lost); r.Event != runner.Ended || r.Reason != "timeout" {
		t.Errorf("%+v", r)
	}
}

// Keepers are killed at random while two hundred attempts run. Each must be reported to be
// over, and none may have run twice.
func TestNoAttemptRunsTwiceWhateverDies(t *testing.T) {
	seed := uint64(time.Now().UnixNano())
	rng := rand.New(rand.NewPCG(seed, 0))
	dir, state := t.TempDir(), t.TempDir()
	o := optionsFor(t, state)
	o.Slots = rng.IntN(4) // 0: none wait in the keeper
	x, err := Open(o)
	must(t, err)
	defer x.Close()
	must(t, x.Adopt(nil))
	const n = 200
	waiting := map[string]bool{}
	var jobs []runner.Job
	for i := range n {
		key := fmt.Sprintf("k%d", i)
		waiting[key] = true
		jobs = append(jobs, shell(dir, key, "echo "+key+" >>ran; echo "+key))
	}
	counts := map[runner.Event]int{}
	late := time.After(deadline)
	for len(waiting) > 0 {
		if count := min(len(jobs), rng.IntN(8)); count > 0 {
			must(t, x.Start(jobs[:count]))
			jobs = jobs[count:]
		}
		select {
		case batch := <-x.Reports():
			for _, r := range batch {
				counts[r.Event]++
				if r.Event != runner.Started {
					delete(waiting, r.Key)
				}
			}
		case <-time.After(20 * time.Millisecond): // nothing is under way: hand over more
		case <-late:
			t.Fatalf("seed %d: never reported: %v", seed, waiting)
		}
		if rng.IntN(12) == 0 {
			killKeeper(t, x.keeperPID())
		}
	}
	ran := map[string]int{}
	for _, key := range strings.Fields(content(dir + "/ran")) {
		if ran[key]++; ran[key] > 1 {
			t.Errorf("seed %d: %s ran twice", seed, key)
		}
	}
	t.Logf("%d ended, %d lost, %d ran", counts[runner.Ended], counts[runner.Lost], len(ran))
}

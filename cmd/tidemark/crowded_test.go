//go:build linux

package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// crowd is a user of whom nothing else runs: the limit of processes counts all of a user's,
// and does not hold for root.
const crowd = 54321

// A keeper that can start no process waits until it can, and says so.
func TestAFullProcessTableIsAClearErrorAndPasses(t *testing.T) {
	w := newCrowded(t)
	said, ended := w.start(untilIdle...)
	w.until(func() bool { return w.effects() > 20 })
	pid := w.keeper()
	w.limit(pid, 1)
	w.until(func() bool { return strings.Contains(said.String(), "no process can be started") })
	w.limit(pid, w.plenty())
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if text := said.String(); !strings.Contains(text, "they start as soon as the system has room") || strings.Contains(text, "goroutine") {
		t.Errorf("it says %q", text)
	}
	w.check(60 * 3)
	if out := string(w.must("tasks", "p", "--attempts", "-o", "json")); strings.Contains(out, `"state":"failed"`) || strings.Contains(out, `"try":2`) {
		t.Error("an attempt failed because of it")
	}
}

// So does one that can open no file, for a next runner too.
func TestAKeeperWithoutFilesToOpenWaits(t *testing.T) {
	w := disaster(t)
	said, ended := w.start(untilIdle...)
	w.until(func() bool { return w.effects() > 20 })
	pid := w.keeper()
	var limit unix.Rlimit
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, nil, &limit); err != nil {
		t.Fatal(err)
	}
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &unix.Rlimit{Cur: 3, Max: limit.Max}, nil); err != nil {
		t.Fatal(err)
	}
	w.until(func() bool { return strings.Contains(said.String(), "no process can be started") })
	if err := unix.Kill(w.runner, unix.SIGKILL); err != nil {
		t.Fatal(err)
	}
	<-ended
	_, ended = w.start(untilIdle...)
	if err := unix.Prlimit(pid, unix.RLIMIT_NOFILE, &limit, nil); err != nil {
		t.Fatal(err)
	}
	if err := <-ended; err != nil {
		t.Errorf("%v\n%s", err, said)
	}
	if !strings.Contains(said.String(), "too many open files") {
		t.Errorf("it says %q", said)
	}
	w.check(60 * 3)
}

// A runner whose keeper has died, and which can start no other, says so and goes on when it
// can. Where it must start something meanwhile it ends, as it does where Go's runtime itself
// finds no room for a thread; then the next runner goes on.
func TestARunnerThatCanStartNoKeeperLosesNothing(t *testing.T) {
	w := newCrowded(t)
	said, ended := w.start(untilIdle...)
	w.until(func() bool { return w.effects() > 20 })
	w.limit(w.runner, 1)
	w.killKeeper()
	full := func() bool {
		return strings.Contains(strings.ToLower(said.String()), "resource temporarily unavailable")
	}
	w.until(full)
	w.limit(w.runner, w.plenty())
	if err := <-ended; err != nil {
		t.Logf("it ended: %v", err)
		w.must(untilIdle...)
	}
	w.check(60 * 3)
}

// start runs a command in the background.
func (w *wreck) start(args ...string) (*said, chan error) {
	w.t.Helper()
	says := &said{}
	cmd := w.tidemark(context.Background(), args...)
	cmd.Stderr = says
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	w.runner = cmd.Process.Pid
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	return says, ended
}

// plenty is as many processes as may be.
func (w *wreck) plenty() uint64 {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NPROC, &limit); err != nil {
		w.t.Fatal(err)
	}
	return limit.Max
}

// newCrowded is a project of a user of its own.
func newCrowded(t *testing.T) *wreck {
	if os.Getuid() != 0 {
		t.Skip("only root may act for another user and lift a limit again")
	}
	if _, err := exec.LookPath("prlimit"); err != nil {
		t.Skip(err)
	}
	w := newWreck(t, rand.New(rand.NewPCG(1, 1)))
	t.Cleanup(w.killKeeper)
	for path := w.dir; path != os.TempDir() && path != "/"; path = filepath.Dir(path) {
		if err := os.Chmod(path, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Dir(filepath.Dir(w.program)), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(w.dir, crowd, crowd); err != nil {
		t.Fatal(err)
	}
	w.as = &syscall.Credential{Uid: crowd, Gid: crowd}
	return w
}

// limit bounds how many processes its user may have for a process to make another. Its own
// user asks for that: in a container root may not.
func (w *wreck) limit(pid int, n uint64) {
	w.t.Helper()
	cmd := exec.Command("prlimit", "--pid", strconv.Itoa(pid), fmt.Sprintf("--nproc=%d:", n))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: w.as}
	if out, err := cmd.CombinedOutput(); err != nil && unix.Kill(pid, 0) == nil {
		w.t.Fatalf("%v: %s", err, out)
	}
}

// keeper waits for the keeper and returns its pid.
func (w *wreck) keeper() (pid int) {
	w.until(func() bool {
		lines, _ := filepath.Glob("/proc/[0-9]*/cmdline")
		for _, path := range lines {
			if line, _ := os.ReadFile(path); bytes.Contains(line, []byte("_keeper\x00"+w.dir)) {
				pid, _ = strconv.Atoi(strings.Split(path, "/")[2])
				return true
			}
		}
		return false
	})
	return pid
}

func (w *wreck) effects() int {
	text, _ := os.ReadFile(filepath.Join(w.dir, "effects"))
	return bytes.Count(text, []byte("\n"))
}

// until waits for what other processes do.
func (w *wreck) until(holds func() bool) {
	w.t.Helper()
	again, late := time.NewTicker(2*time.Millisecond), time.After(time.Minute)
	defer again.Stop()
	for !holds() {
		select {
		case <-again.C:
		case <-late:
			w.t.Fatal("this takes too long")
		}
	}
}

// said is what a process wrote, read while it writes.
type said struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (s *said) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(p)
}

func (s *said) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.String()
}

package executortest

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// deadline is how long anything may take before a story has failed. It is generous: it is
// only ever waited for in full by a broken executor.
const deadline = 60 * time.Second

// stage is a directory, an executor and everything that it has reported.
type stage struct {
	t    *testing.T
	dir  string
	open func(*testing.T) runner.Executor
	x    runner.Executor
	seen map[string][]runner.Report
}

func newStage(t *testing.T, open func(*testing.T) runner.Executor) *stage {
	s := &stage{t: t, dir: t.TempDir(), open: open}
	s.reopen()
	s.check(s.x.Adopt(nil))
	t.Cleanup(func() { s.x.Close() })
	return s
}

// reopen is another runner on the same state, which has heard nothing yet.
func (s *stage) reopen() {
	s.x = s.open(s.t)
	s.seen = map[string][]runner.Report{}
}

func (s *stage) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *stage) path(name string) string { return filepath.Join(s.dir, name) }

// shell is a job that runs a script with the PATH of the test.
func (s *stage) shell(key, script string) runner.Job {
	return runner.Job{
		Key: key, Argv: []string{"sh", "-c", script}, Dir: s.dir,
		Env: []string{"PATH=" + os.Getenv("PATH")},
		Log: s.path("logs/" + key + ".log"),
	}
}

func (s *stage) start(jobs ...runner.Job) {
	s.t.Helper()
	s.check(s.x.Start(jobs))
}

// started waits for the start of an attempt, over for its end.
func (s *stage) started(key string) runner.Report {
	s.t.Helper()
	return s.await(key, func(r runner.Report) bool { return r.Event == runner.Started })
}

func (s *stage) over(key string) runner.Report {
	s.t.Helper()
	return s.await(key, func(r runner.Report) bool { return r.Event != runner.Started })
}

func (s *stage) await(key string, is func(runner.Report) bool) runner.Report {
	s.t.Helper()
	late := time.After(deadline)
	for {
		for _, r := range s.seen[key] {
			if is(r) {
				return r
			}
		}
		select {
		case batch := <-s.x.Reports():
			s.note(batch)
		case <-late:
			s.t.Fatalf("no such report of %q; reported: %+v", key, s.seen)
		}
	}
}

// note checks what holds for every report.
func (s *stage) note(batch []runner.Report) {
	s.t.Helper()
	for _, r := range batch {
		for _, earlier := range s.seen[r.Key] {
			if earlier.Event != runner.Started || r.Event == runner.Started {
				s.t.Errorf("%q: %+v after %+v", r.Key, r, earlier)
			}
		}
		if r.Time.IsZero() {
			s.t.Errorf("%q: a report without a time: %+v", r.Key, r)
		}
		s.seen[r.Key] = append(s.seen[r.Key], r)
	}
}

// ends checks how an attempt ended.
func (s *stage) ends(key string, code, signal int, reason string) runner.Report {
	s.t.Helper()
	r := s.over(key)
	if r.Event != runner.Ended || r.ExitCode != code || r.Signal != signal || r.Reason != reason {
		s.t.Errorf("%q ended as %+v, want exit code %d, signal %d, reason %q", key, r, code, signal, reason)
	}
	return r
}

// holds checks what a file holds.
func (s *stage) holds(name, want string) {
	s.t.Helper()
	b, err := os.ReadFile(s.path(name))
	if err != nil {
		s.t.Error(err)
	} else if string(b) != want {
		s.t.Errorf("%s holds %q, want %q", name, b, want)
	}
}

func (s *stage) absent(name string) {
	s.t.Helper()
	if _, err := os.Lstat(s.path(name)); !os.IsNotExist(err) {
		s.t.Errorf("%s: want no such file, got %v", name, err)
	}
}

// Fifo is a place where a task and a test meet without either waiting for a clock. Tasks
// say "echo >NAME" to tell that they have come so far, or "read x <NAME" to wait.
type Fifo struct {
	t    testing.TB
	file *os.File
	in   *bufio.Reader
}

// NewFifo makes a fifo. It is held open at both ends, so that nobody's open blocks.
func NewFifo(t testing.TB, path string) *Fifo {
	t.Helper()
	if out, err := exec.Command("mkfifo", path).CombinedOutput(); err != nil {
		t.Fatalf("cannot make fifo %q: %s", path, out)
	}
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { file.Close() })
	return &Fifo{t, file, bufio.NewReader(file)}
}

// Await waits until a task has written a line, and returns it with its end.
func (f *Fifo) Await() string {
	f.t.Helper()
	if err := f.file.SetReadDeadline(time.Now().Add(deadline)); err != nil {
		f.t.Fatal(err)
	}
	line, err := f.in.ReadString('\n')
	if err != nil {
		f.t.Fatalf("nobody came to %s: %v", f.file.Name(), err)
	}
	return line
}

// Release lets one task go that waits for a line, now or later.
func (f *Fifo) Release() {
	f.t.Helper()
	if _, err := f.file.WriteString("go\n"); err != nil {
		f.t.Fatal(err)
	}
}

func (s *stage) fifo(name string) *Fifo {
	s.t.Helper()
	return NewFifo(s.t, s.path(name))
}

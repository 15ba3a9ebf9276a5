package executortest

import (
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

func exitLogEnvironment(t *testing.T, s *stage) {
	job := s.shell("a", `echo "$GREETING from $(pwd)"`)
	job.Env = append(job.Env, "GREETING=h\xe9llo w=rld") // not UTF-8, as a legacy file name may be
	s.start(job)
	started := s.started("a")
	ended := s.ends("a", 0, 0, "")
	if started.PID <= 0 {
		t.Errorf("no pid: %+v", started)
	}
	if ended.Time.Before(started.Time) || time.Since(started.Time) > deadline {
		t.Errorf("started at %v, ended at %v", started.Time, ended.Time)
	}
	if ended.UserCPU+ended.SystemCPU <= 0 || ended.MaxRSS < 100_000 {
		t.Errorf("implausible resources: %+v", ended)
	}
	s.holds("logs/a.log", "h\xe9llo w=rld from "+s.dir+"\n")
}

func exitCode(_ *testing.T, s *stage) {
	s.start(s.shell("a", "exit 17"))
	s.ends("a", 17, 0, "")
}

func killedBySignal(_ *testing.T, s *stage) {
	s.start(s.shell("a", "kill -9 $$"))
	s.ends("a", -1, 9, "")
}

func missingProgram(t *testing.T, s *stage) {
	job := s.shell("a", "")
	job.Argv = []string{"no-such-program", "x"}
	s.start(job)
	s.ends("a", -1, 0, `cannot start "no-such-program": no such file or directory`)
	if len(s.seen["a"]) != 1 {
		t.Errorf("more than an end: %+v", s.seen["a"])
	}
	s.absent("logs/a.log")
}

func missingDirectory(t *testing.T, s *stage) {
	job := s.shell("a", "")
	job.Dir = s.path("nowhere")
	s.start(job)
	if r := s.over("a"); r.Event != runner.Ended || r.ExitCode != -1 || !strings.Contains(r.Reason, job.Dir) {
		t.Errorf("%+v, want a reason that names the directory", r)
	}
}

func emptyEnvironment(t *testing.T, s *stage) {
	t.Setenv("TIDEMARK_TEST_SECRET", "x")
	job := s.shell("a", "")
	job.Argv, job.Env = []string{"env"}, nil // found in the system's default PATH
	s.start(job)
	s.ends("a", 0, 0, "")
	s.absent("logs/a.log")
}

func outputOrder(_ *testing.T, s *stage) {
	s.start(s.shell("a", "for i in 1 2 3; do echo out $i; echo err $i >&2; done"))
	s.ends("a", 0, 0, "")
	s.holds("logs/a.log", "out 1\nerr 1\nout 2\nerr 2\nout 3\nerr 3\n")
}

func silent(_ *testing.T, s *stage) {
	s.start(s.shell("a", "true"))
	s.ends("a", 0, 0, "")
	s.start(s.shell("b", "echo x"))
	s.ends("b", 0, 0, "")
	s.start(s.shell("c", "true"))
	s.ends("c", 0, 0, "")
	s.absent("logs/a.log")
	s.holds("logs/b.log", "x\n")
	s.absent("logs/c.log")
}

func liveLog(t *testing.T, s *stage) {
	gate := s.fifo("gate")
	s.start(s.shell("a", "echo one; read x <gate; echo two"))
	s.eventually("the first line is in the log", func() bool {
		b, _ := os.ReadFile(s.path("logs/a.log"))
		return string(b) == "one\n"
	})
	gate.Release()
	s.ends("a", 0, 0, "")
	s.holds("logs/a.log", "one\ntwo\n")
}

// eventually is for what an executor does by its own clock and does not report.
func (s *stage) eventually(what string, is func() bool) {
	s.t.Helper()
	late := time.After(deadline)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !is() {
		select {
		case <-late:
			s.t.Fatalf("it never happens that %s", what)
		case <-again.C:
		}
	}
}

func doubleStart(_ *testing.T, s *stage) {
	job := s.shell("a", "echo ran >>count")
	s.start(job, job)
	s.start(job)
	s.ends("a", 0, 0, "")
	s.start(job)
	s.start(s.shell("b", "true"))
	s.ends("b", 0, 0, "")
	s.holds("count", "ran\n")
}

func many(t *testing.T, s *stage) {
	const n = 200
	var jobs []runner.Job
	for i := range n {
		jobs = append(jobs, s.shell(fmt.Sprintf("t/%d", i), fmt.Sprintf("echo %d; exit %d", i, i%7)))
	}
	s.start(jobs...)
	for i := range n {
		s.ends(fmt.Sprintf("t/%d", i), i%7, 0, "")
		s.holds(fmt.Sprintf("logs/t/%d.log", i), fmt.Sprintln(i))
	}
	var keys []string
	for _, j := range jobs {
		keys = append(keys, j.Key)
	}
	s.check(s.x.Forget(keys))
}

package executortest

import (
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// Ends that come from outside: timeouts, cancels, runners that die.

func timeout(t *testing.T, s *stage) {
	job := s.shell("a", `trap 'echo ignored' TERM; while :; do read x <gate; done`)
	job.Timeout, job.Grace = 300*time.Millisecond, 200*time.Millisecond
	s.fifo("gate")
	s.start(job)
	started, ended := s.started("a"), s.ends("a", -1, 9, "timeout")
	if took := ended.Time.Sub(started.Time); took < job.Timeout+job.Grace {
		t.Errorf("killed after %v", took)
	}
	s.holds("logs/a.log", "ignored\n")
}

func cancel(_ *testing.T, s *stage) {
	up := s.fifo("up")
	s.fifo("gate")
	s.start(s.shell("a", `trap 'echo cleaning up; exit 3' TERM; echo >up; read x <gate`))
	up.Await()
	s.check(s.x.Cancel([]string{"a"}))
	s.ends("a", 3, 0, "cancelled")
	s.holds("logs/a.log", "cleaning up\n")
}

func cancelGroup(_ *testing.T, s *stage) {
	up, pulse := s.fifo("up"), s.fifo("pulse")
	s.fifo("gate")
	// The child ignores TERM and keeps a lock by its life: when it is gone, the kernel closes
	// its end of the fifo. It beats once so that we know it lives.
	s.start(s.shell("a", `(trap '' TERM; echo >pulse; exec 9>held; while :; do read x <gate; done) & echo >up; wait`))
	up.Await()
	pulse.Await()
	pid := s.started("a").PID
	s.check(s.x.Cancel([]string{"a"}))
	s.ends("a", -1, 15, "cancelled")
	s.eventually("the group is gone", func() bool { return groupGone(pid) })
}

func cancelUnknown(_ *testing.T, s *stage) {
	s.check(s.x.Cancel([]string{"a", "never"}))
	s.start(s.shell("a", "exit 4"))
	s.ends("a", 4, 0, "")
	s.check(s.x.Cancel([]string{"a"}))
	s.start(s.shell("b", "exit 5"))
	s.ends("b", 5, 0, "")
}

func adoption(t *testing.T, s *stage) {
	up, gate := s.fifo("up"), s.fifo("gate")
	s.start(s.shell("a", "echo >up; read x <gate; echo done; exit 17"))
	up.Await()
	before := s.started("a")
	s.check(s.x.Close())
	s.reopen()
	s.check(s.x.Adopt([]string{"a"}))
	if after := s.started("a"); after.PID != before.PID || !after.Time.Equal(before.Time) {
		t.Errorf("started as %+v, adopted as %+v", before, after)
	}
	gate.Release()
	s.ends("a", 17, 0, "")
	s.holds("logs/a.log", "done\n")
}

func adoptionOfTheDead(_ *testing.T, s *stage) {
	up, gate := s.fifo("up"), s.fifo("gate")
	s.start(s.shell("a", "echo ran >>count; exit 18"), s.shell("b", "echo >up; read x <gate; exit 19"))
	s.ends("a", 18, 0, "")
	up.Await()
	s.check(s.x.Close())
	gate.Release()
	s.reopen()
	s.check(s.x.Adopt([]string{"a", "b"}))
	s.start(s.shell("a", "echo ran >>count"))
	s.ends("a", 18, 0, "")
	s.ends("b", 19, 0, "")
	s.started("b")
	s.check(s.x.Forget([]string{"a"}))
	s.holds("count", "ran\n")
}

func doubleAdoption(_ *testing.T, s *stage) {
	up, gate := s.fifo("up"), s.fifo("gate")
	s.start(s.shell("a", "echo >up; read x <gate; exit 20"))
	up.Await()
	s.check(s.x.Close())
	s.reopen()
	s.check(s.x.Adopt([]string{"a", "a"}))
	s.started("a")
	gate.Release()
	s.ends("a", 20, 0, "") // the stage refuses a second start or end
}

func unbegun(t *testing.T, s *stage) {
	s.check(s.x.Close())
	s.reopen()
	s.check(s.x.Adopt([]string{"a"}))
	if r := s.await("a", func(r runner.Report) bool { return r.Event != runner.Started }); r.Event != runner.Unbegun {
		t.Errorf("%+v, want Unbegun", r)
	}
	s.seen = map[string][]runner.Report{}
	s.start(s.shell("a", "echo ran >>count"))
	s.ends("a", 0, 0, "")
	s.holds("count", "ran\n")
}

package executortest

import (
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
)

// What a task knows and nobody else may.

// confidant is a job with two secrets, one of several lines.
func (s *stage) confidant(key, script string) runner.Job {
	job := s.shell(key, script)
	job.Env = append(job.Env, "PIN=s3cret-pin", "PEM=-----BEGIN\nline one\nline two\n-----END")
	job.Secrets = []string{"PIN", "PEM"}
	job.Masked = []string{s.path(key + ".results")}
	return job
}

func secretsInTheLog(_ *testing.T, s *stage) {
	s.start(s.confidant("a", `
		echo "pin $PIN." >&2
		printf s3cr; printf 'et-p'; printf 'in\n'
		echo "$PEM"
		echo $PEM
		printf s3cret`))
	s.ends("a", 0, 0, "")
	s.holds("logs/a.log", "pin ***.\n***\n***\n*** *** *** ***\ns3cret")
	s.start(s.confidant("b", `test "$PIN" = s3cret-pin`))
	s.ends("b", 0, 0, "")
	s.absent("logs/b.log")
}

func secretsInFiles(_ *testing.T, s *stage) {
	s.start(s.confidant("a", `printf 'pin=%s\nn=1\npem<<END\n%s\nEND\n' "$PIN" "$PEM" >a.results; exit 3`),
		s.confidant("b", `echo n=1 >b.results; ln -s b.results c.results`), s.confidant("c", "exit 4"))
	s.ends("a", 3, 0, "")
	s.holds("a.results", "pin=***\nn=1\npem<<END\n***\nEND\n")
	s.ends("b", 0, 0, "")
	s.holds("b.results", "n=1\n")
	s.ends("c", 4, 0, "")
}

// secretsAndRunners: the next runner is not told which the secrets are.
func secretsAndRunners(_ *testing.T, s *stage) {
	up, gate := s.fifo("up"), s.fifo("gate")
	s.start(s.confidant("a", `echo "$PIN"; echo >up; read x <gate; echo "again $PIN"`))
	up.Await()
	s.check(s.x.Close())
	s.reopen()
	s.check(s.x.Adopt([]string{"a"}))
	gate.Release()
	s.ends("a", 0, 0, "")
	s.holds("logs/a.log", "***\nagain ***\n")
}

// secretsLeftBehind: what a task leaves in the background does not hold up its end.
func secretsLeftBehind(_ *testing.T, s *stage) {
	gate := s.fifo("gate")
	s.start(s.confidant("a", `echo "$PIN"; (read x <gate; echo "late $PIN") & exit 5`))
	s.ends("a", 5, 0, "")
	s.holds("logs/a.log", "***\n")
	gate.Release()
}

func secretsAndCancels(_ *testing.T, s *stage) {
	up := s.fifo("up")
	s.fifo("gate")
	s.start(s.confidant("a", `trap 'echo "bye $PIN"; exit 3' TERM; echo >up; read x <gate`))
	up.Await()
	s.check(s.x.Cancel([]string{"a"}))
	s.ends("a", 3, 0, "cancelled")
	s.holds("logs/a.log", "bye ***\n")
	job := s.confidant("b", "true")
	job.Argv = []string{"no-such-program"}
	s.start(job)
	if r := s.over("b"); r.ExitCode != -1 {
		s.t.Errorf("%+v", r)
	}
}

//go:build unix

package local

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
)

func TestTheKeeperLeavesWithTheRunnerWhenNothingRuns(t *testing.T) {
	state := t.TempDir()
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(t.TempDir(), "a", "true")}))
	await(t, x, "a", runner.Ended)
	pid := x.keeperPID()
	must(t, x.Close())
	if _, err := os.Stat(state + "/keeper.sock"); !os.IsNotExist(err) {
		t.Errorf("the socket is still there: %v", err)
	}
	eventually(t, "the keeper has gone", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
	if got := content(state + "/keeper.log"); got != "" {
		t.Errorf("keeper.log: %s", got)
	}
}

func TestTheKeeperLeavesAloneAfterTheLastTask(t *testing.T) {
	dir := t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	x := open(t, t.TempDir())
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(dir, "a", "echo >up; read x <gate")}))
	up.Await()
	pid := x.keeperPID()
	x.die()
	gate.Release()
	eventually(t, "the keeper has gone", func() bool { return syscall.Kill(pid, 0) == syscall.ESRCH })
}

func TestTheKeeperIsInASessionOfItsOwn(t *testing.T) {
	x := open(t, t.TempDir())
	pid := x.keeperPID()
	if session, err := unix.Getsid(pid); err != nil || session != pid {
		t.Errorf("the keeper %d is in session %d (%v)", pid, session, err)
	}
}

func TestThereIsOneKeeper(t *testing.T) {
	state := t.TempDir()
	o := optionsFor(t, state)
	x := open(t, state)
	second := exec.Command(o.Keeper[0], o.Keeper[1:]...)
	out, err := second.CombinedOutput()
	if err != nil || string(out) != ready+"\n" {
		t.Errorf("a second keeper says %q, %v", out, err)
	}
	line, err := greet(state, 0)
	must(t, err)
	defer line.Close()
	if line.peer.PID != x.keeperPID() {
		t.Errorf("pid %d answers, %d was there first", line.peer.PID, x.keeperPID())
	}
}

func TestASecondRunnerSupersedesTheFirst(t *testing.T) {
	state := t.TempDir()
	first := open(t, state)
	must(t, first.Adopt(nil))
	second := open(t, state)
	must(t, second.Adopt(nil))
	<-first.gone
	if err := first.Start([]runner.Job{shell(t.TempDir(), "a", "true")}); err == nil {
		t.Error("the first runner can still start tasks")
	}
	must(t, second.Start([]runner.Job{shell(t.TempDir(), "a", "exit 3")}))
	if r := await(t, second, "a", runner.Ended); r.ExitCode != 3 {
		t.Errorf("%+v", r)
	}
}

func TestAStateDirectoryMayHaveALongPath(t *testing.T) {
	state := filepath.Join(t.TempDir(), strings.Repeat("d", 60), strings.Repeat("e", 60))
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(t.TempDir(), "a", "exit 3")}))
	await(t, x, "a", runner.Ended)
	socket, err := socketPath(state)
	must(t, err)
	must(t, x.Close())
	if _, err := os.Stat(filepath.Dir(socket)); !os.IsNotExist(err) {
		t.Errorf("%s is still there", socket)
	}
}

func TestAKeeperOfAnotherVersionMakesRoomWhenItCan(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	up := executortest.NewFifo(t, dir+"/up")
	gate := executortest.NewFifo(t, dir+"/gate")
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(dir, "a", "echo >up; read x <gate")}))
	up.Await()
	ask := func() message {
		line, err := dial(state)
		must(t, err)
		defer line.Close()
		must(t, line.send(message{Hello: &hello{Protocol: protocol + 1}}, patience))
		m, err := line.receive()
		must(t, err)
		return m
	}
	if m := ask(); m.Hello == nil || m.Hello.Leaving || m.Hello.Protocol != protocol {
		t.Errorf("with a task: %+v", m.Hello)
	}
	gate.Release()
	await(t, x, "a", runner.Ended)
	if m := ask(); m.Hello == nil || !m.Hello.Leaving {
		t.Errorf("without tasks: %+v", m.Hello)
	}
	if err := error(&versionError{7, 2}); !errors.As(err, new(*versionError)) || !strings.Contains(err.Error(), "pid 7") {
		t.Error(err)
	}
}

func TestALogMayBeOnAnotherFileSystem(t *testing.T) {
	other, err := os.MkdirTemp("/dev/shm", "tidemark-test-")
	if err != nil {
		t.Skip("no other file system: ", err)
	}
	defer os.RemoveAll(other)
	dir := t.TempDir()
	gate := executortest.NewFifo(t, dir+"/gate")
	x := open(t, t.TempDir())
	must(t, x.Adopt(nil))
	job := shell(dir, "a", "echo one; read x <gate; echo two")
	job.Log = other + "/new/a.log"
	must(t, x.Start([]runner.Job{job}))
	eventually(t, "the log can be read", func() bool { return content(job.Log) == "one\n" })
	gate.Release()
	await(t, x, "a", runner.Ended)
	if info, err := os.Lstat(job.Log); err != nil || !info.Mode().IsRegular() || content(job.Log) != "one\ntwo\n" {
		t.Errorf("log: %v %v %q", info, err, content(job.Log))
	}
}

func TestALogThatCannotBeWrittenDoesNotHurtItsTask(t *testing.T) {
	state, dir := t.TempDir(), t.TempDir()
	must(t, os.WriteFile(dir+"/logs", nil, 0o600)) // in the way of a directory
	x := open(t, state)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{shell(dir, "a", "echo x; exit 3"), shell(dir, "b", "true")}))
	if r := await(t, x, "a", runner.Ended); r.ExitCode != 3 {
		t.Errorf("%+v", r)
	}
	if got := content(state + "/keeper.log"); !strings.Contains(got, "cannot write its log") {
		t.Errorf("keeper.log: %q", got)
	}
}

func TestLinesHaveTheirTimes(t *testing.T) {
	dir := t.TempDir()
	gate := executortest.NewFifo(t, dir+"/gate")
	x := open(t, t.TempDir())
	must(t, x.Adopt(nil))
	job := shell(dir, "a", "echo one; echo two; read x <gate; echo three")
	began := time.Now().Truncate(time.Microsecond)
	must(t, x.Start([]runner.Job{job}))
	eventually(t, "two lines are noted", func() bool { return content(timesPath(job.Log)) != "" })
	released := time.Now().Truncate(time.Microsecond)
	gate.Release()
	end := await(t, x, "a", runner.Ended).Time
	lines, err := Lines(job.Log, end)
	must(t, err)
	var texts []string
	for line := range lines {
		texts = append(texts, line.Text)
		from, to := began, released
		if line.Text == "three" {
			from, to = released, end
		}
		if line.Time.Before(from) || line.Time.After(to) {
			t.Errorf("%q at %v, want %v to %v", line.Text, line.Time, from, to)
		}
	}
	if got := strings.Join(texts, " "); got != "one two three" {
		t.Errorf("lines: %s", got)
	}
}

func TestAProcessIsFoundByItsOutput(t *testing.T) {
	if !findsWriters {
		t.Skip("not on this system")
	}
	dir := t.TempDir()
	gate := executortest.NewFifo(t, dir+"/gate")
	must(t, os.Mkdir(dir+"/real", 0o700))
	must(t, os.Symlink("real", dir+"/link"))
	s, err := openScratch(dir+"/link", nil)
	must(t, err)
	it, err := s.take()
	must(t, err)
	cmd := exec.Command("sh", "-c", "read x <gate")
	cmd.Dir, cmd.Stdout, cmd.SysProcAttr = dir, it.file, &syscall.SysProcAttr{Setpgid: true}
	must(t, cmd.Start())
	found, ok := writerOf(s.path(it.id))
	if !ok || found.pid != cmd.Process.Pid || !found.alive() {
		t.Errorf("found %+v, %v, want pid %d", found, ok, cmd.Process.Pid)
	}
	gate.Release()
	must(t, cmd.Wait())
	if _, ok := writerOf(s.path(it.id)); ok {
		t.Error("found after its end")
	}
}

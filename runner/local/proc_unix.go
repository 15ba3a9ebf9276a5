//go:build unix

package local

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/unix"

	"github.com/tidemark-dev/tidemark/runner"
)

// defaultPath is where programs are looked for when a job's environment has no PATH.
const defaultPath = "/usr/local/bin:/usr/bin:/bin"

// exit is how a process ended.
type exit struct {
	pid          int
	code, signal int
	user, system time.Duration
	rss          int64 // bytes
}

// fork starts the job in a process group of its own. Where there is a pipe it writes to
// that, and holds its output open beside it, by which it is found again.
func fork(job *runner.Job, null, out, pipe *os.File) (pid int, h handle, err error) {
	program, err := lookPath(job.Argv[0], job.Env, job.Dir)
	if err != nil {
		return 0, h, err
	}
	fd := out.Fd()
	files := []uintptr{null.Fd(), fd, fd}
	if pipe != nil {
		files = []uintptr{null.Fd(), pipe.Fd(), pipe.Fd(), fd}
		if err := syscall.SetNonblock(int(pipe.Fd()), false); err != nil {
			return 0, h, err
		}
	}
	sys := &syscall.SysProcAttr{Setpgid: true}
	withHandle(sys, &h)
	pid, err = syscall.ForkExec(program, job.Argv, &syscall.ProcAttr{
		Dir: job.Dir, Env: job.Env, Files: files, Sys: sys,
	})
	if err != nil {
		if info, problem := os.Stat(job.Dir); problem != nil || !info.IsDir() {
			return 0, h, fmt.Errorf("no directory %q to work in", job.Dir)
		}
	}
	return pid, h, err
}

// scarce says whether a process could not be made for want of something that others will
// give back: room in the process table, memory, open files.
func scarce(err error) bool {
	return errors.Is(err, unix.EAGAIN) || errors.Is(err, unix.ENOMEM) || errors.Is(err, unix.EMFILE) || errors.Is(err, unix.ENFILE)
}

// wait collects a child if it has ended.
func wait(pid int) (exit, bool) {
	var status unix.WaitStatus
	var usage unix.Rusage
	for {
		got, err := unix.Wait4(pid, &status, unix.WNOHANG, &usage)
		if err != unix.EINTR {
			return exitOf(pid, status, &usage), err == nil && got == pid
		}
	}
}

func exitOf(pid int, status unix.WaitStatus, usage *unix.Rusage) exit {
	x := exit{pid: pid, code: -1,
		user: time.Duration(usage.Utime.Nano()), system: time.Duration(usage.Stime.Nano()), rss: int64(usage.Maxrss)}
	if runtime.GOOS != "darwin" && runtime.GOOS != "ios" {
		x.rss *= 1024 // everybody else counts kilobytes
	}
	if status.Signaled() {
		x.signal = int(status.Signal())
	} else {
		x.code = status.ExitStatus()
	}
	return x
}

func terminate(pid int) { unix.Kill(-pid, unix.SIGTERM) }

func kill(pid int) { unix.Kill(-pid, unix.SIGKILL) }

// leftovers says whether the group still has members after its leader.
func leftovers(pid int) bool { return unix.Kill(-pid, 0) == nil }

// detached puts the keeper into a session of its own: no Ctrl-C reaches it or its tasks.
func detached() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

// shutdownSignals are requests to go, which the keeper follows when its tasks have ended.
// They are caught and never ignored, because children inherit what is ignored.
func shutdownSignals() <-chan os.Signal {
	c := make(chan os.Signal, 1)
	signal.Notify(c, unix.SIGTERM, unix.SIGINT, unix.SIGHUP)
	return c
}

// lookPath finds a program as the job's own shell would: relative to its directory and in
// the PATH of its environment.
func lookPath(name string, env []string, dir string) (string, error) {
	if strings.Contains(name, "/") {
		return name, nil
	}
	path := defaultPath
	for _, v := range env {
		if after, ok := strings.CutPrefix(v, "PATH="); ok {
			path = after
		}
	}
	problem := error(unix.ENOENT)
	for _, place := range filepath.SplitList(path) {
		if !filepath.IsAbs(place) {
			place = filepath.Join(dir, place)
		}
		candidate := filepath.Join(place, name)
		denied := unix.Access(candidate, unix.X_OK) // in most places there is nothing of that name
		if denied == unix.ENOENT {
			continue
		}
		if info, err := os.Stat(candidate); err != nil || info.IsDir() {
			continue
		}
		if denied == nil {
			return candidate, nil
		}
		problem = unix.EACCES
	}
	return "", problem
}

// unread says whether a pipe holds something that nobody has read.
func unread(pipe *os.File) bool {
	var is [1]unix.PollFd
	if raw, err := pipe.SyscallConn(); err == nil {
		_ = raw.Control(func(fd uintptr) {
			is[0] = unix.PollFd{Fd: int32(fd), Events: unix.POLLIN}
			_, _ = unix.Poll(is[:], 0)
		})
	}
	return is[0].Revents&unix.POLLIN != 0
}

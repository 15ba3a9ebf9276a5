package local

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"golang.org/x/sys/windows"

	"github.com/tidemark-dev/tidemark/runner"
)

// exit is how a process ended.
type exit struct {
	pid          int
	code, signal int // there are no signals here
	user, system time.Duration
	rss          int64 // not known here
}

// handle is what a process is waited for with.
type handle = *os.Process

// children are the keeper's own processes. Windows tells of ends one by one, so each has a
// goroutine that waits for it.
type children struct {
	C chan exit
}

func newChildren() (*children, error) { return &children{C: make(chan exit)}, nil }

// fork starts the job in a process group of its own.
func fork(job *runner.Job, null, out, pipe *os.File) (pid int, h handle, err error) {
	program, err := lookPath(job.Argv[0], job.Env, job.Dir)
	if err != nil {
		return 0, nil, err
	}
	if pipe != nil {
		out = pipe
	}
	p, err := os.StartProcess(program, job.Argv, &os.ProcAttr{
		Dir: job.Dir, Env: job.Env,
		Files: []*os.File{null, out, out},
		Sys:   &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP},
	})
	if err != nil {
		return 0, nil, err
	}
	return p.Pid, p, nil
}

// add makes a process one of those that are waited for.
func (c *children) add(_ int, p handle) {
	go func() {
		state, err := p.Wait()
		x := exit{pid: p.Pid, code: -1}
		if err == nil {
			x.code, x.user, x.system = state.ExitCode(), state.UserTime(), state.SystemTime()
		}
		c.C <- x
	}()
}

func (c *children) collect(x exit) []exit { return []exit{x} }

// terminate has no gentle form here.
func terminate(pid int) { kill(pid) }

func kill(pid int) {
	if p, err := os.FindProcess(pid); err == nil {
		p.Kill()
		p.Release()
	}
}

func leftovers(int) bool { return false }

// detached keeps the runner's console and its Ctrl-C away from the keeper.
func detached() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: windows.CREATE_NEW_PROCESS_GROUP | windows.DETACHED_PROCESS}
}

func shutdownSignals() <-chan os.Signal { return nil }

// birthSlack is the system's tick, rounded up, in microseconds.
const birthSlack = 20_000

// birthClock is the clock that births are stamped with: the wall's, in microseconds.
func birthClock() int64 { return time.Now().UnixMicro() }

// birth is when a process was born, if it still runs.
func birth(pid int) (int64, bool) {
	h, err := windows.OpenProcess(windows.PROCESS_QUERY_LIMITED_INFORMATION, false, uint32(pid))
	if err != nil {
		return 0, false
	}
	defer windows.CloseHandle(h)
	const stillActive = 259
	var code uint32
	if windows.GetExitCodeProcess(h, &code) != nil || code != stillActive {
		return 0, false
	}
	var created, exited, kernel, user windows.Filetime
	if windows.GetProcessTimes(h, &created, &exited, &kernel, &user) != nil {
		return 0, false
	}
	return created.Nanoseconds() / 1000, true
}

// bootID is not known here; births are told by the wall's clock and do not need it.
func bootID() string { return "" }

// findsWriters says whether writerOf works, so that the line of a start may come late.
const findsWriters = false

func writerOf(string) (process, bool) { return process{}, false }

// lookPath finds a program relative to the job's directory and in the PATH of its
// environment, with the endings that make a program.
func lookPath(name string, env []string, dir string) (string, error) {
	if strings.ContainsAny(name, `/\:`) {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return exec.LookPath(name)
	}
	for _, v := range env {
		if key, path, _ := strings.Cut(v, "="); strings.EqualFold(key, "PATH") {
			for _, place := range filepath.SplitList(path) {
				if found, err := exec.LookPath(filepath.Join(place, name)); err == nil {
					return found, nil
				}
			}
		}
	}
	return "", os.ErrNotExist
}

// scarce says whether a process could not be made for want of something that others will
// give back. Windows does not tell.
func scarce(error) bool { return false }

// unread cannot be told here: the wait for it is all.
func unread(*os.File) bool { return false }

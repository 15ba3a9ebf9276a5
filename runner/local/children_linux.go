package local

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tidemark-dev/tidemark/runner"
)

// children are the keeper's own processes. Whoever receives from C collects them, so that
// one goroutine both forks and waits and no pid can be taken for another.
//
// Their pidfds stand in one epoll, which itself stands in the runtime's: an exit then wakes
// one thread, where SIGCHLD would interrupt one, wake a second and schedule two goroutines.
type children struct {
	C       chan os.Signal
	null    *os.File
	epoll   int
	pidfds  map[int]int // by pid
	signals bool        // an old kernel: no pidfds
}

func newChildren() (*children, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	if err := unix.SetNonblock(epoll, true); err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	c := &children{C: make(chan os.Signal, 1), null: null, epoll: epoll, pidfds: map[int]int{}}
	raw, err := os.NewFile(uintptr(epoll), "epoll").SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	go c.watch(raw)
	return c, nil
}

// watch tells C of exits, for as long as the keeper lives. A notice that waits there
// already will do for the next exit too.
func (c *children) watch(raw syscall.RawConn) {
	events := make([]unix.EpollEvent, 64)
	for {
		raw.Read(func(fd uintptr) bool {
			n, _ := unix.EpollWait(int(fd), events, 0)
			return n > 0
		})
		select {
		case c.C <- unix.SIGCHLD:
		default:
		}
	}
}

func (c *children) spawn(job *runner.Job, out, pipe *os.File) (pid int, err error) {
	pidfd := -1
	if pid, err = fork(job, c.null, out, pipe, &syscall.SysProcAttr{PidFD: &pidfd}); err != nil {
		return 0, err
	}
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET}
	if pidfd >= 0 && unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, pidfd, &event) == nil {
		c.pidfds[pid] = pidfd
	} else if !c.signals {
		c.signals = true
		signal.Notify(c.C, unix.SIGCHLD)
		select {
		case c.C <- unix.SIGCHLD: // it may have ended before
		default:
		}
	}
	return pid, nil
}

func (c *children) collect(os.Signal) []exit {
	exits := wait()
	for _, x := range exits {
		if fd, ok := c.pidfds[x.pid]; ok {
			unix.Close(fd) // leaves the epoll by that
			delete(c.pidfds, x.pid)
		}
	}
	return exits
}

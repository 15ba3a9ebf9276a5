package local

import (
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// handle is what a process is waited for with.
type handle struct {
	pidfd int // -1: an old kernel
}

// children are the keeper's own processes. Only the loop waits, and only for those that it
// knows: until then an ended one keeps its pid, so none can be taken for another.
//
// Their pidfds stand in one epoll, which itself stands in the runtime's: an exit then wakes
// one thread, where SIGCHLD would interrupt one, wake a second and schedule two goroutines.
type children struct {
	C       chan []int // pidfds of which some process has ended; none: look for yourself
	epoll   int
	pids    map[int]int  // by pidfd
	without map[int]bool // pids of those that have no pidfd
	signals chan os.Signal
}

func newChildren() (*children, error) {
	epoll, err := unix.EpollCreate1(unix.EPOLL_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	if err := unix.SetNonblock(epoll, true); err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	c := &children{C: make(chan []int), epoll: epoll, pids: map[int]int{}, without: map[int]bool{}}
	raw, err := os.NewFile(uintptr(epoll), "epoll").SyscallConn()
	if err != nil {
		return nil, fmt.Errorf("cannot watch processes: %w", err)
	}
	go c.watch(raw)
	return c, nil
}

// watch tells C of exits, for as long as the keeper lives.
func (c *children) watch(raw syscall.RawConn) {
	events := make([]unix.EpollEvent, 64)
	for {
		n := 0
		raw.Read(func(fd uintptr) bool {
			n, _ = unix.EpollWait(int(fd), events, 0)
			return n > 0
		})
		ended := make([]int, max(n, 0))
		for i := range ended {
			ended[i] = int(events[i].Fd)
		}
		c.C <- ended
	}
}

// add makes a process one of those that are waited for.
func (c *children) add(pid int, h handle) {
	pidfd := h.pidfd
	event := unix.EpollEvent{Events: unix.EPOLLIN | unix.EPOLLET, Fd: int32(pidfd)}
	if pidfd >= 0 {
		if unix.EpollCtl(c.epoll, unix.EPOLL_CTL_ADD, pidfd, &event) == nil {
			c.pids[pidfd] = pid
			return
		}
		unix.Close(pidfd)
	}
	c.without[pid] = true
	if c.signals == nil {
		c.signals = make(chan os.Signal, 1)
		signal.Notify(c.signals, unix.SIGCHLD)
		go func() {
			for range c.signals {
				c.C <- nil
			}
		}()
	}
	select {
	case c.signals <- unix.SIGCHLD: // it may have ended before
	default:
	}
}

func (c *children) collect(ended []int) []exit {
	var exits []exit
	for _, pidfd := range ended {
		pid, known := c.pids[pidfd]
		if !known {
			continue
		}
		if x, over := wait(pid); over {
			exits = append(exits, x)
			unix.Close(pidfd) // leaves the epoll by that
			delete(c.pids, pidfd)
		}
	}
	for pid := range c.without {
		if x, over := wait(pid); over {
			exits = append(exits, x)
			delete(c.without, pid)
		}
	}
	return exits
}

// withHandle asks for a pidfd with the process.
func withHandle(sys *syscall.SysProcAttr, h *handle) {
	h.pidfd = -1
	sys.PidFD = &h.pidfd
}

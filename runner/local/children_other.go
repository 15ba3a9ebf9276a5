//go:build unix && !linux

package local

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"
)

// handle is what a process is waited for with: its pid will do.
type handle struct{}

// children are the keeper's own processes. Only the loop waits, and only for those that it
// knows: until then an ended one keeps its pid, so none can be taken for another.
type children struct {
	C    chan os.Signal
	pids map[int]bool
}

func newChildren() (*children, error) {
	c := &children{C: make(chan os.Signal, 1), pids: map[int]bool{}}
	signal.Notify(c.C, unix.SIGCHLD)
	return c, nil
}

// add makes a process one of those that are waited for.
func (c *children) add(pid int, _ handle) {
	c.pids[pid] = true
	select {
	case c.C <- unix.SIGCHLD: // it may have ended before
	default:
	}
}

func (c *children) collect(os.Signal) []exit {
	var exits []exit
	for pid := range c.pids {
		if x, over := wait(pid); over {
			exits = append(exits, x)
			delete(c.pids, pid)
		}
	}
	return exits
}

func withHandle(*syscall.SysProcAttr, *handle) {}

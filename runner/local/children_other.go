//go:build unix && !linux

package local

import (
	"os"
	"os/signal"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/tidemark-dev/tidemark/runner"
)

// children are the keeper's own processes. Whoever receives from C collects them, so that
// one goroutine both forks and waits and no pid can be taken for another.
type children struct {
	C    chan os.Signal
	null *os.File
}

func newChildren() (*children, error) {
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	c := &children{C: make(chan os.Signal, 1), null: null}
	signal.Notify(c.C, unix.SIGCHLD)
	return c, nil
}

func (c *children) spawn(job *runner.Job, out, pipe *os.File) (pid int, err error) {
	return fork(job, c.null, out, pipe, &syscall.SysProcAttr{})
}

func (c *children) collect(os.Signal) []exit { return wait() }

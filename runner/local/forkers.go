package local

import (
	"os"
	"runtime"

	"github.com/tidemark-dev/tidemark/runner"
)

// forkers make processes, several at once. A fork waits until the new program is loaded,
// which is most of what a short task costs; one after the other they would leave all
// processors but one idle. Who forks decides nothing: the loop has written the intent down
// before, and takes note of the process after.
type forkers struct {
	C    chan newborn // what became of each
	work chan conception
	many int // how many there are: no more is asked of them at once
	null *os.File
}

// conception is a process to be made.
type conception struct {
	task *task
	job  *runner.Job
	out  *os.File
	pipe *os.File // what it writes to instead, where it knows secrets; or nil
}

// newborn is what became of it.
type newborn struct {
	task    *task
	process process
	handle  handle
	err     error
}

func newForkers(null *os.File) *forkers {
	n := runtime.NumCPU()
	f := &forkers{C: make(chan newborn, n), work: make(chan conception, n), many: n, null: null}
	for range n {
		go func() {
			for w := range f.work {
				f.C <- f.make(w)
			}
		}()
	}
	return f
}

// make does the work where it is called. For a lone task that is quicker than to wake
// another thread, and be woken by it.
func (f *forkers) make(w conception) newborn {
	b := newborn{task: w.task}
	b.process.earliest = birthClock()
	b.process.pid, b.handle, b.err = fork(w.job, f.null, w.out, w.pipe)
	b.process.newest = birthClock()
	return b
}

func (f *forkers) close() { close(f.work) }

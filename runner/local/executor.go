package local

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// patience is how long the runner waits for a keeper that answers nothing.
const patience = 10 * time.Second

var errClosed = errors.New("the executor is closed")

// Options say where the keeper lives and how to start it.
type Options struct {
	StateDir string   // made if absent; one executor and one keeper at a time
	Slots    int      // tasks that run at once, what is started beyond waits in the keeper; 0: all
	Keeper   []string // a command that calls Keep with the same directory, all paths absolute
	// Trouble is told, in words for people, what keeps the keeper from its work and passes
	// by itself. It must not block. Nil: nobody.
	Trouble func(string)
}

// Executor is the runner's end of the line to the keeper. When the line breaks it starts
// another keeper and asks it for everything that is still open.
type Executor struct {
	options Options
	reports chan []runner.Report // room for one batch, which grows until it is taken
	gone    chan struct{}        // closed when nobody listens any more
	closing chan struct{}

	mu       sync.Mutex // the line, and what must be said again on a new one
	line     *conn
	adopted  bool
	attempts map[string]*attempt // until they are forgotten
	err      error               // why there is no line

	forgotten []string // what the keeper was not told yet
}

// attempt is what the executor remembers of a key, so that it can say it again to the
// next keeper and say nothing twice to the runner.
type attempt struct {
	job       *runner.Job // until it is known to be begun
	started   bool        // reported
	ended     bool        // reported
	cancelled bool        // asked for
}

var _ runner.Executor = (*Executor)(nil)

// Open connects to the keeper of the state directory and starts one if there is none.
func Open(o Options) (*Executor, error) {
	if len(o.Keeper) == 0 {
		return nil, errors.New("cannot open the local executor: no keeper command")
	}
	dir, err := filepath.Abs(o.StateDir)
	if err != nil {
		return nil, fmt.Errorf("cannot open the local executor: %w", err)
	}
	o.StateDir = dir
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("cannot open the local executor: %w", err)
	}
	line, err := connect(o)
	if err != nil {
		return nil, fmt.Errorf("cannot open the local executor: %w", err)
	}
	e := &Executor{
		options: o, line: line, attempts: map[string]*attempt{},
		reports: make(chan []runner.Report, 1),
		gone:    make(chan struct{}), closing: make(chan struct{}),
	}
	go e.listen(line)
	return e, nil
}

// Reports implements runner.Executor.
func (e *Executor) Reports() <-chan []runner.Report { return e.reports }

// Adopt implements runner.Executor. Asked again, it answers again.
func (e *Executor) Adopt(keys []string) error {
	return e.say(message{Adopt: &adoption{Sent: true, Keys: keys}}, func() {
		e.adopted = true
		for _, key := range keys {
			e.attempts[key] = &attempt{}
		}
	})
}

// Start implements runner.Executor.
func (e *Executor) Start(jobs []runner.Job) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	fresh := make([]runner.Job, 0, len(jobs))
	for _, job := range jobs {
		if e.attempts[job.Key] == nil {
			e.attempts[job.Key] = &attempt{job: &job}
			fresh = append(fresh, job)
		}
	}
	if len(fresh) == 0 {
		return e.err
	}
	return e.sayLocked(message{Start: fresh})
}

// Cancel implements runner.Executor.
func (e *Executor) Cancel(keys []string) error {
	return e.say(message{Cancel: keys}, func() {
		for _, key := range keys {
			if a := e.attempts[key]; a != nil {
				a.cancelled = true
			}
		}
	})
}

// Forget implements runner.Executor. Nobody waits for it, so it is said with whatever is
// said next.
func (e *Executor) Forget(keys []string) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	for _, key := range keys {
		delete(e.attempts, key)
	}
	e.forgotten = append(e.forgotten, keys...)
	return e.err
}

func (e *Executor) say(m message, remember func()) error {
	e.mu.Lock()
	defer e.mu.Unlock()
	remember()
	return e.sayLocked(m)
}

// sayLocked does not mind a line that breaks: the listener notices, and says everything
// that matters again on the next.
func (e *Executor) sayLocked(m message) error {
	if e.err != nil {
		return e.err
	}
	m.Forget, e.forgotten = e.forgotten, nil
	if err := e.line.send(m, patience); err != nil {
		e.line.Close()
	}
	return nil
}

// Close implements runner.Executor. When nothing runs the keeper goes too, and has left the
// state directory when Close returns.
func (e *Executor) Close() error {
	e.mu.Lock()
	if e.err == errClosed {
		e.mu.Unlock()
		return nil
	}
	close(e.closing)
	if e.err == nil {
		e.line.SetReadDeadline(time.Now().Add(patience))
		e.sayLocked(message{Bye: true})
	}
	e.err = errClosed
	e.mu.Unlock()
	<-e.gone
	return e.line.Close()
}

package local

import (
	"fmt"
	"log"
	"net"
	"os"
	"path/filepath"
	"runtime/debug"
	"time"

	"github.com/gofrs/flock"

	"github.com/tidemark-dev/tidemark/runner"
)

const (
	// ready is what a keeper says on its standard output when it can be called.
	ready = "ready"

	// sampleEvery is how often running tasks are looked at: logs, timeouts, orphans.
	sampleEvery = 100 * time.Millisecond

	// lingerFor is how long the news of a start waits for the news of an end, so that a
	// short task is one message and one transaction.
	lingerFor = 5 * time.Millisecond

	// lingerBusy is how long any news waits while the slots have enough to do: less than
	// half of what the runner gives them ahead lasts.
	lingerBusy = 40 * time.Millisecond

	// idleFor is how long a keeper without runner and without tasks stays.
	idleFor = 3 * time.Second

	// runnerPatience is how long a runner may not read before its line is cut. It dials
	// again and hears everything.
	runnerPatience = time.Second

	// lockPatience is how long a keeper waits for another that is on its way out.
	lockPatience = 5 * time.Second

	// growth is by how much the heap grows, in percent of what is alive, before garbage is
	// collected. Little is alive here, so that this costs next to nothing, and one process
	// of each runner stays small.
	growth = 25
)

// keeper is the parent of all tasks. One goroutine, in loop, owns everything here; others
// only put letters into the inbox.
type keeper struct {
	dir      string
	log      *log.Logger
	inbox    chan letter
	shutdown <-chan os.Signal
	children *children
	forkers  *forkers
	scratch  *scratch
	journal  *journal

	tasks   map[string]*task // all that are not forgotten
	queue   []*task          // to be started
	taken   int              // how many have ever been in it
	slots   int              // how many may run at once; 0: all
	low     int              // so few left in the queue that more should come
	forking int              // how many are being made into processes
	running map[int]*task    // our children, by pid
	orphans map[string]*task // a dead keeper's
	// starving says that the system had no room for the first of the queue, until the next look.
	starving bool
	told     *conn // the line whose runner knows of it

	line    *conn // to the runner, nil when there is none
	heard   bool  // the runner has said what it knows, so news makes sense to it
	out     []runner.Report
	ends    bool // out has more than starts in it
	urgent  bool // out must not wait
	leaving bool // go as soon as nothing runs
	done    bool

	sampler, linger, idle           *time.Timer
	sampling, lingering, considered bool // which of them are set
}

// Keep is the keeper's main. It returns when it is not needed any more: no runner, and
// nothing runs. Its standard output is the line that says that it is ready, or why not;
// its own troubles go to its standard error.
func Keep(stateDir string) error {
	debug.SetGCPercent(growth)
	dir, err := filepath.Abs(stateDir)
	if err == nil {
		err = keep(dir)
	}
	if err != nil {
		fmt.Println(err)
	}
	return err
}

func keep(dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	lock, err := acquire(dir)
	if err != nil {
		return err
	}
	if lock == nil { // another one is at work
		announce()
		return nil
	}
	defer lock.Unlock()
	k, err := newKeeper(dir)
	if err != nil {
		return err
	}
	listener, unlisten, err := listen(dir)
	if err != nil {
		return err
	}
	go k.accept(listener)
	announce()
	k.loop()
	listener.Close()
	unlisten()
	k.forkers.close()
	k.scratch.close()
	lock.Unlock()
	if k.line != nil {
		k.line.Close() // last: it tells the runner that nobody is in the directory any more
	}
	return nil
}

func announce() {
	fmt.Println(ready)
	os.Stdout.Close()
}

// acquire takes the lock, or returns nil when another keeper holds it and answers.
func acquire(dir string) (*flock.Flock, error) {
	lock := flock.New(filepath.Join(dir, "keeper.lock"))
	for giveUp := time.Now().Add(lockPatience); ; {
		ok, err := lock.TryLock()
		if err != nil {
			return nil, fmt.Errorf("cannot lock %q: %w", lock.Path(), err)
		}
		if ok {
			return lock, nil
		}
		if line, err := dial(dir); err == nil {
			line.Close()
			return nil, nil
		}
		if time.Now().After(giveUp) {
			return nil, fmt.Errorf("cannot lock %q: another keeper holds it and does not answer", lock.Path())
		}
		time.Sleep(lingerFor)
	}
}

func newKeeper(dir string) (*keeper, error) {
	k := &keeper{
		dir: dir, log: log.New(os.Stderr, "", log.LstdFlags|log.LUTC),
		inbox: make(chan letter), shutdown: shutdownSignals(),
		running: map[int]*task{}, orphans: map[string]*task{},
		sampler: stoppedTimer(), linger: stoppedTimer(), idle: stoppedTimer(),
	}
	null, err := os.Open(os.DevNull)
	if err != nil {
		return nil, err
	}
	if k.children, err = newChildren(); err != nil {
		return nil, err
	}
	k.forkers = newForkers(null)
	if err := k.takeOver(); err != nil {
		return nil, err
	}
	return k, nil
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(time.Hour)
	t.Stop()
	return t
}

// accept reads letters from whoever calls, until the listener is closed. Who calls while no
// file can be opened is answered when one can.
func (k *keeper) accept(listener net.Listener) {
	for {
		c, err := listener.Accept()
		if scarce(err) {
			time.Sleep(sampleEvery)
			continue
		}
		if err != nil {
			return
		}
		go k.read(newConn(c))
	}
}

func (k *keeper) read(from *conn) {
	for {
		m, err := from.receive()
		k.inbox <- letter{from, m, err}
		if err != nil {
			return
		}
	}
}

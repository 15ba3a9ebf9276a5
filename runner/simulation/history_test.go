package simulation

import (
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// steps are how many things happen in a history before it is let end well.
const steps = 14

// errOver ends a history that has failed.
var errOver = errors.New("the history is over")

// history is a database, who works with it, and what happened.
type history struct {
	t     *testing.T
	seed  uint64
	rng   *rand.Rand
	path  string
	begin time.Time

	db    *sqlite.DB // the runner's
	other *sqlite.DB // a person's
	look  *reader

	defs        []*pipelines.Pipeline // as the files stand
	shapes      map[string]shape
	starts      map[string][]time.Time // every start_date that a file ever named
	parsed      sync.Map               // definitions by their texts
	parallelism int
	outside     *outside
	runner      *life // nil: none runs
	fault       fault // armed for the runner's next turns

	seen   *record // the last snapshot
	orders []given

	lastOrder time.Time
	baton     atomic.Int64 // passed from fate to the runner that its own timer wakes: only one of them ever acts
	story     []string
}

func newHistory(t *testing.T, dir string, n uint64) *history {
	h := &history{t: t, seed: n, rng: rand.New(rand.NewPCG(n, 99)), begin: time.Now(), shapes: map[string]shape{}, starts: map[string][]time.Time{},
		path: filepath.Join(dir, fmt.Sprintf("%d.db", n))}
	h.check(copyFile(template(dir), h.path))
	h.db, h.other = h.open(), h.open()
	h.look = newReader(h)
	for i := range 2 {
		h.defs = append(h.defs, h.invent(fmt.Sprintf("p%d", i)))
	}
	h.parallelism = 1 + h.rng.IntN(4)
	h.outside = newOutside(h)
	h.seen = h.look.read()
	return h
}

func (h *history) open() *sqlite.DB {
	db, err := sqlite.Open(h.path, sqlite.Options{Fast: true, ReadLimit: 2})
	h.check(err)
	return db
}

func (h *history) close() {
	h.stop()
	h.look.close()
	for _, db := range []*sqlite.DB{h.db, h.other} {
		if err := db.Close(); err != nil {
			h.t.Error(err)
		}
	}
	os.RemoveAll(h.scratch())
	for _, suffix := range []string{"", "-wal", "-shm"} {
		os.Remove(h.path + suffix)
	}
}

// tell adds a line to the story.
func (h *history) tell(format string, args ...any) {
	h.story = append(h.story, fmt.Sprintf("%8s  ", time.Since(h.begin).Round(time.Second))+fmt.Sprintf(format, args...))
}

// wrong is something that must never be.
func (h *history) wrong(format string, args ...any) {
	h.t.Helper()
	h.tell("WRONG: "+format, args...)
	h.t.Errorf(format, args...)
	panic(errOver)
}

func (h *history) check(err error) {
	h.t.Helper()
	if err != nil {
		h.tell("ERROR: %v", err)
		h.t.Error(err)
		panic(errOver)
	}
}

// one says yes in one of n cases.
func (h *history) one(n int) bool { return h.rng.IntN(n) == 0 }

func (h *history) live() {
	h.run()
	for range steps {
		if h.runner == nil && h.one(2) {
			h.run()
		}
		h.arm()
		h.step()
		h.settle()
	}
	h.finish()
}

// step lets one thing happen.
func (h *history) step() {
	switch h.rng.IntN(12) {
	case 0:
		h.sleep(time.Duration(h.rng.IntN(180)) * time.Minute)
	case 1, 2:
		h.order()
	case 3:
		h.edit()
	case 4:
		h.misfortune()
	default:
		h.sleep(time.Duration(h.rng.IntN(90)) * time.Second)
		h.outside.speak()
	}
}

// settle waits until everybody waits for something, and checks.
func (h *history) settle() {
	h.outside.flush()
	synctest.Wait()
	h.bury()
	h.inspect()
}

func (h *history) sleep(d time.Duration) {
	h.tell("%s pass", d)
	h.baton.Add(1)
	time.Sleep(d)
	synctest.Wait()
}

// misfortune is what befalls a runner that waits, and what is around it.
func (h *history) misfortune() {
	switch h.rng.IntN(5) {
	case 0:
		h.tell("ctrl-c")
		h.stop()
	case 1:
		h.tell("kill -9 of the runner")
		h.stop() // it waits: nothing of it is half done
		h.reopen()
	case 2:
		h.outside.dies()
	case 3:
		h.tell("the machine restarts")
		h.stop()
		h.reopen()
		h.outside.reboot()
	case 4:
		h.outside.redial()
	}
}

// reopen is a new process's handle on the database.
func (h *history) reopen() {
	h.check(h.db.Close())
	h.db = h.open()
}

func (h *history) log() *slog.Logger { return slog.New(slog.DiscardHandler) }

func copyFile(from, to string) error {
	b, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	return os.WriteFile(to, b, 0o600)
}

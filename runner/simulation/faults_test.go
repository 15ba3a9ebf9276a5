package simulation

import (
	"context"
	"errors"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// errCrash is how a runner dies: whatever it was doing, it does nothing more.
var errCrash = errors.New("the runner dies")

// errDisk is what a runner hears of a disk that fails.
var errDisk = errors.New("disk I/O error")

// poison is the name of the task whose change no database accepts.
const poison = "no such task"

// fault is what shall go wrong in the runner's next turn that decides anything.
type fault int

const (
	noFault        fault = iota
	failToRead           // the disk cannot be read, the runner gives up
	dieUndecided         // after it has decided, before anything is written
	failToWrite          // the last of the writes fails, the runner gives up
	dieCommitted         // between the commit and the first call of the executor
	orderCommitted       // there somebody else gives an order
	dieForgetting        // the executor hears no Forget
	dieCancelling        // or no Cancel
	dieStarting          // or only some of the jobs
	faults
)

var faultNames = [faults]string{"", "cannot read", "dies before the commit", "cannot write", "dies after the commit", "is overtaken by an order",
	"dies before Forget", "dies before Cancel", "dies in Start"}

// arm sets a fault, sometimes.
func (h *history) arm() {
	if h.fault == noFault && h.one(6) {
		h.fault = 1 + fault(h.rng.IntN(int(faults)-1))
	}
}

// strikes says whether the armed fault is this one, and disarms it.
func (h *history) strikes(f fault) bool {
	if h.fault != f {
		return false
	}
	h.fault = noFault
	h.tell("the runner %s", faultNames[f])
	happened.count(f)
	return true
}

// store is the runner's database with its faults.
type store struct {
	*sqlite.DB
	h *history
}

// Update is the real one, unless the runner dies in it.
func (s *store) Update(ctx context.Context, now time.Time, decide func(*plan.World) plan.Decision) (d plan.Decision, err error) {
	s.h.baton.Add(1)
	died := false
	defer func() {
		if r := recover(); r == errCrash {
			d, err = plan.Decision{}, errCrash
		} else if r != nil {
			panic(r)
		}
	}()
	if s.h.strikes(failToRead) {
		return d, errDisk
	}
	d, err = s.DB.Update(ctx, now, func(w *plan.World) plan.Decision {
		d := decide(w)
		if d.Empty() {
			return d
		}
		if s.h.strikes(dieUndecided) {
			panic(errCrash)
		}
		if len(d.Tasks) > 0 && s.h.strikes(failToWrite) {
			bad := d.Tasks[0]
			bad.Task = poison
			d.Tasks = append(d.Tasks, bad)
		}
		died = s.h.strikes(dieCommitted)
		return d
	})
	if err == nil && died {
		return d, errCrash
	}
	if err == nil && !d.Empty() && s.h.strikes(orderCommitted) {
		s.h.order()
	}
	return d, err
}

// OpenAttempts is the real one, unless the disk fails as the runner starts.
func (s *store) OpenAttempts(ctx context.Context) ([]plan.AttemptKey, error) {
	if s.h.strikes(failToRead) {
		return nil, errDisk
	}
	return s.DB.OpenAttempts(ctx)
}

// Changed is the real one, unless the disk fails while the runner waits.
func (s *store) Changed(ctx context.Context) (bool, error) {
	s.h.baton.Add(1)
	if s.h.strikes(failToRead) {
		return false, errDisk
	}
	return s.DB.Changed(ctx)
}

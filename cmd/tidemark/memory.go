package main

import (
	"runtime/debug"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// How much the heap may grow, in percent of what is alive, before garbage is collected: while
// tasks come and go, or a plan of a million rows is made in one go, a collection costs time,
// and later nobody wants the memory.
const (
	busyGrowth = 400
	calmGrowth = 100

	// calmAfter is how long nothing has happened to a runner that idles.
	calmAfter = 2 * time.Second
)

// heap follows the load of a runner: with none it gives back what is free.
type heap struct {
	mu   sync.Mutex
	busy bool
	calm *time.Timer
}

// newHeap begins busy: reading the definitions is the first load.
func newHeap() *heap {
	h := &heap{busy: true}
	debug.SetGCPercent(busyGrowth)
	h.calm = time.AfterFunc(calmAfter, h.rest)
	return h
}

// observe hears of each decision that changes something.
func (h *heap) observe(d *plan.Decision) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calm.Reset(calmAfter)
	if !h.busy && len(d.Start) > 0 {
		h.busy = true
		debug.SetGCPercent(busyGrowth)
	}
}

func (h *heap) rest() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.busy = false
	debug.SetGCPercent(calmGrowth)
	debug.FreeOSMemory()
}

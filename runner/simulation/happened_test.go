package simulation

import (
	"sync/atomic"
	"testing"
)

// happened counts what went wrong over all histories: a fault that never strikes is no test.
var happened counts

type counts [faults]atomic.Int64

// tornDown counts the teardowns that were begun.
var tornDown atomic.Int64

func (c *counts) count(f fault) { c[f].Add(1) }

func (c *counts) log(t *testing.T) {
	t.Logf("%6d teardowns were begun", tornDown.Load())
	for f := noFault + 1; f < faults; f++ {
		t.Logf("%6d times the runner %s", c[f].Load(), faultNames[f])
	}
}

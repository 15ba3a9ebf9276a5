package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-dev/tidemark/runner/storetest"
)

// asked is a store that another writes to now and then, and counts how often it is asked.
type asked struct {
	*storetest.Memory
	times  int
	writes []time.Time     // that are still to be heard of
	heard  []time.Duration // how long after each
	before []int           // how often it was asked until then
}

func (a *asked) Changed(context.Context) (bool, error) {
	a.times++
	if len(a.writes) == 0 || time.Now().Before(a.writes[0]) {
		return false, nil
	}
	a.heard, a.before = append(a.heard, time.Since(a.writes[0])), append(a.before, a.times)
	a.writes = a.writes[1:]
	return true, nil
}

func TestALoopThatIdlesAsksSeldomAndStillHearsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begin := time.Now()
		told, untold := begin.Add(100*time.Second), begin.Add(150*time.Second)
		store := &asked{Memory: storetest.NewMemory(), writes: []time.Time{told, untold}}
		r := loop(t, store, newFake(time.Minute), "tasks: {a: 'true'}\n")
		r.Poll = 100 * time.Millisecond
		writes, armed := make(chan struct{}, 1), 0
		r.Watch = func() (<-chan struct{}, func()) { armed++; return writes, func() { armed-- } }
		// the log is written some time before the transaction is there
		time.AfterFunc(told.Sub(begin)-50*time.Millisecond, func() { writes <- struct{}{} })
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Second)
		defer cancel()
		_, _ = r.Run(ctx)
		if len(store.heard) != 2 || store.heard[0] > 20*time.Millisecond || store.heard[1] > time.Second {
			t.Errorf("heard %v after", store.heard)
		}
		if store.before[0] > 120 || armed != 0 {
			t.Errorf("asked %d times in 100 s, still armed %d", store.before[0], armed)
		}
	})
}

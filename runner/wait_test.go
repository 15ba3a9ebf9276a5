package runner_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/tidemark-dev/tidemark/runner/storetest"
)

// asked is a store that counts how often it is asked whether anybody has written.
type asked struct {
	*storetest.Memory
	times   int
	written time.Time // zero: nobody has
	heard   time.Duration
}

func (a *asked) Changed(context.Context) (bool, error) {
	a.times++
	if a.written.IsZero() || time.Now().Before(a.written) {
		return false, nil
	}
	a.heard, a.written = time.Since(a.written), time.Time{}
	return true, nil
}

func TestALoopThatIdlesAsksSeldomAndStillHearsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &asked{Memory: storetest.NewMemory()}
		r := loop(t, store, newFake(time.Minute), "tasks: {a: 'true'}\n")
		r.Poll = 100 * time.Millisecond
		writes, armed := make(chan struct{}, 1), 0
		r.Watch = func() (<-chan struct{}, func()) { armed++; return writes, func() { armed-- } }
		ctx, cancel := context.WithTimeout(t.Context(), 200*time.Second)
		defer cancel()
		go func() {
			time.Sleep(100 * time.Second)
			if store.times < 100 || store.times > 120 || armed != 1 {
				t.Errorf("asked %d times in 100 s, armed %d", store.times, armed)
			}
			// the log is written some time before the transaction is there
			store.written = time.Now().Add(50 * time.Millisecond)
			writes <- struct{}{}
			time.Sleep(50 * time.Second)
			if store.heard > 20*time.Millisecond || !store.written.IsZero() {
				t.Errorf("heard after %s", store.heard)
			}
			store.written = time.Now() // and nobody tells
		}()
		_, _ = r.Run(ctx)
		if store.heard > time.Second || !store.written.IsZero() || armed != 0 {
			t.Errorf("heard after %s, armed %d", store.heard, armed)
		}
	})
}

package simulation

import (
	"flag"
	"os"
	"runtime"
	"runtime/debug"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

var (
	histories = flag.Int("simulation.histories", 0, "how many histories to live through, on all processors; 0: as many as fit in a minute on one")
	seed      = flag.Uint64("simulation.seed", 0, "the one history to live through again; 0: all")
	from      = flag.Uint64("simulation.from", 1, "the first seed")
)

// TestHistories lives through random histories. A failure prints the story and the command
// that replays it.
func TestHistories(t *testing.T) {
	dir := scratch(t)
	defer debug.SetGCPercent(debug.SetGCPercent(800)) // much is made and little kept
	if *seed != 0 {
		live(t, dir, *seed)
		return
	}
	began, budget, workers := time.Now(), time.Minute, 1
	if testing.Short() {
		budget = 5 * time.Second
	}
	if *histories > 0 {
		budget, workers = time.Hour, 2*runtime.GOMAXPROCS(0) // each waits now and then
	}
	var next, done atomic.Uint64
	next.Store(*from)
	var wait sync.WaitGroup
	for range workers {
		wait.Go(func() {
			for !t.Failed() && time.Since(began) < budget {
				n := next.Add(1) - 1
				if *histories > 0 && n >= *from+uint64(*histories) {
					return
				}
				live(t, dir, n)
				done.Add(1)
			}
		})
	}
	wait.Wait()
	t.Logf("%d histories from seed %d in %s", done.Load(), *from, time.Since(began).Round(time.Millisecond))
	happened.log(t)
}

// scratch is a directory in memory where there is one: nobody pulls the plug here.
func scratch(t *testing.T) string {
	dir, err := os.MkdirTemp("/dev/shm", "tidemark-simulation-")
	if err != nil {
		return t.TempDir()
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	return dir
}

// live is one history, in a bubble of its own in which time stands still unless it is slept.
func live(t *testing.T, dir string, n uint64) (story []string) {
	synctest.Test(t, func(t *testing.T) {
		h := newHistory(t, dir, n)
		defer h.close()
		defer func() {
			story = h.story
			if r := recover(); r != nil && r != errOver {
				panic(r)
			}
			if t.Failed() || *seed != 0 {
				t.Logf("the story of seed %d:\n%s\nagain: go test ./runner/simulation -run TestHistories -simulation.seed %d",
					n, strings.Join(h.story, "\n"), n)
			}
		}()
		h.live()
	})
	return story
}

// TestASeedTellsTheSameStory, or a failure could not be lived through again.
func TestASeedTellsTheSameStory(t *testing.T) {
	dir := scratch(t)
	for n := range uint64(8) {
		one, two := live(t, dir, n+1), live(t, dir, n+1)
		for i := range max(len(one), len(two)) {
			if i >= len(one) || i >= len(two) || one[i] != two[i] {
				t.Fatalf("seed %d tells two stories, from line %d on:\n%s\n\n%s", n+1, i, strings.Join(one[max(i-2, 0):min(i+2, len(one))], "\n"),
					strings.Join(two[max(i-2, 0):min(i+2, len(two))], "\n"))
			}
		}
	}
}

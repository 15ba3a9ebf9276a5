//go:build unix

package local

import (
	"fmt"
	"net"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
)

// twoInTheMaking is a keeper with two tasks that are being made into processes, and one
// that waits for a slot.
func twoInTheMaking(t *testing.T) (k *keeper, a, b *task) {
	t.Helper()
	k, err := newKeeper(t.TempDir())
	must(t, err)
	t.Cleanup(k.forkers.close)
	k.forkers = &forkers{work: make(chan conception, 2), many: 2}
	for _, key := range []string{"a", "b", "c"} {
		k.take(runner.Job{Key: key, Argv: []string{"/bin/true"}, Dir: t.TempDir()})
	}
	k.startNext()
	k.startNext()
	return k, (<-k.forkers.work).task, (<-k.forkers.work).task
}

func (k *keeper) order() string {
	var keys []string
	for _, t := range k.queue {
		keys = append(keys, t.key)
	}
	return strings.Join(keys, " ")
}

func TestWhatFindsNoRoomKeepsItsPlaceInTheQueue(t *testing.T) {
	for _, first := range []string{"a", "b"} {
		k, a, b := twoInTheMaking(t)
		births := []newborn{{task: a, err: syscall.EAGAIN}, {task: b, err: fmt.Errorf("fork: %w", syscall.ENOMEM)}}
		if first == "b" {
			slices.Reverse(births)
		}
		for _, born := range births {
			k.born(born)
		}
		if got := k.order(); got != "a b c" || k.forking != 0 {
			t.Errorf("%s first: %q wait, %d are being made", first, got, k.forking)
		}
		if k.queued() != nil {
			t.Error("it is tried again at once")
		}
		k.look(a.begunAt)
		if k.queued() == nil {
			t.Error("it is not tried again after a look")
		}
	}
}

func TestACancelEndsWhatFoundNoRoom(t *testing.T) {
	k, a, b := twoInTheMaking(t)
	k.cancel("a")
	k.born(newborn{task: a, err: syscall.EAGAIN})
	k.born(newborn{task: b, err: syscall.EAGAIN})
	k.cancel("b")
	for _, task := range []*task{a, b} {
		if task.phase != ended || task.end.Reason != "cancelled" {
			t.Errorf("%s: %+v", task.key, task.end)
		}
	}
	if got := k.order(); got != "c" {
		t.Errorf("%q wait", got)
	}
}

// Its key is used up: another runner must not be told that it was never begun.
func TestWhatFoundNoRoomOutlivesItsRunner(t *testing.T) {
	k, a, b := twoInTheMaking(t)
	k.born(newborn{task: a, err: syscall.EAGAIN})
	k.born(newborn{task: b, err: syscall.EAGAIN})
	here, _ := net.Pipe()
	k.line = newConn(here)
	k.bye()
	if got := k.order(); got != "a b" || k.tasks["a"] == nil || k.tasks["c"] != nil || k.done {
		t.Errorf("%q wait, %v", got, k.tasks)
	}
}

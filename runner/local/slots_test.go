//go:build unix

package local

import (
	"os"
	"testing"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
)

func openSlots(t *testing.T, dir string, slots int) *Executor {
	t.Helper()
	o := optionsFor(t, dir)
	o.Slots = slots
	x, err := Open(o)
	must(t, err)
	t.Cleanup(func() { x.Close() })
	return x
}

func TestWhatExceedsTheSlotsWaitsAndStartsInOrder(t *testing.T) {
	dir := t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	x := openSlots(t, t.TempDir(), 1)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{
		shell(dir, "a", "echo a >>ran; echo >up; read x <gate; echo a ends >>ran"),
		shell(dir, "b", "echo b >>ran"),
		shell(dir, "c", "echo c >>ran"),
	}))
	up.Await()
	must(t, x.Start([]runner.Job{shell(dir, "d", "echo d >>ran")}))
	gate.Release()
	await(t, x, "d", runner.Ended)
	if got := content(dir + "/ran"); got != "a\na ends\nb\nc\nd\n" {
		t.Errorf("ran: %q", got)
	}
}

func TestACancelReachesWhatWaitsForASlot(t *testing.T) {
	dir := t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	x := openSlots(t, t.TempDir(), 1)
	must(t, x.Adopt(nil))
	must(t, x.Start([]runner.Job{
		shell(dir, "a", "echo >up; read x <gate"),
		shell(dir, "b", "touch ran"),
	}))
	up.Await()
	must(t, x.Cancel([]string{"b"}))
	if r := await(t, x, "b", runner.Ended); r.Reason != "cancelled" || r.ExitCode != -1 {
		t.Errorf("%+v", r)
	}
	gate.Release()
	await(t, x, "a", runner.Ended)
	if _, err := os.Stat(dir + "/ran"); err == nil {
		t.Error("it ran after all")
	}
}

func TestWhatWaitsForASlotIsLeftToTheNextRunner(t *testing.T) {
	dir, state := t.TempDir(), t.TempDir()
	up, gate := executortest.NewFifo(t, dir+"/up"), executortest.NewFifo(t, dir+"/gate")
	jobs := []runner.Job{
		shell(dir, "a", "echo >up; read x <gate; echo a >>ran"),
		shell(dir, "b", "echo b >>ran"),
	}
	x := openSlots(t, state, 1)
	must(t, x.Adopt(nil))
	must(t, x.Start(jobs))
	up.Await()
	must(t, x.Close())
	next := openSlots(t, state, 1)
	must(t, next.Adopt([]string{"a", "b"}))
	await(t, next, "b", runner.Unbegun)
	must(t, next.Start(jobs[1:]))
	gate.Release()
	await(t, next, "b", runner.Ended)
	if got := content(dir + "/ran"); got != "a\nb\n" {
		t.Errorf("ran: %q", got)
	}
}

package local

import (
	"os"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// letter is a message from a runner, or the end of its line.
type letter struct {
	from *conn
	message
	err error
}

// open carries out a letter.
func (k *keeper) open(l letter) {
	switch {
	case l.err != nil:
		k.hangUp(l.from)
		return
	case l.Hello != nil:
		k.greet(l.from, *l.Hello)
	case l.from != k.line:
		return // superseded; it is told
	}
	if len(l.Start) > 0 {
		k.heard = true
		for _, job := range l.Start {
			k.take(job)
		}
		k.low = len(k.queue) / 2
	}
	if l.Adopt != nil {
		k.adopt(l.Adopt.Keys)
	}
	for _, key := range l.Cancel {
		k.cancel(key)
	}
	for _, key := range l.Forget {
		k.forget(key)
	}
	if l.Bye {
		k.bye()
	}
}

// greet makes the caller the one runner. The last who calls is the living one: the database
// lets only one in.
func (k *keeper) greet(from *conn, h hello) {
	answer := hello{Protocol: protocol, PID: os.Getpid()}
	if h.Protocol != protocol {
		k.log.Printf("runner %d speaks protocol %d, not %d", h.PID, h.Protocol, protocol)
		answer.Leaving = !k.busy()
		k.done = answer.Leaving
		from.send(message{Hello: &answer}, runnerPatience)
		return
	}
	if k.line != nil {
		k.line.send(message{Superseded: true}, runnerPatience)
		k.line.Close()
	}
	k.line, k.heard, k.slots, k.out, k.ends, k.urgent = from, false, h.Slots, nil, false, false
	if from.send(message{Hello: &answer}, runnerPatience) != nil {
		k.hangUp(from)
	}
}

func (k *keeper) hangUp(c *conn) {
	c.Close()
	if c == k.line {
		k.line, k.out = nil, nil
	}
}

// bye lets the runner go. What waits for a slot is left to the next runner, which learns
// that it was never begun; what was begun and waits for room is not. If nothing runs the
// keeper goes too, and hangs up when it has.
func (k *keeper) bye() {
	k.queue = slices.DeleteFunc(k.queue, func(t *task) bool {
		if t.written() {
			return false
		}
		delete(k.tasks, t.key)
		return true
	})
	if k.busy() {
		k.flush()
		k.hangUp(k.line)
		return
	}
	k.done = true
}

// take queues a job, unless its key was ever begun.
func (k *keeper) take(job runner.Job) {
	if t := k.tasks[job.Key]; t != nil {
		k.tell(t.history()...)
		return
	}
	t := newTask(job)
	k.tasks[t.key] = t
	k.taken++
	t.place = k.taken
	k.queue = append(k.queue, t)
}

// adopt answers for every key, and forgets the ends that the database holds already.
func (k *keeper) adopt(keys []string) {
	if !k.heard {
		k.heard, k.out = true, nil // the answers say all of it, in order
	}
	asked := make(map[string]bool, len(keys))
	for _, key := range keys {
		asked[key] = true
		if t := k.tasks[key]; t != nil {
			k.tell(t.history()...)
			continue
		}
		k.tell(k.unknown(key))
	}
	k.vouch()
	for key, t := range k.tasks {
		switch {
		case asked[key]:
		case t.live():
			k.log.Printf("%s: runs, and the runner does not know it", key)
		default:
			delete(k.tasks, key)
		}
	}
	k.urgent = true
}

// unknown answers for an attempt that is not in the journal. A journal that goes back to
// before the attempt proves that it was never begun; one that may be younger than it, after
// a reboot or because it was removed, proves nothing.
func (k *keeper) unknown(key string) runner.Report {
	if k.journal.vouches {
		return runner.Report{Key: key, Event: runner.Unbegun, Time: time.Now(), ExitCode: -1}
	}
	t := &task{key: key, begunAt: time.Now()}
	t.lose(t.begunAt, "the keeper has no record of it, and its journal is younger")
	k.tasks[key] = t
	k.journal.add(t.records()...)
	return t.end
}

// vouch writes down that every attempt before this moment has been answered for: what is
// not in the journal from here on was never begun.
func (k *keeper) vouch() {
	if k.journal.vouches || k.journal.boot == "" {
		return
	}
	k.journal.vouches = true
	k.journal.add(vouchRecord)
	k.write()
}

func (k *keeper) cancel(key string) {
	t := k.tasks[key]
	if t == nil || !t.live() || t.stopping != "" {
		return
	}
	now := time.Now()
	switch {
	case t.phase == queued:
		k.queue = slices.DeleteFunc(k.queue, func(q *task) bool { return q == t })
		t.begunAt = now
		t.refuse(now, "cancelled")
		k.journal.add(t.records()...)
		k.conclude(t)
	case t.phase == orphaned && !t.process.alive():
		k.bury(t, now) // its pid may be somebody else's by now
	default:
		k.stop(t, now, "cancelled")
	}
	k.write()
}

func (k *keeper) forget(key string) {
	if t := k.tasks[key]; t != nil && !t.live() {
		delete(k.tasks, key)
	}
}

// tell puts reports into the next message. The news of a start can wait a little, and that
// of an end too while the slots have work: the more goes into one message, the less a turn
// of the runner costs each task.
func (k *keeper) tell(reports ...runner.Report) {
	for _, r := range reports {
		k.out = append(k.out, r)
		k.ends = k.ends || r.Event != runner.Started
	}
}

// flush sends what is to be told. With no runner, or one that has not asked yet, it is
// dropped: the runner's first question is answered with all of it.
func (k *keeper) flush() {
	k.linger.Stop()
	reports := k.out
	k.out, k.ends, k.urgent, k.lingering = nil, false, false, false
	k.low = min(k.low, len(k.queue)/2) // while the runner takes its turn, not each end is news again
	k.write()
	if len(reports) == 0 || k.line == nil || !k.heard {
		return
	}
	if k.line.send(message{Reports: reports}, runnerPatience) != nil {
		k.hangUp(k.line)
	}
}

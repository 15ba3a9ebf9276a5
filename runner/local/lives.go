package local

import (
	"fmt"
	"slices"
	"time"
)

// startNext has a process made of the first task in the queue. Its line is in the journal
// before it exists: from here on its key is used up.
func (k *keeper) startNext() {
	t := k.queue[0]
	t.begunAt = time.Now()
	err := k.begin(t)
	if scarce(err) {
		t.phase = queued
		k.starve(err)
		return
	}
	k.queue[0] = nil
	k.queue = k.queue[1:]
	if err != nil {
		k.miscarry(t, err.Error())
		return
	}
	k.forking++
	w := conception{t, t.job, t.output.file, t.output.veil.end()}
	if k.forking == 1 && len(k.queue) == 0 {
		k.born(k.forkers.make(w))
		return
	}
	k.forkers.work <- w
}

// born takes note of a process that now exists, or of why it does not.
func (k *keeper) born(b newborn) {
	k.forking--
	t := b.task
	t.output.veil.draw()
	switch {
	case scarce(b.err) && t.stopping != "":
		k.miscarry(t, t.stopping)
		return
	case scarce(b.err):
		k.putBack(t)
		k.starve(cannotStart(t, b.err))
		return
	case b.err != nil:
		k.miscarry(t, cannotStart(t, b.err).Error())
		return
	}
	t.process, t.startedAt = b.process, t.begunAt
	t.phase, t.job = running, nil
	k.running[t.process.pid] = t
	k.children.add(t.process.pid, b.handle)
	k.journal.add(t.startedRecord())
	k.tell(t.started())
	if t.stopping != "" { // cancelled while it was being made
		t.stop(time.Now(), t.stopping)
	}
	if !findsWriters {
		k.write() // else the line is written when the start is told, or with the next line
	}
}

// putBack queues a task again for which the system has no room, in its old place: that is
// no fault of its own, and passes.
func (k *keeper) putBack(t *task) {
	t.phase = queued
	at, _ := slices.BinarySearchFunc(k.queue, t, func(a, b *task) int { return a.place - b.place })
	k.queue = slices.Insert(k.queue, at, t)
}

// miscarry ends a task that never became a process.
func (k *keeper) miscarry(t *task, why string) {
	t.refuse(time.Now(), why)
	k.journal.add(t.endRecord())
	k.conclude(t)
	k.write()
}

func (k *keeper) begin(t *task) error {
	if len(t.job.Argv) == 0 {
		t.phase = begun
		k.journal.add(t.begunRecord())
		return fmt.Errorf("cannot start: the command is empty")
	}
	err := k.prepare(t)
	if err == nil {
		t.output.veil, err = newVeil(t.job, t.output.file)
	}
	return cannotStart(t, err)
}

func cannotStart(t *task, err error) error {
	if err != nil {
		return fmt.Errorf("cannot start %q: %w", t.job.Argv[0], err)
	}
	return nil
}

// prepare gives a task the file for its output and writes that it is begun, once.
func (k *keeper) prepare(t *task) error {
	if t.output.file != nil {
		t.phase = begun
		return nil
	}
	it, err := k.scratch.take()
	if scarce(err) {
		return err
	}
	t.phase = begun
	t.output.id, t.output.file, t.output.scratch = it.id, it.file, k.scratch.path(it.id)
	k.journal.add(t.begunRecord())
	if err == nil {
		err = k.journal.write()
	}
	return err
}

// starve lets the queue wait for the next look, and tells why, once to each runner.
func (k *keeper) starve(err error) {
	k.starving = true
	if k.line == nil || k.told == k.line {
		return
	}
	k.told = k.line
	text := fmt.Sprintf("no process can be started, %d wait: %v; they start as soon as the system has room", len(k.queue), err)
	k.log.Print(text)
	if k.line.send(message{Trouble: text}, runnerPatience) != nil {
		k.hangUp(k.line)
	}
}

// reap takes note of children that have ended.
func (k *keeper) reap(exits []exit) {
	for _, x := range exits {
		t := k.running[x.pid]
		if t == nil {
			continue
		}
		delete(k.running, x.pid)
		if t.stopping != "" {
			kill(x.pid) // what is left of the group
		}
		t.finish(time.Now(), x)
		k.close(t)
		k.journal.add(t.endRecord())
		k.conclude(t)
	}
	k.write()
	if k.journal.full() {
		if err := k.journal.compact(k.tasks); err != nil {
			k.log.Print(err)
		}
	}
}

// close ends the output of a task before its end is written, so that a task with an end
// has its log in place.
func (k *keeper) close(t *task) {
	k.trouble(t, t.output.veil.close())
	t.output.veil = nil
	silent, err := t.output.finish(t.end.Time)
	k.trouble(t, err)
	if silent {
		it := spare{t.output.id, t.output.file}
		if t.phase == lost || leftovers(t.process.pid) {
			k.scratch.drop(it) // somebody may still write to it
		} else {
			k.scratch.give(it)
		}
	}
	t.output.file = nil
}

// conclude tells of an end that the journal has been given.
func (k *keeper) conclude(t *task) {
	if t.output.file != nil {
		k.scratch.give(spare{t.output.id, t.output.file}) // it never was a process's
		t.output.file = nil
	}
	k.tell(t.end)
}

func (k *keeper) stop(t *task, now time.Time, why string) {
	t.stop(now, why)
	k.journal.add(t.stoppingRecord())
}

// bury ends an orphan. Its exit code went to init; only if we killed it is the end known.
func (k *keeper) bury(t *task, now time.Time) {
	delete(k.orphans, t.key)
	if t.stopping != "" {
		kill(t.process.pid)
		t.finish(now, exit{pid: t.process.pid, code: -1})
	} else {
		t.lose(now, "its keeper died and its exit code with it")
	}
	k.close(t)
	k.journal.add(t.endRecord())
	k.conclude(t)
}

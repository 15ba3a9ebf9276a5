package local

import (
	"fmt"
	"time"
)

// startNext has a process made of the first task in the queue. Its line is in the journal
// before it exists: from here on its key is used up.
func (k *keeper) startNext() {
	t := k.queue[0]
	k.queue[0] = nil
	k.queue = k.queue[1:]
	t.begunAt = time.Now()
	if err := k.begin(t); err != nil {
		k.miscarry(t, err)
		return
	}
	k.forking++
	k.forkers.work <- conception{t, t.job, t.output.file, t.output.veil.end()}
}

// born takes note of a process that now exists, or of why it does not.
func (k *keeper) born(b newborn) {
	k.forking--
	t := b.task
	t.output.veil.draw()
	if b.err != nil {
		k.miscarry(t, fmt.Errorf("cannot start %q: %w", t.job.Argv[0], b.err))
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

// miscarry ends a task that never became a process.
func (k *keeper) miscarry(t *task, why error) {
	t.refuse(time.Now(), why.Error())
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
	it, err := k.scratch.take()
	t.phase = begun
	t.output.id, t.output.file, t.output.scratch = it.id, it.file, k.scratch.path(it.id)
	k.journal.add(t.begunRecord())
	if err == nil {
		err = k.journal.write()
	}
	if err == nil {
		t.output.veil, err = newVeil(t.job, it.file)
	}
	if err != nil {
		return fmt.Errorf("cannot start %q: %w", t.job.Argv[0], err)
	}
	return nil
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

package local

import "time"

// always is a channel that can always be received from.
var always = func() chan struct{} { c := make(chan struct{}); close(c); return c }()

// loop does one thing at a time until the keeper is not needed any more.
func (k *keeper) loop() {
	k.settle()
	for !k.done {
		select {
		case notice := <-k.children.C:
			k.reap(k.children.collect(notice))
		case l := <-k.inbox:
			k.open(l)
		case b := <-k.forkers.C:
			k.born(b)
		case <-k.queued():
			k.startNext()
		case now := <-k.sampler.C:
			k.sampling = false
			k.look(now)
		case <-k.linger.C:
			k.urgent = true
		case <-k.idle.C:
			k.done = true
		case s := <-k.shutdown:
			k.log.Printf("%v: going when nothing runs", s)
			k.leaving = true
		}
		k.settle()
	}
}

func (k *keeper) queued() <-chan struct{} {
	if len(k.queue) == 0 || k.starving || k.forking == k.forkers.many || k.full() {
		return nil
	}
	return always
}

// full says whether all slots are taken.
func (k *keeper) full() bool {
	return k.slots > 0 && k.forking+len(k.running)+len(k.orphans) >= k.slots
}

func (k *keeper) busy() bool { return k.forking+len(k.running)+len(k.orphans)+len(k.queue) > 0 }

// settle sends what must be sent and sets the timers to what has become of the state.
func (k *keeper) settle() {
	if k.urgent || k.ends && len(k.queue) <= k.low {
		k.flush()
	}
	if (len(k.out) > 0 || k.journal.untried) && !k.lingering {
		k.linger.Reset(k.patience())
		k.lingering = true
	}
	busy := k.busy()
	if busy && !k.sampling {
		k.sampler.Reset(sampleEvery)
		k.sampling = true
	}
	if unneeded := !busy && k.line == nil; unneeded != k.considered {
		k.considered = unneeded
		k.idle.Stop()
		if unneeded {
			k.idle.Reset(idleFor)
		}
	}
	if k.leaving && !busy {
		k.done = true
	}
}

// patience is how long news may wait for more of it: the more goes into one message, the less
// a turn of the runner costs each task. While the slots have work nothing waits for it.
func (k *keeper) patience() time.Duration {
	if len(k.queue) > k.low {
		return lingerBusy
	}
	return lingerFor
}

// look is what has to be done from time to time while something runs.
func (k *keeper) look(now time.Time) {
	k.starving = false
	k.write() // starts come before logs: until then a process is found by its scratch file
	for _, t := range k.running {
		k.lookAt(t, now)
	}
	for _, t := range k.orphans {
		if t.process.alive() {
			k.lookAt(t, now)
		} else {
			k.bury(t, now)
		}
	}
	k.write()
}

func (k *keeper) lookAt(t *task, now time.Time) {
	k.trouble(t, t.output.sample(now))
	if t.overdue(now) {
		k.stop(t, now, "timeout")
	}
	t.press(now)
}

// trouble tells of a log that cannot be written, once. The task does not suffer from it.
func (k *keeper) trouble(t *task, err error) {
	if err != nil && !t.output.troubled {
		t.output.troubled = true
		k.log.Printf("%s: cannot write its log, output stays in %q: %v", t.key, t.output.scratch, err)
	}
}

// write brings the journal up to date. When the disk does not take it the tasks go on, the
// runner is told all the same, and the lines are tried again with the next.
func (k *keeper) write() {
	if err := k.journal.write(); err != nil {
		k.log.Print(err)
	}
}

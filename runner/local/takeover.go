package local

import (
	"path/filepath"
	"time"
)

// takeOver reads what a dead keeper left: processes that still run become orphans, logs are
// put in their place, and what has neither process nor end is lost.
func (k *keeper) takeOver() error {
	boot, vouches, tasks, err := replay(k.dir)
	if err != nil {
		return err
	}
	k.tasks = tasks
	now, sameBoot := time.Now(), boot == bootID()
	held := map[int64]bool{}
	for _, t := range tasks {
		if !t.live() {
			continue
		}
		t.output.reopen(filepath.Join(k.dir, "scratch"))
		if sameBoot && t.recognise() {
			t.phase = orphaned
			k.orphans[t.key] = t
			held[t.output.id] = true
		}
	}
	if k.scratch, err = openScratch(k.dir, held); err != nil {
		return err
	}
	for _, t := range tasks {
		if t.live() && t.phase != orphaned {
			t.lose(now, whyLost(t, sameBoot))
			k.close(t)
		}
	}
	k.journal, err = newJournal(k.dir, bootID(), vouches && sameBoot, tasks)
	return err
}

// recognise says whether the task's process still runs, and finds the one of a task that
// was forked but not written down.
func (t *task) recognise() bool {
	if t.phase == begun {
		p, found := writerOf(t.output.scratch)
		if found {
			t.process, t.startedAt = p, t.begunAt
		}
		return found
	}
	return t.process.alive()
}

func whyLost(t *task, sameBoot bool) string {
	switch {
	case !sameBoot:
		return "the machine was restarted while it ran"
	case t.phase == begun:
		return "its keeper died while it was starting"
	}
	return "it ended while no keeper watched"
}

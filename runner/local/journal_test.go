//go:build unix

package local

import (
	"os"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// history has a task in every phase that the journal knows.
func history() map[string]*task {
	at := time.Unix(1_700_000_000, 123)
	make := func(key string) *task {
		t := newTask(runner.Job{Key: key, Log: "/logs/" + key, Timeout: time.Hour})
		t.phase, t.begunAt, t.job = begun, at, nil
		return t
	}
	tasks := map[string]*task{}
	for _, key := range []string{"begun", "running", "stopping", `en"ded \n`, "lost", "refused"} {
		tasks[key] = make(key)
		if key == "begun" || key == "refused" {
			continue
		}
		tasks[key].phase, tasks[key].startedAt, tasks[key].process = running, at, process{12, 34, 35}
	}
	tasks["stopping"].stopping, tasks["stopping"].stopAt = "timeout", at
	tasks[`en"ded \n`].finish(at, exit{pid: 12, code: -1, signal: 9, user: 1, system: 2, rss: 3})
	tasks["lost"].lose(at, "why\nnot")
	tasks["refused"].refuse(at, `cannot start "x": no such file or directory`)
	return tasks
}

func TestWhatTheJournalHoldsIsWhatWasWritten(t *testing.T) {
	dir, want := t.TempDir(), history()
	_, err := newJournal(dir, "this boot", true, want)
	must(t, err)
	boot, vouches, got, err := replay(dir)
	must(t, err)
	if boot != "this boot" || !vouches || !reflect.DeepEqual(got, want) {
		t.Errorf("boot %q", boot)
		for key := range want {
			t.Errorf("%s:\n got %+v\nwant %+v", key, got[key], want[key])
		}
	}
}

func TestAJournalMayBeTornAnywhere(t *testing.T) {
	dir := t.TempDir()
	_, err := newJournal(dir, "boot", true, history())
	must(t, err)
	whole := content(journalPath(dir))
	for n := range len(whole) {
		must(t, os.WriteFile(journalPath(dir), []byte(whole[:n]), 0o600))
		_, _, tasks, err := replay(dir)
		if err != nil || len(tasks) > len(history()) {
			t.Fatalf("torn at %d: %v", n, err)
		}
	}
}

func TestAJournalOfAnotherVersionIsRefused(t *testing.T) {
	dir := t.TempDir()
	must(t, os.WriteFile(journalPath(dir), []byte("journal \"boot\" 2 \"\"\n"), 0o600))
	if _, _, _, err := replay(dir); err == nil || !strings.Contains(err.Error(), "version 2") {
		t.Error(err)
	}
}

func TestAfterARebootWhatHasNoEndIsLost(t *testing.T) {
	state := t.TempDir()
	tasks := history()
	tasks["running"].process = process{os.Getpid(), birthClock() - 1e6, birthClock()} // it seems to run
	_, err := newJournal(state, "another boot", true, tasks)
	must(t, err)
	x := open(t, state)
	must(t, x.Adopt([]string{"running", "begun", "refused", "unknown"}))
	lost := map[string]string{}
	for len(lost) < 3 {
		for _, r := range <-x.Reports() {
			if r.Event == runner.Lost {
				lost[r.Key] = r.Reason
			}
		}
	}
	for _, key := range []string{"running", "begun"} {
		if !strings.Contains(lost[key], "restarted") {
			t.Errorf("%s: %q", key, lost[key])
		}
	}
	if !strings.Contains(lost["unknown"], "no record") {
		t.Errorf("what ran before the reboot may not be in the journal: %q", lost["unknown"])
	}
}

func TestAFullDiskKeepsLinesForLater(t *testing.T) {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	j, err := newJournal(dir, "boot", false, nil)
	must(t, err)
	good := j.file
	j.file = full
	j.add(history()["begun"].begunRecord())
	if err := j.write(); err == nil {
		t.Fatal("no error from a full disk")
	}
	j.file = good
	must(t, j.write())
	if _, _, tasks, err := replay(dir); err != nil || tasks["begun"] == nil {
		t.Errorf("%v %v", tasks, err)
	}
}

func TestCompactingForgetsWhatIsForgotten(t *testing.T) {
	dir := t.TempDir()
	j, err := newJournal(dir, "boot", true, history())
	must(t, err)
	must(t, j.compact(nil))
	j.add(history()["lost"].records()...)
	must(t, j.write())
	if _, _, tasks, err := replay(dir); err != nil || len(tasks) != 1 || tasks["lost"] == nil {
		t.Errorf("%v %v", tasks, err)
	}
}

package local

import (
	"fmt"
	"os"
	"path/filepath"
	"time"
)

const (
	journalVersion = 1

	// compactFrom is the size in bytes from which the journal is written anew without what
	// is forgotten: some ten thousand short tasks.
	compactFrom = 4 << 20
)

// journal is the keeper's memory of every attempt that is not forgotten. Lines are written
// before anybody is told, each group of them with one write.
type journal struct {
	file    *os.File
	path    string
	boot    string
	size    int64
	next    int64  // the size at which compacting is worth while again
	pending []byte // what the disk did not take yet
	untried bool   // some of it came after the last write
	vouches bool   // what is not in it was never begun
}

var vouchRecord = record{verb: "vouch", numbers: []int64{}}

func journalPath(dir string) string { return filepath.Join(dir, "journal") }

// newJournal writes a journal of these tasks in place of the one that is there.
func newJournal(dir, boot string, vouches bool, tasks map[string]*task) (*journal, error) {
	j := &journal{path: journalPath(dir), boot: boot, vouches: vouches}
	if err := j.compact(tasks); err != nil {
		return nil, err
	}
	return j, nil
}

// add appends records to what the next write will write.
func (j *journal) add(records ...record) {
	for _, r := range records {
		j.pending = appendRecord(j.pending, r)
	}
	j.untried = true
}

// write puts everything added into the file. After an error, a full disk for one, the rest
// is kept and the next write begins where this one broke off.
func (j *journal) write() error {
	j.untried = false
	if len(j.pending) == 0 {
		return nil
	}
	n, err := j.file.Write(j.pending)
	j.size += int64(n)
	j.pending = append(j.pending[:0], j.pending[n:]...)
	if err != nil {
		return fmt.Errorf("cannot write journal: %w", err)
	}
	return nil
}

// full says whether compacting is worth while.
func (j *journal) full() bool { return j.size >= j.next }

// compact writes a new file of these tasks and puts it in the place of the old one.
func (j *journal) compact(tasks map[string]*task) error {
	j.next = j.size + compactFrom // should it fail: not again at once
	b := appendRecord(nil, record{verb: "journal", key: j.boot, numbers: []int64{journalVersion}})
	if j.vouches {
		b = appendRecord(b, vouchRecord)
	}
	for _, t := range tasks {
		for _, r := range t.records() {
			b = appendRecord(b, r)
		}
	}
	file, err := replaceFile(j.path, b)
	if err != nil {
		return fmt.Errorf("cannot write journal: %w", err)
	}
	if j.file != nil {
		j.file.Close()
	}
	j.file, j.size, j.pending = file, int64(len(b)), j.pending[:0]
	j.next = max(compactFrom, 2*j.size)
	return nil
}

func replaceFile(path string, b []byte) (*os.File, error) {
	file, err := os.OpenFile(path+".new", os.O_CREATE|os.O_WRONLY|os.O_TRUNC|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	if _, err = file.Write(b); err == nil {
		err = file.Sync() // or a loss of power could leave an empty file under the old name
	}
	if err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		file.Close()
		return nil, err
	}
	return file, nil
}

// records are the lines that lead to where the task is now.
func (t *task) records() []record {
	if t.phase == queued {
		return nil
	}
	records := []record{t.begunRecord()}
	if !t.startedAt.IsZero() {
		records = append(records, t.startedRecord())
	}
	if t.stopping != "" {
		records = append(records, t.stoppingRecord())
	}
	if !t.live() {
		records = append(records, t.endRecord())
	}
	return records
}

func (t *task) begunRecord() record {
	return record{"begun", t.key, []int64{t.begunAt.UnixNano(), t.output.id, int64(t.timeout), int64(t.grace)}, t.output.log}
}

func (t *task) startedRecord() record {
	p := t.process
	return record{"started", t.key, []int64{t.startedAt.UnixNano(), int64(p.pid), p.earliest, p.newest}, ""}
}

func (t *task) stoppingRecord() record {
	return record{"stopping", t.key, []int64{t.stopAt.UnixNano()}, t.stopping}
}

func (t *task) endRecord() record {
	e := t.end
	if t.phase == lost {
		return record{"lost", t.key, []int64{e.Time.UnixNano()}, e.Reason}
	}
	return record{"ended", t.key, []int64{e.Time.UnixNano(), int64(e.ExitCode), int64(e.Signal),
		int64(e.UserCPU), int64(e.SystemCPU), e.MaxRSS}, e.Reason}
}

// instant is the time that a number of the journal stands for.
func instant(ns int64) time.Time { return time.Unix(0, ns) }

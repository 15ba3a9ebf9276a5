package local

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// output is where a task writes: a scratch file that becomes its log as soon as there is
// something in it.
type output struct {
	id      int64    // of the scratch file
	file    *os.File // the scratch file, under whatever name it has now; nil: nothing to look at
	scratch string   // its first path
	log     string   // the path it shall have
	veil    *veil    // before the file, where the task knows secrets

	size      int64 // at the last sample
	published bool  // something can be read at log
	copied    bool  // log cannot be the file itself, so it is copied at the end
	sampled   bool  // there is a file of times
	troubled  bool  // an error was told
}

// sample looks whether the output has grown, and notes when.
func (o *output) sample(now time.Time) error {
	if o.file == nil {
		return nil
	}
	info, err := o.file.Stat()
	if err != nil || info.Size() == o.size {
		return err
	}
	if err := o.publish(); err != nil {
		return err
	}
	o.size, o.sampled = info.Size(), true
	return appendTime(o.log, o.size, now)
}

// finish publishes what there is and closes the file. A silent output stays open, to be
// used again.
func (o *output) finish(now time.Time) (silent bool, err error) {
	if o.file == nil {
		return false, nil
	}
	info, err := o.file.Stat()
	if err != nil {
		return false, err
	}
	if info.Size() == 0 && !o.published {
		return true, nil
	}
	defer o.file.Close()
	if err := o.publish(); err != nil {
		return false, err
	}
	if o.sampled && info.Size() != o.size {
		err = appendTime(o.log, info.Size(), now)
	}
	if o.copied {
		err = errors.Join(err, o.copy())
	}
	return false, err
}

// publish gives the file its name. On another file system a link stands in until the task
// has ended.
func (o *output) publish() error {
	if o.published {
		return nil
	}
	err := os.Rename(o.scratch, o.log)
	if errors.Is(err, fs.ErrNotExist) {
		if err := os.MkdirAll(filepath.Dir(o.log), 0o755); err != nil {
			return err
		}
		err = os.Rename(o.scratch, o.log)
	}
	if err != nil {
		if _, problem := os.Stat(filepath.Dir(o.log)); problem != nil {
			return err
		}
		o.copied = true
		os.Remove(o.log)
		os.Symlink(o.scratch, o.log) // so that it can be followed; no matter if it cannot
	}
	o.published = true
	os.Remove(timesPath(o.log)) // of an earlier database
	return nil
}

// copy puts a copy of the scratch file in the place of the link.
func (o *output) copy() error {
	if _, err := o.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	part := o.log + ".part"
	to, err := os.OpenFile(part, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, o.file)
	if err = errors.Join(err, to.Close()); err == nil {
		err = os.Rename(part, o.log)
	}
	if err != nil {
		os.Remove(part)
		return err
	}
	o.file.Close()
	return os.Remove(o.scratch)
}

// reopen finds the output of a dead keeper's task: still in scratch, or published.
func (o *output) reopen(dir string) {
	o.scratch = scratchPath(dir, o.id)
	file, err := os.OpenFile(o.scratch, os.O_RDWR|os.O_APPEND, 0)
	if err != nil {
		if file, err = os.OpenFile(o.log, os.O_RDWR|os.O_APPEND, 0); err != nil {
			return // nothing was written, or somebody removed it
		}
		o.published, o.sampled = true, true
	}
	o.file = file
}

package local

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// maxMasked is how large a file may be in which secrets are masked: more than what is read of one.
const maxMasked = 1 << 20

// How long the end of a task waits for the end of its output, which only those can put off
// whom it left behind: until nothing is left to read, and at most so often where they write
// on and on.
const (
	drainFor   = 50 * time.Millisecond
	drainTimes = 40
)

// veil stands between a task that knows secrets and its output: a pipe, because what is
// once in a file has been seen. So such a task is tied to its keeper: if that is killed,
// what the task writes later goes nowhere.
type veil struct {
	in      *os.File // the keeper's end
	out     *os.File // the task's end, until the task has it
	secrets [][]byte
	files   []string // in which they are masked at the end
	done    chan struct{}

	mu     sync.Mutex
	mask   *mask
	closed bool
	err    error
}

// newVeil returns nil for a job without secrets.
func newVeil(job *runner.Job, to io.Writer) (*veil, error) {
	secrets := secretsOf(job)
	if len(secrets) == 0 {
		return nil, nil
	}
	in, out, err := os.Pipe()
	if err != nil {
		return nil, fmt.Errorf("cannot make a pipe for the output: %w", err)
	}
	return &veil{in: in, out: out, secrets: secrets, files: job.Masked, done: make(chan struct{}), mask: newMask(to, secrets)}, nil
}

// end is what the task writes to; nil where that is its output itself.
func (v *veil) end() *os.File {
	if v == nil {
		return nil
	}
	return v.out
}

// draw begins to read, when the task has its end of the pipe or will never have it.
func (v *veil) draw() {
	if v == nil {
		return
	}
	v.out.Close()
	go func() {
		defer close(v.done)
		defer v.in.Close()
		io.Copy(v, v.in)
	}()
}

// Write takes what the task writes. After the end, or when it cannot be kept, it goes
// nowhere: the task does not suffer from it.
func (v *veil) Write(p []byte) (int, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.closed && v.err == nil {
		_, v.err = v.mask.Write(p)
	}
	return len(p), nil
}

// close ends the output, and masks the files that the task leaves.
func (v *veil) close() error {
	if v == nil {
		return nil
	}
	v.drain()
	v.mu.Lock()
	defer v.mu.Unlock()
	v.closed = true
	if v.err == nil {
		v.err = v.mask.flush()
	}
	errs := []error{v.err}
	for _, file := range v.files {
		errs = append(errs, maskFile(file, v.secrets))
	}
	return errors.Join(errs...)
}

// drain waits until all that the task itself wrote has been read.
func (v *veil) drain() {
	for n, quiet := 0, 0; n < drainTimes && quiet < 2; n++ {
		select {
		case <-v.done:
			return
		case <-time.After(drainFor):
			if quiet++; unread(v.in) {
				quiet = 0
			}
		}
	}
}

// maskFile masks secrets in a file. One in which they cannot be masked is removed, unless
// it is too large to be read.
func maskFile(path string, secrets [][]byte) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err == nil && info.Size() > maxMasked && info.Mode().IsRegular():
		return nil
	case err == nil && info.Mode().IsRegular():
		err = rewrite(path, secrets)
	case err == nil:
		err = fmt.Errorf("%q is no file in which secrets can be masked", path)
	}
	if err != nil {
		os.Remove(path)
	}
	return err
}

func rewrite(path string, secrets [][]byte) error {
	text, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var masked bytes.Buffer
	m := newMask(&masked, secrets)
	m.Write(text)
	m.flush()
	if bytes.Equal(masked.Bytes(), text) {
		return nil
	}
	return os.WriteFile(path, masked.Bytes(), 0o600)
}

package sqlite

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"

	driver "modernc.org/sqlite"
	lib "modernc.org/sqlite/lib"
)

// Problem is a database that cannot be used, in words for people.
type Problem struct {
	Doing string // "open database"
	Path  string
	Cause string // what is wrong
	Help  string // what to do
	Err   error
}

// Error is the sentence; Help stands apart.
func (p *Problem) Error() string { return fmt.Sprintf("cannot %s %q: %s", p.Doing, p.Path, p.Cause) }

// Unwrap gives the cause to those who may look.
func (p *Problem) Unwrap() error { return p.Err }

var errReadOnly = errors.New("it was opened for reading only")

// explain turns what SQLite says into what a person can act on. Errors of ours pass.
func explain(doing, path string, err error) error {
	var p *Problem
	if errors.As(err, &p) {
		if p.Doing == "" {
			p.Doing, p.Path = doing, path
		}
		return p
	}
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrNotExist) {
		return ErrNotExist
	}
	p = &Problem{Doing: doing, Path: path, Err: err}
	switch code := code(err); {
	case errors.Is(err, fs.ErrPermission):
		p.Cause, p.Help = "permission denied", "check who owns the file and its directory"
	case code == lib.SQLITE_NOTADB:
		p.Cause, p.Help = "it is not a database", "name another file with --db, or move this one away"
	case code == lib.SQLITE_CORRUPT:
		p.Cause, p.Help = "it is damaged", "restore a backup, or move the file away and run again; sqlite3's .recover may save what is in it"
	case code == lib.SQLITE_BUSY || code == lib.SQLITE_LOCKED:
		p.Cause, p.Help = "another process has been writing to it for more than a minute", "find it and let it end, then try again"
	case code == lib.SQLITE_READONLY:
		p.Cause, p.Help = "it, or its directory, cannot be written to", "check the permissions of the file and its directory"
	case code == lib.SQLITE_CANTOPEN:
		p.Cause, p.Help = "the file cannot be opened", "check that its directory exists and that you may read and write there"
	case code == lib.SQLITE_FULL:
		p.Cause, p.Help = "the disk is full", "make room; nothing of what was committed is lost"
	case code == lib.SQLITE_IOERR:
		p.Cause, p.Help = "the disk cannot be read or written", "check the disk and its free space"
	default:
		return fmt.Errorf("cannot %s %q: %w", doing, path, err)
	}
	return p
}

// code is SQLite's primary result code, or 0.
func code(err error) int {
	var e *driver.Error
	if errors.As(err, &e) {
		return e.Code() & 0xff
	}
	return 0
}

// aborted says whether SQLite has rolled the transaction back by itself.
func aborted(err error) bool {
	switch code(err) {
	case lib.SQLITE_FULL, lib.SQLITE_IOERR, lib.SQLITE_NOMEM, lib.SQLITE_BUSY, lib.SQLITE_INTERRUPT, lib.SQLITE_CORRUPT:
		return true
	}
	return false
}

// patience is how long a writer waits for others, in steps of the busy timeout.
const patience = time.Minute

// retry repeats what found the database busy. SQLite's own timeout has waited already;
// there are cases, such as a log that is being recovered, in which it does not wait.
func retry[T any](ctx context.Context, f func() (T, error)) (T, error) {
	const pause = 20 * time.Millisecond
	for waited := time.Duration(0); ; waited += pause {
		began := time.Now()
		v, err := f()
		if c := code(err); c != lib.SQLITE_BUSY && c != lib.SQLITE_LOCKED || waited > patience {
			return v, err
		}
		waited += time.Since(began)
		select {
		case <-ctx.Done():
			return v, ctx.Err()
		case <-time.After(pause):
		}
	}
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/gofrs/flock"
)

// Holder is a runner.
type Holder struct {
	PID     int
	Host    string
	Version string
	Started time.Time
}

// HeldError says that another runner holds the database.
type HeldError struct {
	Path   string
	Holder Holder // its PID is 0 when the holder has not yet said who it is
}

// Error names the holder.
func (e *HeldError) Error() string {
	if e.Holder.PID == 0 {
		return fmt.Sprintf("another runner holds %q", e.Path)
	}
	return fmt.Sprintf("another runner holds %q: process %d on %s since %s", e.Path, e.Holder.PID, e.Holder.Host,
		e.Holder.Started.Format(time.RFC3339))
}

// Lease makes the caller the only runner of the database until release, or until its
// process ends, however it ends. The lock is a file's beside the database; the row in it
// tells people who holds it. The error is *HeldError when another runner does.
func (db *DB) Lease(ctx context.Context, h Holder) (release func(), err error) {
	lock := flock.New(db.path + ".lock")
	locked, err := tryLock(ctx, lock)
	if err != nil {
		return nil, explain("lock", db.path, err)
	}
	if !locked {
		held := &HeldError{Path: db.path}
		if other, err := db.Holder(ctx); err == nil && other != nil {
			held.Holder = *other
		}
		return nil, held
	}
	err = db.update(ctx, "lock", func(w *conn) error {
		return w.one("the lease", `
			INSERT INTO lease (one, pid, host, version, since)
			VALUES (1, ?, ?, ?, ?)
			ON CONFLICT (one) DO UPDATE
			SET pid = excluded.pid,
			    host = excluded.host,
			    version = excluded.version,
			    since = excluded.since`, h.PID, h.Host, h.Version, h.Started.UnixMicro())
	})
	if err != nil {
		return nil, errors.Join(err, lock.Unlock())
	}
	return func() { db.giveBack(lock) }, nil
}

// tryLock asks for a moment, not once: Running holds the lock while it looks.
func tryLock(ctx context.Context, lock *flock.Flock) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, 200*time.Millisecond)
	defer cancel()
	locked, err := lock.TryLockContext(ctx, 10*time.Millisecond)
	if errors.Is(err, context.DeadlineExceeded) {
		return false, nil
	}
	return locked, err
}

// giveBack ends a lease. A row that stays behind harms nobody: the lock is the file's.
func (db *DB) giveBack(lock *flock.Flock) {
	_ = db.update(bg, "unlock", func(w *conn) error {
		_, err := w.exec(`DELETE FROM lease`)
		return err
	})
	_ = lock.Unlock()
}

// Holder is the runner that says it holds the database; nil: none does. A runner that was
// killed leaves its row behind, so Running asks the lock.
func (db *DB) Holder(ctx context.Context) (*Holder, error) {
	var h Holder
	var since int64
	err := db.readers.QueryRowContext(ctx, `
		SELECT pid, host, version, since
		FROM lease`).Scan(&h.PID, &h.Host, &h.Version, &since)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	h.Started = at(since)
	return &h, explain("read", db.path, err)
}

// Running is the runner that holds the database now; nil: none does.
func (db *DB) Running(ctx context.Context) (*Holder, error) {
	lock := flock.New(db.path+".lock", flock.SetFlag(0))
	free, err := lock.TryRLock()
	if err != nil {
		return nil, nil // there is no lock: nobody ever ran here
	}
	if free {
		return nil, lock.Unlock()
	}
	return db.Holder(ctx)
}

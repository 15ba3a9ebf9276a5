package sqlite

import (
	"context"
	"errors"
	"os"
	"runtime"
	"time"
)

// errNothing rolls a transaction back that has nothing to write.
var errNothing = errors.New("nothing to write")

// update runs f in one IMMEDIATE transaction. When f fails nothing of it stays, in the
// database or in memory.
func (db *DB) update(ctx context.Context, doing string, f func(w *conn) error) error {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.w == nil {
		return explain(doing, db.path, errReadOnly)
	}
	if err := db.begin(ctx); err != nil {
		return explain(doing, db.path, err)
	}
	open := true
	defer func() {
		if open { // f panics
			_, _ = db.w.exec("ROLLBACK")
			db.forget()
		}
	}()
	err := f(db.w)
	open = false
	if err == nil {
		if _, err = db.w.exec("COMMIT"); err == nil {
			return nil
		}
	}
	if _, rollback := db.w.exec("ROLLBACK"); rollback != nil && !aborted(err) {
		err = errors.Join(err, rollback)
	}
	if errors.Is(err, errNothing) {
		return nil
	}
	db.forget()
	return explain(doing, db.path, err)
}

func (db *DB) begin(ctx context.Context) error {
	_, err := retry(ctx, func() (int64, error) { return db.w.exec("BEGIN IMMEDIATE") })
	return err
}

// forget drops all that is remembered between transactions.
func (db *DB) forget() {
	db.memory = memory{names: newNames(), defs: db.defs.unsaved(), version: db.version}
}

// dataVersion changes when another connection has written. It costs ten microseconds.
func (w *conn) dataVersion() (int64, error) {
	v, _, err := w.number("PRAGMA data_version")
	return v, err
}

// Changed says whether another connection has written since the last Update or Changed.
func (db *DB) Changed(context.Context) (bool, error) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.w == nil {
		return false, explain("read database", db.path, errReadOnly)
	}
	if db.still() {
		return false, nil
	}
	v, err := db.w.dataVersion()
	if err != nil {
		return false, explain("read database", db.path, err)
	}
	changed := v != db.version
	if changed {
		db.version, db.cache = v, nil
	}
	return changed, nil
}

// stamp is how a log file looked.
type stamp struct {
	size int64
	at   time.Time
}

// settled is for how long nothing may have been written before a file's time is believed:
// two writes within one tick of the system's clock have the same.
const settled = time.Second

// still says whether the log shows that nobody has written since it was last asked. It is
// asked once to ten times a second for as long as a runner waits, and costs a tenth of a statement.
// Windows does not tell of writes to a file that is held open.
func (db *DB) still() bool {
	if runtime.GOOS == "windows" {
		return false
	}
	info, err := os.Stat(db.path + "-wal")
	if err != nil {
		db.log = stamp{}
		return false
	}
	now := stamp{info.Size(), info.ModTime()}
	same := now == db.log
	db.log = stamp{}
	if time.Since(now.at) > settled {
		db.log = now
	}
	return same
}

package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	_ "modernc.org/sqlite" // the driver

	"github.com/tidemark-dev/tidemark/runner"
)

var _ runner.Store = (*DB)(nil)

// DB is an open database. Its methods may be called from several goroutines.
type DB struct {
	path    string
	readers *sql.DB
	writer  *sql.DB // nil when opened for reading only

	mu    sync.Mutex // guards all below: the one writer
	w     *conn      // on the writing connection
	log   stamp      // the log file when nobody had written for a while
	loads int64      // how often the active world was read whole
	memory
}

// memory is what the writer remembers between transactions; a rollback forgets what the
// transaction may have made up.
type memory struct {
	names   names
	defs    definitions
	cache   *cache
	version int64 // data_version at the last look
}

// Options vary how a database is opened. The zero value is what a runner wants.
type Options struct {
	// Fast trades the last commits at a power failure for speed (synchronous=NORMAL).
	Fast bool
	// ReadLimit bounds the queued runs that a turn looks at in each lane; 0: 64.
	ReadLimit int
}

const readers = 4

// Open opens the database for reading and writing. It creates the directory and the file,
// and brings an older schema up to date.
func Open(path string, opts Options) (*DB, error) {
	db, err := openWriter(path, opts)
	if err != nil {
		return nil, explain("open database", path, err)
	}
	return db, nil
}

func openWriter(path string, opts Options) (*DB, error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return nil, err
	}
	write, err := sql.Open("sqlite", writerDSN(path, opts.Fast))
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	write.SetMaxIdleConns(1)
	db := &DB{path: path, writer: write}
	ctx := context.Background()
	held, err := retry(ctx, func() (*sql.Conn, error) { return write.Conn(ctx) })
	if err != nil {
		_ = write.Close()
		return nil, err
	}
	db.w = newConn(held)
	db.w.limit = opts.ReadLimit
	if db.w.limit == 0 {
		db.w.limit = 64
	}
	db.forget()
	if err := migrate(ctx, db.w); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if _, err := db.w.ExecContext(ctx, temporary); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	if db.readers, err = openReaders(path, "ro"); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// ErrNotExist says that there is no database yet: nothing has ever run here.
var ErrNotExist = errors.New("there is no database yet")

// OpenReadOnly opens the database for commands that must write nothing. The error is
// ErrNotExist where there is none.
func OpenReadOnly(path string) (*DB, error) {
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		return nil, ErrNotExist
	}
	var err error
	for _, mode := range readModes(path) {
		var r *sql.DB
		if r, err = openReaders(path, mode); err != nil {
			break
		}
		if err = checkVersion(context.Background(), r); err == nil {
			return &DB{path: path, readers: r}, nil
		}
		err = errors.Join(err, r.Close())
	}
	return nil, explain("open database", path, err)
}

// readModes are the ways to read a database that leave nothing behind, in the order in
// which to try them. Where a log lies beside it someone has it open. Else a connection that
// may not write makes a log and cannot remove it; one that may removes it at the end; and
// where the directory cannot be written to, nobody else writes there either.
func readModes(path string) []string {
	if _, err := os.Stat(path + "-wal"); err == nil {
		return []string{"ro", "immutable"}
	}
	return []string{"rw", "immutable"}
}

func openReaders(path, mode string) (*sql.DB, error) {
	r, err := sql.Open("sqlite", dsn(path, mode, "query_only(1)", "cache_size(-8000)", "temp_store(MEMORY)"))
	if err != nil {
		return nil, err
	}
	r.SetMaxOpenConns(readers)
	r.SetMaxIdleConns(readers)
	return r, nil
}

func writerDSN(path string, fast bool) string {
	synchronous := "synchronous(FULL)"
	if fast {
		synchronous = "synchronous(NORMAL)"
	}
	return dsn(path, "rwc", "journal_mode(WAL)", synchronous, "foreign_keys(1)", "cache_size(-16000)",
		"temp_store(MEMORY)", "journal_size_limit(67108864)")
}

// dsn holds every pragma: a pool has many connections, and each must have them.
func dsn(path, mode string, pragmas ...string) string {
	q := url.Values{"_dqs": {"0"}, "_defensive": {"1"}, "_txlock": {"immediate"}, "mode": {mode},
		"_pragma": append([]string{"busy_timeout(10000)"}, pragmas...)}
	if mode == "immutable" {
		q.Set("mode", "ro")
		q.Set("immutable", "1")
	}
	if abs, err := filepath.Abs(path); err == nil {
		path = abs
	}
	slashed := filepath.ToSlash(path)
	if !strings.HasPrefix(slashed, "/") {
		slashed = "/" + slashed // a drive letter
	}
	return (&url.URL{Scheme: "file", Path: slashed, RawQuery: q.Encode()}).String()
}

// Path is where the database lies.
func (db *DB) Path() string { return db.path }

// Close ends all connections. A writer leaves the file in order: statistics fresh, the
// write-ahead log folded in.
func (db *DB) Close() error {
	var errs []error
	if db.readers != nil {
		errs = append(errs, db.readers.Close())
	}
	if db.writer != nil {
		db.mu.Lock()
		defer db.mu.Unlock()
		if db.w != nil {
			db.w.finish()
			db.w = nil
		}
		errs = append(errs, db.writer.Close())
	}
	return errors.Join(errs...)
}

// micros is how times are stored; the zero time is NULL.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// instant reads what micros wrote.
func instant(us sql.NullInt64) time.Time {
	if !us.Valid {
		return time.Time{}
	}
	return time.UnixMicro(us.Int64).UTC()
}

func at(us int64) time.Time { return time.UnixMicro(us).UTC() }

package sqlite

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"io"
)

// conn is one connection with its prepared statements, each prepared once, on first use.
type conn struct {
	*sql.Conn
	stmts map[string]*sql.Stmt
	limit int
}

func newConn(c *sql.Conn) *conn { return &conn{Conn: c, stmts: map[string]*sql.Stmt{}} }

// bg is the context of the writer: one that can end costs microseconds a call, and a
// transaction of milliseconds is better finished than interrupted.
var bg = context.Background()

// trace, where a test sets it, hears the text of every statement that is carried out.
var trace = func(string) {}

func (c *conn) stmt(query string) (*sql.Stmt, error) {
	trace(query)
	if s, ok := c.stmts[query]; ok {
		return s, nil
	}
	s, err := c.PrepareContext(bg, query)
	if err != nil {
		return nil, fmt.Errorf("cannot prepare %q: %w", query, err)
	}
	c.stmts[query] = s
	return s, nil
}

// exec runs a statement and returns how many rows it changed.
func (c *conn) exec(query string, args ...any) (int64, error) {
	s, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(bg, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// one runs a statement that must change exactly one row: anything else is a bug.
func (c *conn) one(what, query string, args ...any) error {
	n, err := c.exec(query, args...)
	if err == nil && n != 1 {
		err = fmt.Errorf("%s is not in the state that was seen: %d rows changed", what, n)
	}
	return err
}

// insert runs a statement and returns the key of the row that it made.
func (c *conn) insert(query string, args ...any) (int64, error) {
	s, err := c.stmt(query)
	if err != nil {
		return 0, err
	}
	r, err := s.ExecContext(bg, args...)
	if err != nil {
		return 0, err
	}
	return r.LastInsertId()
}

// number reads one integer; ok is false where there is no row.
func (c *conn) number(query string, args ...any) (n int64, ok bool, err error) {
	s, err := c.stmt(query)
	if err != nil {
		return 0, false, err
	}
	err = s.QueryRowContext(bg, args...).Scan(&n)
	if err == sql.ErrNoRows {
		return 0, false, nil
	}
	return n, err == nil, err
}

// each calls row for every row. No other statement may run on the connection meanwhile.
func (c *conn) each(query string, args []any, row func(*sql.Rows) error) error {
	s, err := c.stmt(query)
	if err != nil {
		return err
	}
	rows, err := s.QueryContext(bg, args...)
	if err != nil {
		return err
	}
	return drain(rows, row)
}

// numbers calls row for every row of a query that gives integers and no NULL, n of them a row.
// It goes past database/sql, which takes a quarter of the time in which SQLite reads a row:
// for queries of a million rows. What row gets is overwritten by the next one.
func (c *conn) numbers(query string, n int, args []int64, row func([]int64) error) error {
	trace(query)
	named := make([]driver.NamedValue, len(args))
	for i, a := range args {
		named[i] = driver.NamedValue{Ordinal: i + 1, Value: a}
	}
	return c.Raw(func(under any) error {
		rows, err := under.(driver.QueryerContext).QueryContext(bg, query, named)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		values, list := make([]driver.Value, n), make([]int64, n)
		for {
			switch err := rows.Next(values); err {
			case nil:
			case io.EOF:
				return nil
			default:
				return err
			}
			for i, v := range values {
				list[i] = v.(int64)
			}
			if err := row(list); err != nil {
				return err
			}
		}
	})
}

func drain(rows *sql.Rows, row func(*sql.Rows) error) error {
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		if err := row(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// finish folds the log into the file and closes the connection. What fails here has failed
// to tidy up, no more.
func (c *conn) finish() {
	_, _ = c.ExecContext(bg, "PRAGMA optimize")
	_, _ = c.ExecContext(bg, "PRAGMA wal_checkpoint(TRUNCATE)")
	for _, s := range c.stmts {
		_ = s.Close()
	}
	_ = c.Close()
}

// release gives a reading connection back to its pool.
func (c *conn) release() {
	for _, s := range c.stmts {
		_ = s.Close()
	}
	_ = c.Close()
}

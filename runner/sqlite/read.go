package sqlite

import (
	"context"
	"database/sql"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// query reads rows for a page or a command.
func query[T any](ctx context.Context, db *DB, text string, args []any, scan func(*sql.Rows) (T, error)) ([]T, error) {
	trace(text)
	rows, err := retry(ctx, func() (*sql.Rows, error) { return db.readers.QueryContext(ctx, text, args...) })
	if err != nil {
		return nil, explain("read", db.path, err)
	}
	var all []T
	err = drain(rows, func(r *sql.Rows) error {
		v, err := scan(r)
		all = append(all, v)
		return err
	})
	return all, explain("read", db.path, err)
}

// first is the first row, or nil.
func first[T any](all []T, err error) (*T, error) {
	if err != nil || len(all) == 0 {
		return nil, err
	}
	return &all[0], nil
}

// mask is a set of states as bits; no states are all of them.
func mask[S ~uint8](states []S) int64 {
	if len(states) == 0 {
		return -1
	}
	var m int64
	for _, s := range states {
		m |= 1 << s
	}
	return m
}

// rowsLimit is SQLite's: a negative one is none.
func rowsLimit(n int) int {
	if n <= 0 {
		return -1
	}
	return n
}

// Counts are task instances by state.
type Counts [9]int

// Of is the number of those in one state.
func (c *Counts) Of(s plan.State) int { return c[s] }

// Total is the number of all.
func (c *Counts) Total() int {
	n := 0
	for _, k := range c {
		n += k
	}
	return n
}

// Unfinished is the number of those that are not final.
func (c *Counts) Unfinished() int { return c[0] + c[1] + c[2] + c[3] }

// number is NULL as nil.
func number(n sql.NullInt64) *int {
	if !n.Valid {
		return nil
	}
	v := int(n.Int64)
	return &v
}

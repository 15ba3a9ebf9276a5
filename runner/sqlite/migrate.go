package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/tidemark-dev/tidemark/schema"
)

// applicationID marks the file as ours: "Tide".
const applicationID = 0x54696465

// migrate brings the schema up to date, all steps in one transaction: a new database is there
// whole or not at all, and its birth is one commit.
func migrate(ctx context.Context, w *conn) error {
	version, err := stored(ctx, w)
	if err != nil {
		return err
	}
	steps := schema.Migrations()
	if version == len(steps) {
		return nil
	}
	// A step may rebuild a table that others refer to.
	if _, err := w.ExecContext(ctx, "PRAGMA foreign_keys = OFF"); err != nil {
		return err
	}
	if err := w.migrate(ctx, steps); err != nil {
		return err
	}
	_, err = w.ExecContext(ctx, "PRAGMA foreign_keys = ON")
	return err
}

func (w *conn) migrate(ctx context.Context, steps []schema.Migration) error {
	if _, err := retry(ctx, func() (sql.Result, error) { return w.ExecContext(ctx, "BEGIN IMMEDIATE") }); err != nil {
		return err
	}
	err := func() error {
		version, err := stored(ctx, w) // another process may have been faster
		if err != nil {
			return err
		}
		for _, step := range steps[version:] {
			if _, err := w.ExecContext(ctx, step.SQL); err != nil {
				return fmt.Errorf("cannot apply schema/%s: %w", step.Name, err)
			}
		}
		marks := fmt.Sprintf("PRAGMA user_version = %d; PRAGMA application_id = %d", len(steps), applicationID)
		if _, err := w.ExecContext(ctx, marks); err != nil {
			return err
		}
		return w.checkForeignKeys(ctx)
	}()
	if err != nil {
		_, rollback := w.ExecContext(ctx, "ROLLBACK")
		return errors.Join(err, rollback)
	}
	_, err = w.ExecContext(ctx, "COMMIT")
	return err
}

func (w *conn) checkForeignKeys(ctx context.Context) error {
	rows, err := w.QueryContext(ctx, "PRAGMA foreign_key_check")
	if err != nil {
		return err
	}
	return drain(rows, func(*sql.Rows) error {
		return errors.New("rows refer to others that do not exist")
	})
}

type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// stored is the version of the schema in the file; what is not ours, or newer than we are,
// is refused.
func stored(ctx context.Context, q querier) (int, error) {
	var version, id, tables int
	if err := q.QueryRowContext(ctx, "PRAGMA user_version").Scan(&version); err != nil {
		return 0, err
	}
	if err := q.QueryRowContext(ctx, "PRAGMA application_id").Scan(&id); err != nil {
		return 0, err
	}
	if err := q.QueryRowContext(ctx, "SELECT count(*) FROM sqlite_schema").Scan(&tables); err != nil {
		return 0, err
	}
	newest := len(schema.Migrations())
	switch {
	case id != applicationID && tables > 0:
		return 0, &Problem{Cause: "it is a database of another program", Help: "name another file with --db"}
	case version > newest:
		return 0, &Problem{Cause: fmt.Sprintf("it was written by a newer tidemark (schema %d; this one knows %d)", version, newest),
			Help: "use the newer tidemark"}
	}
	return version, nil
}

// checkVersion refuses, for a reader, what a writer would have to bring up to date.
func checkVersion(ctx context.Context, q querier) error {
	version, err := stored(ctx, q)
	if err != nil {
		return err
	}
	switch newest := len(schema.Migrations()); {
	case version == 0:
		return ErrNotExist // an empty file: somebody is just creating it
	case version < newest:
		return &Problem{Cause: fmt.Sprintf("it has an older schema (%d; this one is %d)", version, newest),
			Help: "run `tidemark db migrate` or `tidemark run` once"}
	}
	return nil
}

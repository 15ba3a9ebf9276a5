package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// SkippedRow is a stretch of intervals that the policy passed over.
type SkippedRow struct {
	timetable.Stretch
	At time.Time // when it was passed over
}

// Skipped lists the stretches that touch the bounds, oldest first.
func (db *DB) Skipped(ctx context.Context, pipeline string, from, to time.Time) (rows []SkippedRow, err error) {
	lo, hi := bounds(from, to)
	err = db.read(ctx, "read", func(r *conn) error {
		id, known, err := r.number(`
			SELECT pipeline_id
			FROM pipelines
			WHERE name = ?`, pipeline)
		if known && err == nil {
			rows, err = r.skipped(id, lo, hi)
		}
		return err
	})
	return rows, err
}

func (c *conn) skipped(pipeline, from, to int64) (rows []SkippedRow, err error) {
	err = c.each(`
		SELECT s.first_start, s.first_end, s.last_start, s.last_end, s.count, x.text, s.at
		FROM skipped_intervals AS s
		CROSS JOIN reasons AS x USING (reason_id)
		WHERE s.pipeline_id = ?
		  AND s.first_start <= ?
		  AND s.last_start >= ?
		ORDER BY s.first_start`, []any{pipeline, to, from}, func(r *sql.Rows) error {
		var s SkippedRow
		var t [5]int64
		err := r.Scan(&t[0], &t[1], &t[2], &t[3], &s.Count, &s.Reason, &t[4])
		s.First = timetable.Interval{Start: at(t[0]), End: at(t[1])}
		s.Last = timetable.Interval{Start: at(t[2]), End: at(t[3])}
		s.At = at(t[4])
		rows = append(rows, s)
		return err
	})
	return rows, err
}

package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"
)

// LaneState is the state of a backfill.
type LaneState string

// The states of a backfill; other operations have none.
const (
	LaneRunning   LaneState = "running"
	LanePaused    LaneState = "paused"
	LaneDone      LaneState = "done"
	LaneCancelled LaneState = "cancelled"
)

// OperationRow is an order on record.
type OperationRow struct {
	ID        int64
	Kind      string
	CreatedAt time.Time
	User      string
	Host      string
	Reason    string
	Ticket    string
	Pipelines []string
	Bounds    json.RawMessage // as in the plan's document; null where there is none
	Selection json.RawMessage
	Arguments json.RawMessage
	Counts    json.RawMessage
	Override  json.RawMessage // of guard rails, as in the plan's document; empty: none
	Undoes    int64           // 0: none
	UndoneBy  int64           // 0: not undone

	State     LaneState // of a backfill, else empty
	MaxActive int       // 0: the pipeline's
	Backwards bool
	EndedAt   time.Time
}

// OperationQuery selects operations; the zero value all of them.
type OperationQuery struct {
	Kind       string
	Pipeline   string
	User       string
	Since, End time.Time // when they were given, both inclusive; zero: open
	Before     int64     // only older ones than this; 0: from the newest
	Limit      int       // 0: all
}

const selectOperations = `
	SELECT o.operation_id, o.kind, o.created_at, o.actor, o.host, o.reason, o.ticket, o.pipelines, o.bounds, o.selection,
	       o.arguments, o.counts, ifnull(o.undoes, 0), ifnull(o.undone_by, 0), o.state, o.max_active, o.backwards, o.paused,
	       o.ended_at, ifnull(o.override, '')
	FROM operations AS o`

// Operations lists operations, newest first.
func (db *DB) Operations(ctx context.Context, q OperationQuery) ([]OperationRow, error) {
	since, end := bounds(q.Since, q.End)
	return query(ctx, db, selectOperations+`
	WHERE (?1 = 0 OR o.operation_id < ?1)
	  AND (?2 = '' OR o.kind = ?2)
	  AND (?3 = '' OR ?3 IN (SELECT value FROM json_each(o.pipelines)))
	  AND (?5 = '' OR o.actor = ?5)
	  AND o.created_at BETWEEN ?6 AND ?7
	ORDER BY o.operation_id DESC
	LIMIT ?4`, []any{q.Before, q.Kind, q.Pipeline, rowsLimit(q.Limit), q.User, since, end}, scanOperation)
}

// Operation is the order of that number; nil: there is none.
func (db *DB) Operation(ctx context.Context, id int64) (*OperationRow, error) {
	return first(query(ctx, db, selectOperations+`
	WHERE o.operation_id = ?`, []any{id}, scanOperation))
}

func scanOperation(r *sql.Rows) (OperationRow, error) {
	var o OperationRow
	var created int64
	var names string
	var docs [5]string
	var state, ended sql.NullInt64
	var paused bool
	err := r.Scan(&o.ID, &o.Kind, &created, &o.User, &o.Host, &o.Reason, &o.Ticket, &names, &docs[0], &docs[1],
		&docs[2], &docs[3], &o.Undoes, &o.UndoneBy, &state, &o.MaxActive, &o.Backwards, &paused, &ended, &docs[4])
	if err != nil {
		return o, err
	}
	o.CreatedAt, o.EndedAt = at(created), instant(ended)
	for i, to := range []*json.RawMessage{&o.Bounds, &o.Selection, &o.Arguments, &o.Counts, &o.Override} {
		*to = json.RawMessage(docs[i])
	}
	if state.Valid {
		o.State = [...]LaneState{LaneRunning, LaneDone, LaneCancelled}[state.Int64]
		if paused && o.State == LaneRunning {
			o.State = LanePaused
		}
	}
	return o, json.Unmarshal([]byte(names), &o.Pipelines)
}

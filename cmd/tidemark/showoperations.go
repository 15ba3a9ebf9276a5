package main

import (
	"fmt"
	"strings"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// noticed is told by the loop that another process has written: perhaps an order.
func (v *show) noticed() {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.operations()
}

// operations tells of the orders that were given since the last look, before what they
// lead to. It is called with the lock held.
func (v *show) operations() {
	rows := v.newOperations()
	for i := len(rows) - 1; i >= 0; i-- {
		o := rows[i]
		v.operation = o.ID
		pipelines := strings.Join(o.Pipelines, ",")
		v.event(event{Time: v.now(), Type: "operation", Pipeline: pipelines, Operation: o.ID, Kind: o.Kind, User: o.User, Reason: o.Reason})
		v.progress.Event(ui.Event{Time: v.now(), Pipeline: pipelines, Words: fmt.Sprintf("operation %d: %s", o.ID, o.Kind),
			Details: details("by", o.User, "reason", o.Reason)})
	}
}

// newOperations are those after the last one told, newest first. Mostly there is none, and
// the first row says so.
func (v *show) newOperations() (rows []sqlite.OperationRow) {
	for before := int64(0); ; before = rows[len(rows)-1].ID {
		next, err := v.session.db.Operations(v.call.Ctx, sqlite.OperationQuery{Before: before, Limit: 1})
		if err != nil || len(next) == 0 || next[0].ID <= v.operation {
			return rows // an error shows itself to the loop, at its own reading
		}
		rows = append(rows, next[0])
	}
}

package sqlite

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// Actor is who gives an order.
type Actor struct {
	User string
	Host string
}

// Apply plans an order and carries it out in one transaction: read the scope, decide,
// record the operation with what its rows were before, change them. A plan that changes
// nothing records nothing. An error of decide, such as a refusal, is returned as it is.
func (db *DB) Apply(ctx context.Context, now time.Time, q ScopeQuery, defs map[string]*pipelines.Pipeline, who Actor,
	decide func([]*plan.PipelineScope) (*plan.Plan, error)) (*plan.Plan, error) {
	return db.order(ctx, now, who, func(w *conn) (*plan.Plan, error) {
		scopes, err := loadScopes(w, &db.names, q, defs)
		if err != nil {
			return nil, err
		}
		p, err := decide(scopes)
		return p, refused(err)
	})
}

// refusal carries an error of the planner through explain, which leaves it alone.
type refusal struct{ error }

func refused(err error) error {
	if err == nil {
		return nil
	}
	return refusal{err}
}

// order makes one transaction of planning and applying.
func (db *DB) order(ctx context.Context, now time.Time, who Actor, draw func(w *conn) (*plan.Plan, error)) (*plan.Plan, error) {
	var p *plan.Plan
	var id int64
	err := db.update(ctx, "change", func(w *conn) error {
		defer w.roomy()()
		err := db.names.learn(w)
		if err != nil {
			return err
		}
		if p, err = draw(w); err != nil {
			return err
		}
		if p.Empty() {
			return errNothing
		}
		o := &ordering{DB: db, w: w, now: now.UnixMicro(), plan: p, who: who, tally: newTally()}
		if err := o.apply(); err != nil {
			return err
		}
		id = o.id
		db.cache = nil
		return nil
	})
	if r := (refusal{}); errors.As(err, &r) {
		return nil, r.error
	}
	if err != nil {
		return nil, err
	}
	if id != 0 {
		undo := fmt.Sprintf("tidemark undo %d", id)
		p.Applied, p.Operation, p.Undo, p.DryRun = true, &id, &undo, false
	}
	return p, nil
}

// roomy lets the connection keep the pages of a large order in memory, until it is called
// again. What is not needed is not taken.
func (c *conn) roomy() func() {
	_, _ = c.ExecContext(bg, "PRAGMA cache_size = -400000")
	return func() { _, _ = c.ExecContext(bg, "PRAGMA cache_size = -16000") }
}

// ordering is one plan on its way into the database.
type ordering struct {
	*DB
	w     *conn
	now   int64
	plan  *plan.Plan
	id    int64 // of the operation
	who   Actor
	made  map[moment]int64 // runs that the order makes
	tally tally
}

// moment names a run by what it is about.
type moment struct {
	pipeline string
	start    int64
}

func (o *ordering) apply() error {
	if err := o.record(); err != nil {
		return fmt.Errorf("cannot record operation: %w", err)
	}
	if err := o.changeLive(); err != nil {
		return fmt.Errorf("cannot change the schedule: %w", err)
	}
	if err := o.hold(); err != nil {
		return fmt.Errorf("cannot change the backfill: %w", err)
	}
	if err := o.createRuns(); err != nil {
		return fmt.Errorf("cannot create runs: %w", err)
	}
	if err := o.changeRuns(); err != nil {
		return fmt.Errorf("cannot change runs: %w", err)
	}
	if err := o.changeInstances(); err != nil {
		return fmt.Errorf("cannot change task instances: %w", err)
	}
	if err := o.removeRuns(); err != nil {
		return fmt.Errorf("cannot remove runs: %w", err)
	}
	if err := o.tally.write(o.w); err != nil {
		return err
	}
	return o.closeLanes()
}

// record writes the operation and gets its number.
func (o *ordering) record() (err error) {
	p := o.plan
	var docs [6]string
	for i, v := range []any{p.Pipelines, p.Bounds, p.Selection, p.Arguments, p.Counts, p.Override} {
		text, err := json.Marshal(v)
		if err != nil {
			return err
		}
		docs[i] = string(text)
	}
	var pipeline, undoes, state, override any
	lane := plan.Lane{}
	if len(p.Pipelines) == 1 {
		if pipeline, err = o.names.pipeline(o.w, p.Pipelines[0]); err != nil {
			return err
		}
	}
	if p.Undoes != 0 {
		undoes = p.Undoes
	}
	if p.Override != nil {
		override = docs[5]
	}
	if p.Lane != nil {
		lane, state = *p.Lane, 0
	}
	if o.id, err = o.w.insert(`
		INSERT INTO operations (kind, pipeline_id, created_at, actor, host, reason, ticket,
		                        pipelines, bounds, selection, arguments, counts,
		                        undoes, state, max_active, backwards, paused, override)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		p.Kind, pipeline, o.now, o.who.User, o.who.Host, p.Reason, p.Ticket,
		docs[0], docs[1], docs[2], docs[3], docs[4],
		undoes, state, lane.MaxActive, lane.Backwards, lane.Paused, override); err != nil || undoes == nil {
		return err
	}
	return o.w.one("the operation", `
		UPDATE operations
		SET undone_by = ?
		WHERE operation_id = ?
		  AND undone_by IS NULL`, o.id, undoes)
}

// lane is the queue of runs that the order makes or reopens.
func (o *ordering) lane() int64 {
	if o.plan.Lane != nil {
		return o.id
	}
	return 0
}

// closeLanes ends the backfills that the order has left without runs.
func (o *ordering) closeLanes() error {
	type open struct{ lane, pipeline int64 }
	var all []open
	for _, name := range o.plan.Pipelines {
		pipeline := o.names.pipelines[name]
		p := &pipelineCache{}
		if err := o.w.loadLanes(p, pipeline); err != nil {
			return err
		}
		for _, l := range p.lanes[1:] {
			all = append(all, open{l.id, pipeline})
		}
	}
	for _, l := range all {
		if _, err := o.w.closeLane(l.lane, l.pipeline, o.now); err != nil {
			return err
		}
	}
	return nil
}

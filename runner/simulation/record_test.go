package simulation

import (
	"context"
	"database/sql"
	"fmt"
	"strings"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// record is what the database holds at one instant.
type record struct {
	version   int64
	pipes     map[int64]pipe
	runs      map[int64]run
	instances map[instanceKey]instance
	attempts  map[attemptKey]attempt
	skipped   []stretch
	lanes     map[int64]int // what each backfill may have running; 0: its pipeline's bound
}

type pipe struct {
	name    string
	lastEnd int64 // µs; 0: none
}

type run struct {
	pipe, start, end, lane int64
	kind                   plan.Kind
	state                  plan.RunState
}

type instanceKey struct {
	run   int64
	task  string
	index int // of a mapped task, or -1
}

func (k instanceKey) String() string {
	return fmt.Sprintf("%d/%s", k.run, plan.InstanceName(k.task, k.index))
}

type instance struct {
	state      plan.State
	try, limit int
	open       bool
	notBefore  int64
}

type attemptKey struct {
	instanceKey
	try int
}

func (k attemptKey) String() string {
	return plan.AttemptKey{Run: k.run, Task: k.task, MapIndex: k.index, Try: k.try}.String()
}

type attempt struct {
	state  plan.AttemptState
	queued int64
}

type stretch struct{ pipe, start, end int64 } // end of the last interval

// quiet says whether nothing is left to do.
func (r *record) quiet() bool {
	for _, run := range r.runs {
		if !run.state.Final() {
			return false
		}
	}
	for _, a := range r.attempts {
		if a.state.Open() {
			return false
		}
	}
	return true
}

// String lists what is unfinished.
func (r *record) String() string {
	var lines []string
	for id, run := range r.runs {
		if !run.state.Final() {
			lines = append(lines, fmt.Sprintf("run %d of %s, lane %d: %s", id, r.pipes[run.pipe].name, run.lane, run.state))
		}
	}
	for k, in := range r.instances {
		if !in.state.Final() || in.open {
			lines = append(lines, fmt.Sprintf("%s: %s, try %d of %d, open %v", k, in.state, in.try, in.limit, in.open))
		}
	}
	return strings.Join(lines, "\n")
}

// reader takes records on a connection of its own.
type reader struct {
	h  *history
	db *sql.DB
	*sql.Conn
	stmts map[string]*sql.Stmt
}

func newReader(h *history) *reader {
	db, err := sql.Open("sqlite", "file:"+h.path+"?mode=ro")
	h.check(err)
	c, err := db.Conn(context.Background())
	h.check(err)
	return &reader{h, db, c, map[string]*sql.Stmt{}}
}

func (r *reader) close() {
	for _, s := range r.stmts {
		_ = s.Close()
	}
	_ = r.Conn.Close()
	_ = r.db.Close()
}

func (r *reader) each(query string, row func(scan func(...any))) {
	s := r.stmts[query]
	if s == nil {
		var err error
		s, err = r.PrepareContext(context.Background(), query)
		r.h.check(err)
		r.stmts[query] = s
	}
	rows, err := s.Query()
	r.h.check(err)
	defer rows.Close()
	for rows.Next() {
		row(func(into ...any) { r.h.check(rows.Scan(into...)) })
	}
	r.h.check(rows.Err())
}

// read returns the record of now; the last one again where nobody has written.
func (r *reader) read() *record {
	s := &record{pipes: map[int64]pipe{}, runs: map[int64]run{}, instances: map[instanceKey]instance{},
		attempts: map[attemptKey]attempt{}, lanes: map[int64]int{}}
	r.each(`PRAGMA data_version`, func(scan func(...any)) { scan(&s.version) })
	if r.h.seen != nil && r.h.seen.version == s.version {
		return r.h.seen
	}
	r.each(`SELECT pipeline_id, name, ifnull(last_end, 0) FROM pipelines`, func(scan func(...any)) {
		var id int64
		var p pipe
		scan(&id, &p.name, &p.lastEnd)
		s.pipes[id] = p
	})
	r.each(`SELECT run_id, pipeline_id, interval_start, interval_end, lane, kind, state FROM runs`, func(scan func(...any)) {
		var id int64
		var v run
		scan(&id, &v.pipe, &v.start, &v.end, &v.lane, &v.kind, &v.state)
		s.runs[id] = v
	})
	r.each(`SELECT i.run_id, t.name, i.map_index, i.state, i.try, i.try_limit, i.open, ifnull(i.not_before, 0)
		FROM task_instances AS i CROSS JOIN tasks AS t USING (task_id)`, func(scan func(...any)) {
		var k instanceKey
		var v instance
		scan(&k.run, &k.task, &k.index, &v.state, &v.try, &v.limit, &v.open, &v.notBefore)
		s.instances[k] = v
	})
	r.each(`SELECT a.run_id, t.name, a.map_index, a.try, a.state, a.queued_at FROM attempts AS a CROSS JOIN tasks AS t USING (task_id)`,
		func(scan func(...any)) {
			var k attemptKey
			var v attempt
			scan(&k.run, &k.task, &k.index, &k.try, &v.state, &v.queued)
			s.attempts[k] = v
		})
	r.each(`SELECT pipeline_id, first_start, last_end FROM skipped_intervals`, func(scan func(...any)) {
		var v stretch
		scan(&v.pipe, &v.start, &v.end)
		s.skipped = append(s.skipped, v)
	})
	r.each(`SELECT operation_id, max_active FROM operations WHERE state IS NOT NULL`, func(scan func(...any)) {
		var id int64
		var n int
		scan(&id, &n)
		s.lanes[id] = n
	})
	return s
}

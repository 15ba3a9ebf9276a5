package sqlite

import (
	"cmp"
	"slices"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// actions are stored as their place in this list, which never changes.
var actions = []plan.Action{plan.None, plan.Rerun, plan.Restart, plan.Create, plan.Cancel, plan.Marked, plan.Restore,
	plan.Reopen, plan.Remove}

func actionNumber(a plan.Action) int { return slices.Index(actions, a) }

// progression is runs whose intervals lie at equal distances: one row for each i below count.
type progression struct {
	pipeline     string
	start, step  int64
	length, late int64 // of each interval; from its end to the instant at which it is due
	partial      bool
	params       plan.Params
	kind         plan.Kind
	count        int64
}

// createRuns makes the new runs, oldest first. A schedule is mostly regular, so a million
// intervals are a handful of progressions, each one statement.
func (o *ordering) createRuns() error {
	var made []*plan.PlanRun
	for i := range o.plan.Runs {
		if o.plan.Runs[i].Action == plan.Create {
			made = append(made, &o.plan.Runs[i])
		}
	}
	slices.SortStableFunc(made, func(a, b *plan.PlanRun) int {
		return cmp.Or(cmp.Compare(a.Pipeline, b.Pipeline), a.IntervalStart.Compare(b.IntervalStart))
	})
	o.made = make(map[moment]int64)
	var first, last int64
	for len(made) > 0 {
		p := progress(made)
		newest, err := o.createProgression(p)
		if err != nil {
			return err
		}
		for i, r := range made[:p.count] {
			if r.Partial {
				o.made[moment{r.Pipeline, r.IntervalStart.UnixMicro()}] = newest - p.count + 1 + int64(i)
			}
		}
		if first == 0 {
			first = newest - p.count + 1
		}
		last = newest
		made = made[p.count:]
	}
	if first == 0 {
		return nil
	}
	return o.w.one("the operation", `
		UPDATE operations
		SET first_run = ?,
		    last_run = ?
		WHERE operation_id = ?`, first, last, o.id)
}

// progress is the longest progression at the head of runs.
func progress(runs []*plan.PlanRun) progression {
	p := one(runs[0])
	for i, r := range runs[1:] {
		q := one(r)
		step := q.start - runs[i].IntervalStart.UnixMicro()
		if i == 0 {
			p.step = step
		}
		if step != p.step || q.pipeline != p.pipeline || q.length != p.length || q.late != p.late || q.partial != p.partial || q.params != p.params || q.kind != p.kind {
			break
		}
		p.count++
	}
	return p
}

func one(r *plan.PlanRun) progression {
	p := progression{pipeline: r.Pipeline, start: r.IntervalStart.UnixMicro(), count: 1, partial: r.Partial, params: r.Params, kind: r.Kind}
	p.length = r.IntervalEnd.UnixMicro() - p.start
	if !r.Due.IsZero() {
		p.late = r.Due.UnixMicro() - r.IntervalEnd.UnixMicro()
	}
	return p
}

// kind is that of a run which the order makes; what an undo brings back keeps its own.
func (o *ordering) kind(p progression) plan.Kind {
	switch o.plan.Kind {
	case "trigger":
		return plan.Manual
	case "unpause":
		return plan.Scheduled
	case "undo":
		return p.kind
	}
	return plan.Backfilled
}

// createProgression returns the number of the last run; they are numbered without a gap. The
// numbers below count come from two lists of a thousand each, or as many as it takes: a row of
// a recursion costs a quarter of what the row of a run does.
func (o *ordering) createProgression(p progression) (newest int64, err error) {
	pipeline, err := o.names.pipeline(o.w, p.pipeline)
	if err != nil {
		return 0, err
	}
	params, err := o.params(p.params)
	if err != nil {
		return 0, err
	}
	o.tally.run(pipeline, plan.RunQueued, p.count)
	return o.w.insert(`
		INSERT INTO runs (pipeline_id, interval_start, length, kind, state, lane, partial, operation_id, due_at, created_at, params_id)
		WITH RECURSIVE
		  ones (n) AS MATERIALIZED (VALUES (0) UNION ALL SELECT n + 1 FROM ones WHERE n < 999),
		  thousands (n) AS MATERIALIZED (VALUES (0) UNION ALL SELECT n + 1000 FROM thousands WHERE n + 1000 < ?3),
		  progression (start) AS (
		    SELECT ?1 + ?2 * (t.n + o.n)
		    FROM thousands AS t
		    CROSS JOIN ones AS o
		    WHERE t.n + o.n < ?3)
		SELECT ?4, start, ?5, ?6, 0, ?7, ?8, ?9, CASE WHEN ?10 <> 0 THEN start + ?5 + ?10 END, ?11, ?12
		FROM progression`,
		p.start, p.step, p.count, pipeline, p.length, o.kind(p), o.lane(), p.partial, o.id, p.late, o.now, params)
}

// runGroup is runs to which the same happens.
type runGroup struct {
	pipeline int64
	action   plan.Action
	from, to plan.RunState
	pinned   bool // to the version that they ran with
	runs     []int64
}

func (o *ordering) runGroups(wanted ...plan.Action) []*runGroup {
	type key struct {
		pipeline string
		action   plan.Action
		from, to plan.RunState
		pinned   bool
	}
	groups := map[key]*runGroup{}
	var list []*runGroup
	for i := range o.plan.Runs {
		r := &o.plan.Runs[i]
		if !slices.Contains(wanted, plan.Action(r.Action)) {
			continue
		}
		k := key{pipeline: r.Pipeline, action: plan.Action(r.Action), from: *r.State, pinned: r.Version != ""}
		if r.To != nil {
			k.to = *r.To
		}
		g := groups[k]
		if g == nil {
			g = &runGroup{pipeline: o.names.pipelines[r.Pipeline], action: k.action, from: k.from, to: k.to, pinned: k.pinned}
			groups[k] = g
			list = append(list, g)
		}
		g.runs = append(g.runs, r.Run)
	}
	return list
}

// changeRuns keeps what runs were and puts them back to work, or to what they were before
// the order that an undo takes back.
func (o *ordering) changeRuns() error {
	for _, g := range o.runGroups(plan.None, plan.Reopen, plan.Restore, plan.Marked) {
		if err := o.choose(g.runs); err != nil {
			return err
		}
		if err := o.keepRuns(g); err != nil {
			return err
		}
		if err := o.pin(g); err != nil {
			return err
		}
		if g.action == plan.None {
			continue
		}
		o.tally.run(g.pipeline, g.from, -int64(len(g.runs)))
		var err error
		switch {
		case g.action == plan.Restore && g.to.Final():
			o.tally.run(g.pipeline, g.to, int64(len(g.runs)))
			err = o.restoreRuns(g)
		case g.action == plan.Marked:
			o.tally.run(g.pipeline, g.to, int64(len(g.runs)))
			err = o.markRuns(g)
		default:
			o.tally.run(g.pipeline, plan.RunQueued, int64(len(g.runs)))
			err = o.reopenRuns(g)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// keepRuns writes down what runs are before the order. Runs are found by their number: the
// statistics of a quiet database say that nothing waits, and then SQLite takes the index of
// what waits for a shorter way, and walks it once for each run. So they are NOT INDEXED.
func (o *ordering) keepRuns(g *runGroup) error {
	return o.w.many("runs", len(g.runs), `
		INSERT INTO operation_runs (operation_id, run_id, action, state, lane, started_at, ended_at, reason_id, pinned)
		SELECT ?, r.run_id, ?, r.state, r.lane, r.started_at, r.ended_at, r.reason_id, r.pinned
		FROM temp.chosen AS c
		CROSS JOIN runs AS r NOT INDEXED USING (run_id)
		WHERE r.state = ?`, o.id, actionNumber(g.action), g.from)
}

// reopenRuns puts runs back into a queue: that of a backfill, or of the live schedule. An
// undo gives a run back to the backfill that it was of, as long as that goes on.
func (o *ordering) reopenRuns(g *runGroup) error {
	return o.w.many("runs", len(g.runs), `
		UPDATE runs NOT INDEXED
		SET state = 0,
		    lane = ifnull((
		      SELECT p.operation_id
		      FROM operation_runs AS b
		      CROSS JOIN operations AS p ON p.operation_id = b.lane
		      WHERE b.operation_id = ?1
		        AND b.run_id = runs.run_id
		        AND p.state = 0), ?2),
		    ended_at = NULL,
		    reason_id = NULL
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND state = ?3`, o.plan.Undoes, o.lane(), g.from)
}

// markRuns ends runs as a person says.
func (o *ordering) markRuns(g *runGroup) error {
	reason, err := o.names.reason(o.w, o.marked())
	if err != nil {
		return err
	}
	return o.w.many("runs", len(g.runs), `
		UPDATE runs NOT INDEXED
		SET state = ?,
		    ended_at = ?,
		    reason_id = ?
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND state = ?`, g.to, o.now, reason, g.from)
}

func (o *ordering) restoreRuns(g *runGroup) error {
	return o.w.many("runs", len(g.runs), `
		UPDATE runs NOT INDEXED
		SET (state, lane, started_at, ended_at, reason_id) = (
		  SELECT b.state, b.lane, b.started_at, b.ended_at, b.reason_id
		  FROM operation_runs AS b
		  WHERE b.operation_id = ?
		    AND b.run_id = runs.run_id
		    AND b.state = ?)
		WHERE run_id IN (SELECT run_id FROM temp.chosen)
		  AND state = ?`, o.plan.Undoes, g.to, g.from)
}

// removeRuns deletes runs that an order made and that never began.
func (o *ordering) removeRuns() error {
	for _, g := range o.runGroups(plan.Remove) {
		if err := o.choose(g.runs); err != nil {
			return err
		}
		o.tally.run(g.pipeline, g.from, -int64(len(g.runs)))
		if err := o.w.many("runs", len(g.runs), `
			INSERT INTO operation_runs (operation_id, run_id, action, state, lane, started_at, ended_at, reason_id,
			                            pipeline_id, interval_start, interval_end, kind, partial, due_at, params_id)
			SELECT ?, r.run_id, ?, r.state, r.lane, r.started_at, r.ended_at, r.reason_id,
			       r.pipeline_id, r.interval_start, r.interval_end, r.kind, r.partial, r.due_at, r.params_id
			FROM temp.chosen AS c
			CROSS JOIN runs AS r NOT INDEXED USING (run_id)
			WHERE r.state = ?`, o.id, actionNumber(g.action), g.from); err != nil {
			return err
		}
		if err := o.w.many("runs", len(g.runs), `
			DELETE FROM runs
			WHERE run_id IN (SELECT run_id FROM temp.chosen)`); err != nil {
			return err
		}
	}
	return nil
}

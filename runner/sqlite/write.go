package sqlite

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// outcome is what a decision led to beyond what it says.
type outcome struct {
	created map[string]int // new runs by pipeline: those that existed are not among them
	lanes   map[int64]bool // backfills that are done
	anew    bool           // runs are not what memory takes them for
}

// writing is one decision on its way into the database.
type writing struct {
	*DB
	w   *conn
	now time.Time
	outcome
	tally tally
	began map[plan.AttemptKey]time.Time  // when attempts of this decision started to run
	ended map[plan.AttemptKey]time.Time  // and when they ended
	taken []int64                        // runs that orders were quicker to make
	told  map[plan.AttemptKey]bool       // ends that a change of the task instance has told of
	brief map[plan.AttemptKey]plan.State // what an instance was before a start that is written with its end
}

// write applies a decision in its order, and moves the counters last.
func (db *DB) write(w *conn, now time.Time, d *plan.Decision) (outcome, error) {
	x := &writing{DB: db, w: w, now: now, tally: newTally(),
		outcome: outcome{created: map[string]int{}, lanes: map[int64]bool{}},
		began:   map[plan.AttemptKey]time.Time{}, ended: map[plan.AttemptKey]time.Time{},
		told: map[plan.AttemptKey]bool{}, brief: map[plan.AttemptKey]plan.State{}}
	x.attemptTimes(d)
	if err := x.all(d); err != nil {
		return x.outcome, err
	}
	for _, run := range x.taken { // last: what the decision does to them is done
		if err := x.claim(run); err != nil {
			return x.outcome, fmt.Errorf("cannot claim run %d: %w", run, err)
		}
	}
	if err := x.tally.write(w); err != nil {
		return x.outcome, err
	}
	return x.outcome, x.closeLanes(d)
}

func (x *writing) attemptTimes(d *plan.Decision) {
	for _, ch := range d.Attempts {
		if ch.To == plan.AttemptRunning {
			x.began[ch.AttemptKey] = ch.At
		}
		if !ch.To.Open() {
			x.ended[ch.AttemptKey] = ch.At
			if !ch.StartedAt.IsZero() {
				x.began[ch.AttemptKey] = ch.StartedAt
			}
		}
	}
}

func (x *writing) all(d *plan.Decision) error {
	for _, n := range d.Create {
		if err := x.create(n); err != nil {
			return fmt.Errorf("cannot create run of %q at %s: %w", n.Pipeline, n.Interval.Start.Format(time.RFC3339), err)
		}
	}
	for _, s := range d.Skip {
		if err := x.skip(s); err != nil {
			return fmt.Errorf("cannot record what %q skips: %w", s.Pipeline, err)
		}
	}
	for _, c := range d.Cursors {
		if err := x.cursor(c); err != nil {
			return fmt.Errorf("cannot move the schedule of %q: %w", c.Pipeline, err)
		}
	}
	for i := range d.Runs {
		if err := x.run(&d.Runs[i]); err != nil {
			return fmt.Errorf("cannot change run %d: %w", d.Runs[i].Run.ID, err)
		}
	}
	for _, t := range d.Turn {
		if err := x.turn(t.Lane); err != nil {
			return fmt.Errorf("cannot turn backfill %d: %w", t.Lane, err)
		}
	}
	for i := range d.Tasks {
		if err := x.task(&d.Tasks[i]); err != nil {
			return fmt.Errorf("cannot change task %q of run %d: %w", d.Tasks[i].Task, d.Tasks[i].Run.ID, err)
		}
	}
	for i := range d.Attempts {
		if err := x.attempt(&d.Attempts[i]); err != nil {
			return fmt.Errorf("cannot change attempt %s: %w", d.Attempts[i].AttemptKey, err)
		}
	}
	for _, k := range d.Cancel {
		if err := x.cancelling(k); err != nil {
			return fmt.Errorf("cannot cancel attempt %s: %w", k, err)
		}
	}
	return nil
}

// create makes a run, unless one has an instant in common with it: an order was quicker, on
// this grid or, before the schedule changed, on another.
func (x *writing) create(n plan.NewRun) error {
	pipeline, err := x.names.pipeline(x.w, n.Pipeline)
	if err != nil {
		return err
	}
	start, end := n.Interval.Start.UnixMicro(), n.Interval.End.UnixMicro()
	made, err := x.w.exec(`
		INSERT INTO runs (pipeline_id, interval_start, length, kind, state, lane, due_at, created_at)
		SELECT ?1, ?2, ?3 - ?2, ?4, 0, ?5, ?6, ?7
		WHERE NOT EXISTS (
		  SELECT 1
		  FROM (
		    SELECT interval_end
		    FROM runs
		    WHERE pipeline_id = ?1
		      AND interval_start < ?3
		    ORDER BY interval_start DESC
		    LIMIT 1)
		  WHERE interval_end > ?2)
		ON CONFLICT (pipeline_id, interval_start) DO NOTHING`,
		pipeline, start, end, n.Kind, n.Lane, due(n.Due, n.Interval.End), x.now.UnixMicro())
	switch {
	case err != nil:
		return err
	case made > 0:
		x.created[n.Pipeline]++
		x.tally.run(pipeline, plan.RunQueued, 1)
		return nil
	}
	if run, ok, err := x.reached(pipeline, n); ok || err != nil {
		x.taken = append(x.taken, run)
		return err
	}
	return x.skip(plan.SkippedStretch{Pipeline: n.Pipeline, Stretch: timetable.Stretch{
		First: n.Interval, Last: n.Interval, Count: 1, Reason: "overlaps a run"}})
}

// due is NULL where it says no more than the interval does.
func due(t, end time.Time) any {
	if t.Equal(end) {
		return nil
	}
	return micros(t)
}

func (x *writing) skip(s plan.SkippedStretch) error {
	pipeline, err := x.names.pipeline(x.w, s.Pipeline)
	if err != nil {
		return err
	}
	text := s.Reason
	if text == "" {
		text = "catchup"
	}
	reason, err := x.names.reason(x.w, text)
	if err != nil {
		return err
	}
	_, err = x.w.exec(`
		INSERT INTO skipped_intervals (pipeline_id, first_start, first_end, last_start, last_end, count, reason_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline_id, first_start) DO NOTHING`,
		pipeline, s.First.Start.UnixMicro(), s.First.End.UnixMicro(), s.Last.Start.UnixMicro(), s.Last.End.UnixMicro(),
		s.Count, reason, x.now.UnixMicro())
	return err
}

func (x *writing) cursor(c plan.Cursor) error {
	pipeline, err := x.names.pipeline(x.w, c.Pipeline)
	if err != nil {
		return err
	}
	return x.w.one("the pipeline", `
		UPDATE pipelines
		SET last_start = ?,
		    last_end = ?
		WHERE pipeline_id = ?`, c.Last.Start.UnixMicro(), c.Last.End.UnixMicro(), pipeline)
}

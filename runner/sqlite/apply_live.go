package sqlite

import "github.com/tidemark-dev/tidemark/runner/plan"

// changeLive pauses the live schedule or lets it go on, moves its place, and changes the
// record of what it passed over.
func (o *ordering) changeLive() error {
	l := o.plan.Live
	if l == nil {
		return nil
	}
	pipeline, err := o.names.pipeline(o.w, l.Pipeline)
	if err != nil {
		return err
	}
	wasStart, wasEnd := placed(l.WasLast)
	start, end := placed(l.Last)
	if err := o.w.one("the pipeline", `
		UPDATE pipelines
		SET paused = ?,
		    last_start = ?,
		    last_end = ?
		WHERE pipeline_id = ?
		  AND paused = ?
		  AND last_start IS ?
		  AND last_end IS ?`, l.Paused, start, end, pipeline, l.WasPaused, wasStart, wasEnd); err != nil {
		return err
	}
	for _, s := range l.Skip {
		if err := o.pass(pipeline, s); err != nil {
			return err
		}
	}
	for _, s := range l.Unskip {
		if err := o.w.one("the stretch", `
			DELETE FROM skipped_intervals
			WHERE pipeline_id = ?
			  AND first_start = ?`, pipeline, s.First.Start.UnixMicro()); err != nil {
			return err
		}
	}
	if l.Paused {
		return nil
	}
	// What another order has made there already is the schedule's own from now on.
	_, err = o.w.exec(`
		UPDATE runs
		SET operation_id = NULL
		WHERE pipeline_id = ?
		  AND interval_start > ifnull(?, -9223372036854775808)
		  AND interval_start <= ?
		  AND operation_id IS NOT NULL`, pipeline, wasStart, start)
	return err
}

func (o *ordering) pass(pipeline int64, s plan.Passed) error {
	reason, err := o.names.reason(o.w, s.Reason)
	if err != nil {
		return err
	}
	return o.w.one("the stretch", `
		INSERT INTO skipped_intervals (pipeline_id, first_start, first_end, last_start, last_end, count, reason_id, at)
		VALUES (?, ?, ?, ?, ?, ?, ?, ?)
		ON CONFLICT (pipeline_id, first_start) DO UPDATE
		SET last_start = excluded.last_start, last_end = excluded.last_end, count = excluded.count,
		    reason_id = excluded.reason_id, at = excluded.at`,
		pipeline, s.First.Start.UnixMicro(), s.First.End.UnixMicro(), s.Last.Start.UnixMicro(), s.Last.End.UnixMicro(),
		s.Count, reason, o.now)
}

// placed is an interval's bounds, or NULLs.
func placed(p *plan.Place) (start, end any) {
	if p == nil {
		return nil, nil
	}
	return p.Start.UnixMicro(), p.End.UnixMicro()
}

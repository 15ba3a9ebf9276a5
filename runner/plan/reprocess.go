package plan

// existing plans for an interval that has a run. Selected tasks that have no instance in
// it are made; what else happens is the order's to say, and only to a finished run.
func (b *backfilling) existing(run *Run) {
	run = ordered(b.s.Def, run)
	var place placement
	place.of(b.s.Def, run)
	rows := len(b.Instances)
	for t, why := range b.why {
		if why == "" {
			continue
		}
		if place.first[t] == place.end[t] && (run.Partial || run.State.Final()) {
			b.create(run.ID, run.Interval.Start, t)
		}
		for i := place.first[t]; i < place.end[t]; i++ {
			if in := &run.Instances[i]; run.State.Final() && b.reprocesses(in.State) {
				b.row(again(b.s, run, in, t, why))
			}
		}
	}
	if len(b.Instances) > rows {
		b.Runs = append(b.Runs, reopened(b.s.Name, run))
		return
	}
	why := "in flight"
	if run.State.Final() {
		why = "already exists: " + run.State.String()
	}
	b.leave(b.s.Name, "", run.Interval.Start, run.State.String(), why)
}

// reprocesses says whether an instance of a finished run runs again.
func (b *backfilling) reprocesses(s State) bool {
	switch b.args.Reprocess {
	case ReprocessFailed:
		return s == Failed || s == UpstreamFailed
	case ReprocessCompleted:
		return s != Removed
	}
	return false
}

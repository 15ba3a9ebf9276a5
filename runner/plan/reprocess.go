package plan

import "slices"

// existing plans for an interval that has a run. Selected tasks that have no instance in
// it are made; what else happens is the order's to say, and only to a finished run. Work
// that is made or runs again has its setups and teardowns done again.
func (b *backfilling) existing(run *Run) {
	run = ordered(b.s.Def, run)
	var place placement
	place.of(b.s.Def, run)
	made := func(t int) bool { return place.first[t] == place.end[t] && (run.Partial || run.State.Final()) }
	repeated := func(in *Instance) bool { return run.State.Final() && b.reprocesses(run, in.State) }
	taken := along(b.s.Def, func(t int) bool {
		return b.why[t] != "" && (made(t) || slices.ContainsFunc(run.Instances[place.first[t]:place.end[t]],
			func(in Instance) bool { return repeated(&in) }))
	})
	rows := len(b.Instances)
	for t, why := range b.why {
		if taken[t] != "" {
			why = taken[t]
		}
		if why == "" {
			continue
		}
		if made(t) {
			b.create(b.s, run.ID, run.Interval.Start, t, why)
		}
		for i := place.first[t]; i < place.end[t]; i++ {
			in := &run.Instances[i]
			prepares := in.State.Live() && b.s.Def.Tasks[t].Setup // it is not done yet, so that nothing is lost
			if repeated(in) && taken[t] == "" || taken[t] != "" && in.State != Waiting && !prepares {
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

// reprocesses says whether an instance of a finished run runs again. A run that is there
// because it has failed is treated as --reprocess failed does; one that was asked about
// only because it might be missing, not at all.
func (b *backfilling) reprocesses(run *Run, s State) bool {
	failed := s == Failed || s == UpstreamFailed
	picked := b.only(OnlyFailed) && run.State == RunFailed
	switch {
	case len(b.args.Only) > 0 && !picked && (!b.only(OnlySkipped) || b.s.passedOver(run.Interval) == nil):
		return false
	case b.args.Reprocess == ReprocessCompleted:
		return s != Removed
	}
	return failed && (picked || b.args.Reprocess == ReprocessFailed)
}

package plan

// likeness is what two runs share that hold the very same instances: a store hands out one
// list for all runs in which the same tasks are in the same state.
type likeness struct {
	first *Instance
	count int
}

func likenessOf(run *Run) likeness {
	if len(run.Instances) == 0 {
		return likeness{}
	}
	return likeness{&run.Instances[0], len(run.Instances)}
}

// extent is how much of a draft is there.
type extent struct{ instances, untouched int }

// stretchOfRows is what a draft says of one run.
type stretchOfRows struct{ from, to extent }

func (d *draft) rows() extent { return extent{len(d.Instances), len(d.Untouched)} }

func (d *draft) since(from extent) stretchOfRows { return stretchOfRows{from, d.rows()} }

// repeat says of a run what was said of one that is like it.
func (d *draft) repeat(like stretchOfRows, run *Run) {
	for _, r := range d.Instances[like.from.instances:like.to.instances] {
		r.IntervalStart, r.Run = run.Interval.Start, run.ID
		d.row(r)
	}
	for _, u := range d.Untouched[like.from.untouched:like.to.untouched] {
		u.IntervalStart = run.Interval.Start
		d.start(u.IntervalStart)
		d.Untouched = append(d.Untouched, u)
	}
}

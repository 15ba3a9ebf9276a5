package plan

// estimate says how long a plan takes, if it makes anything run.
func (p *Plan) estimate(scopes []*PipelineScope) *Plan {
	if len(scopes) == 0 {
		return p
	}
	e := &estimation{scopes: map[string]*PipelineScope{}, work: map[string]*Work{}}
	for _, s := range scopes {
		if s.Def != nil && len(s.History) >= leastHistory {
			e.scopes[s.Name] = s
		}
	}
	rows := p.Instances
	for len(rows) > 0 {
		n := 1
		for n < len(rows) && rows[n].Pipeline == rows[0].Pipeline && rows[n].IntervalStart.Equal(rows[0].IntervalStart) {
			n++
		}
		if !e.run(p, rows[:n]) {
			return p
		}
		rows = rows[n:]
	}
	var all []Work
	for _, name := range p.Pipelines {
		if w := e.work[name]; w != nil {
			all = append(all, *w)
		}
	}
	p.ETA = Forecast(all, scopes[0].Machine)
	return p
}

// estimation collects the work of a plan, by pipeline.
type estimation struct {
	scopes map[string]*PipelineScope
	work   map[string]*Work
	last   []PlanRow // of the run before
}

// run adds the rows of one run; false says that too little is known.
func (e *estimation) run(p *Plan, rows []PlanRow) bool {
	s := e.scopes[rows[0].Pipeline]
	w := e.work[rows[0].Pipeline]
	if w != nil && len(w.Stints) > 0 && alike(e.last, rows) {
		w.Stints[len(w.Stints)-1].Runs++
		return true
	}
	e.last = nil
	var tasks []int
	for i := range rows {
		if rows[i].To != Waiting {
			continue
		}
		if s == nil {
			return false
		}
		t := s.Def.Index(rows[i].Task)
		if t < 0 {
			return false
		}
		tasks = append(tasks, t)
	}
	if len(tasks) == 0 {
		return true
	}
	if w == nil {
		w = &Work{Def: s.Def, History: s.History}
		if p.Lane != nil {
			w.MaxActive = p.Lane.MaxActive
		}
		e.work[s.Name] = w
	}
	w.Stints = append(w.Stints, Stint{Tasks: tasks, Runs: 1})
	e.last = rows
	return true
}

// alike says whether the same happens to the same tasks in two runs of one pipeline.
func alike(a, b []PlanRow) bool {
	if len(a) != len(b) || a[0].Pipeline != b[0].Pipeline {
		return false
	}
	for i := range a {
		if a[i].Task != b[i].Task || a[i].To != b[i].To {
			return false
		}
	}
	return true
}

package runner

import "github.com/tidemark-dev/tidemark/runner/plan"

// standing is what is left to do after a decision.
type standing struct {
	idle  bool
	stuck []Stuck
}

// standingOf looks at the world that a decision leads to. The loop is idle when nothing is
// with the executor, nothing retries and nothing was just begun; unfinished runs that are
// left then wait for a person.
func standingOf(w *plan.World, d *plan.Decision) standing {
	if d.Again || len(d.Start) > 0 || len(d.Create) > 0 {
		return standing{}
	}
	s := standing{idle: true}
	for _, p := range w.Pipelines {
		runs := len(p.Running)
		for _, lane := range p.Lanes {
			runs += len(lane.Queued)
		}
		if moving(p) {
			s.idle = false
		}
		if runs > 0 {
			s.stuck = append(s.stuck, Stuck{Pipeline: p.Name, Runs: runs, Why: whyStuck(p)})
		}
	}
	return s
}

func moving(p *plan.PipelineState) bool {
	for _, run := range p.Running {
		for i := range run.Instances {
			in := &run.Instances[i]
			works := !p.Paused && p.Def != nil
			if in.Open || in.State.Live() || works && (in.State == plan.Retrying || in.State == plan.Waiting && !in.NotBefore.IsZero()) {
				return true
			}
		}
	}
	return false
}

func whyStuck(p *plan.PipelineState) string {
	switch {
	case p.Def == nil:
		return "no valid file declares it"
	case p.Paused:
		return WhyPaused
	}
	for _, lane := range p.Lanes {
		if lane.Paused && len(lane.Queued) > 0 {
			return "its backfill is paused"
		}
	}
	return "its tasks wait for something that will not come"
}

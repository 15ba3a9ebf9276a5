package plan

import "slices"

// A run that waits for its past holds a place among the running ones. When an order puts
// back an earlier run and the lane is full, that one could wait for the place of a run that
// waits for it. So a running run that is stuck behind a queued one steps aside: it goes back
// into the queue, and its place goes to an earlier run of its lane. The earliest run of a
// pipeline that has not ended is stuck behind nothing, so it always comes to its place.

// stuck says whether nothing of a run can move before a run that is queued has moved: its
// past is all that holds its tasks, and the run before is queued, or stuck itself.
func (e *examination) stuck(before []*Run) bool {
	p := e.run.Previous
	if !e.held || e.moves || len(e.ready) > 0 || p == nil || p.State != RunQueued && !slices.Contains(before, p) {
		return false
	}
	return !slices.ContainsFunc(e.run.Instances, func(in Instance) bool { return in.busy() })
}

// stepAside gives the places of stuck runs to the earlier ones of their lanes, the latest
// first. A lane in which the newest come first would give the place back to the same run: it
// turns round.
func (s *step) stepAside(p *PipelineState, stuck []*Run) {
	for _, lane := range p.Lanes {
		if lane.Paused || p.active(lane.ID) < lane.maxActive(p.Def) {
			continue
		}
		ahead := 0
		for _, run := range slices.Backward(stuck) {
			if run.Lane != lane.ID {
				continue
			}
			if lane.Backwards {
				s.turn(p, lane, run)
				break
			}
			if ahead == len(lane.Queued) || !lane.Queued[ahead].Interval.Start.Before(run.Interval.Start) {
				break
			}
			ahead++
			s.shiftRun(run, runStepAside, "an earlier run, which it waits for, needs its place", nil)
			at, _ := slices.BinarySearchFunc(lane.Queued, run, ByInterval)
			lane.Queued = slices.Insert(lane.Queued, at, run)
		}
	}
	p.Running = slices.DeleteFunc(p.Running, func(run *Run) bool { return run.State != RunRunning })
}

// turn lets a lane go on with its oldest run, if one is older than the run that is stuck.
// Which one that is may not be known here: the next look finds it.
func (s *step) turn(p *PipelineState, lane *Lane, stuck *Run) {
	earlier := func(queued *Run) bool { return queued.Interval.Start.Before(stuck.Interval.Start) }
	if !lane.More && !slices.ContainsFunc(lane.Queued, earlier) {
		return
	}
	s.decision.Turn = append(s.decision.Turn, TurnedLane{p.Name, lane.ID})
	s.decision.Again = true
	lane.Backwards, lane.Queued, lane.More = false, nil, true
}

package plan

import "fmt"

// noRun explains why there is no run at the interval.
func (y *inquiry) noRun() {
	p := y.Pipeline
	fill := fmt.Sprintf("tidemark backfill %s -s %s -e %s makes it", p.Name, stamp(y.Interval.Start), stamp(y.Interval.Start))
	switch {
	case p.Def == nil:
		y.check("definition", false, "no valid file declares %s", p.Name)
		y.say("does not exist: no valid file declares the pipeline")
	case y.Skipped != nil:
		y.check("catchup", false, "%s", y.Skipped.Reason)
		y.say("does not exist: the schedule passed over the interval (%s); %s", y.Skipped.Reason, fill)
	case p.Def.Timetable == nil:
		y.check("schedule", false, "the pipeline has no schedule")
		y.say("does not exist: the pipeline has no schedule, and nobody has triggered it")
	case !p.Def.Timetable.OnGrid(y.Interval.Start):
		y.check("interval", false, "no interval of the schedule starts then")
		y.say("does not exist: no interval of %s starts then", p.Def.Schedule)
	case y.Interval.Start.Before(p.Def.Start):
		y.check("start_date", false, "start_date is %s", stamp(p.Def.Start))
		y.say("does not exist: the interval starts before start_date %s; %s", stamp(p.Def.Start), fill)
	case !p.Def.End.IsZero() && y.Interval.Start.After(p.Def.End):
		y.check("end_date", false, "end_date is %s", stamp(p.Def.End))
		y.say("does not exist: the interval starts after end_date %s; %s", stamp(p.Def.End), fill)
	default:
		y.due(fill)
	}
}

// due explains an interval that belongs to the schedule and has no run.
func (y *inquiry) due(fill string) {
	p := y.Pipeline
	period, _ := p.Def.Timetable.Containing(y.Interval.Start)
	isDue := !period.Due.After(y.now)
	y.check("due", isDue, "the interval is due at %s", stamp(period.Due))
	y.pipeline()
	switch {
	case !p.Last.IsZero() && !p.Last.End.Before(period.End):
		y.check("schedule", false, "the schedule stands at %s", stamp(p.Last.End))
		y.say("does not exist: the schedule has gone past the interval; %s", fill)
	case !isDue:
		if !p.Paused {
			y.doc.StartsWhen = known(period.Due)
		}
		y.say("does not exist yet: %s", y.obstacles())
	case p.Paused:
		y.say("does not exist: the interval is due, but the pipeline is paused")
	case y.NoRunner:
		y.check("runner", false, "%s", y.runner())
		y.say("does not exist yet: the interval is due, but %s", y.runner())
	default:
		y.doc.StartsWhen = known(y.now)
		y.say("does not exist yet: the interval is due and is looked at next (catchup: %s)", p.Def.Catchup)
	}
}

// noInstance explains why a run has no instance of the task.
func (y *inquiry) noInstance() {
	p := y.Pipeline
	declared := p.Def != nil && p.Def.Index(y.Task) >= 0
	if y.MapIndex >= 0 && y.Run.has(y.Task) {
		y.check("for_each", false, "its list has no item of that index, or is not known yet")
		y.say("does not exist: its list has no item of that index, or is not known yet; tidemark why %s %s %s says more",
			p.Name, stamp(y.Interval.Start), y.Task)
		return
	}
	ask := fmt.Sprintf("tidemark backfill %s -t '^%s$' -s %s -e %s asks for it", p.Name, y.Task, stamp(y.Interval.Start), stamp(y.Interval.Start))
	switch {
	case !declared:
		y.check("task", false, "the pipeline has no task %s", y.Task)
		y.say("does not exist: %s has no such task", p.Name)
	case y.Run.Partial:
		y.check("selection", false, "the run was made for other tasks")
		y.say("does not exist: the run was made for other tasks; %s", ask)
	case y.Run.State.Final():
		y.check("run", false, "the run ended before the task was added")
		y.say("does not exist: the task was added after the run had ended; %s", ask)
	default:
		y.pipeline()
		y.lane()
		y.check("runner", !y.NoRunner, "%s", y.runner())
		y.conclude("does not exist yet, as its run has not begun with it", "the runner adds it when it looks next", "")
	}
}

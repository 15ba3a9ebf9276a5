package plan

import (
	"fmt"
	"slices"
)

// pending explains an instance that waits: every condition of its start, met or not.
func (y *inquiry) pending(in *Instance) {
	y.pipeline()
	y.lane()
	if in.Open {
		y.check("attempt", false, "attempt %d is being cancelled and has not ended yet", in.Try)
	}
	if y.Pipeline.Def != nil {
		y.graph(in)
	}
	y.past(in)
	y.retry(in)
	y.rooms(in)
	switch more := y.Live - y.Parallelism; {
	case y.Parallelism == 0:
	case more > 0:
		y.check("slots", false, "all %d slots are taken, and %s before it", y.Parallelism, waitFor(more))
	default:
		y.check("slots", more < 0, "%d of %d attempts are with the executor", y.Live, y.Parallelism)
	}
	what := "waits"
	if in.State == Retrying {
		what = fmt.Sprintf("failed in attempt %d of at most %d", in.Try, in.TryLimit)
		if y.Reason != "" {
			what += " (" + y.Reason + ")"
		}
		what += " and tries again"
	}
	if why := y.obstacles(); why != "" {
		y.say("%s: %s", what, why)
		return
	}
	y.doc.StartsWhen = known(y.now)
	y.say("%s, and nothing holds it back: it starts when the runner looks next", what)
}

// waitFor says that attempts which the executor holds already come first.
func waitFor(n int) string {
	if n == 1 {
		return "1 attempt waits for one"
	}
	return fmt.Sprintf("%d attempts wait for one", n)
}

// pipeline checks that the pipeline works at all.
func (y *inquiry) pipeline() {
	p := y.Pipeline
	if p.Def == nil {
		y.check("definition", false, "no valid file declares %s", p.Name)
		return
	}
	if p.Paused {
		y.check("paused", false, "the pipeline is paused")
		return
	}
	y.check("paused", true, "the pipeline is not paused")
}

// lane checks that the run has started, or what keeps it.
func (y *inquiry) lane() {
	lane := &Lane{}
	for _, l := range y.Pipeline.Lanes {
		if l.ID == y.Run.Lane {
			lane = l
		}
	}
	if y.Run.State == RunRunning {
		y.check("run", true, "the run is running")
		return
	}
	y.check("run", false, "its run is %s", y.Run.State)
	if lane.Paused {
		y.check("backfill", false, "backfill %d is paused", lane.ID)
	}
	limit := lane.maxActive(y.Pipeline.Def)
	y.check("max_active_runs", y.Active < limit, "%d of %d runs are running", y.Active, limit)
}

// graph checks the trigger rule over the upstream tasks, then when.
func (y *inquiry) graph(in *Instance) {
	def := y.Pipeline.Def
	t := def.Index(in.Task)
	if t < 0 {
		y.check("task", false, "the task was removed from the pipeline")
		return
	}
	run := ordered(def, y.Run)
	e := &examination{step: &step{}, def: def, run: run, place: &placement{}}
	e.place.of(def, run)
	task := def.Tasks[t]
	answer := e.answer(t)
	for _, u := range def.Upstream(t) {
		y.upstream(e, t, u, answer == runIt)
	}
	for _, s := range def.Setups(t) {
		if !slices.Contains(def.Upstream(t), s) {
			y.upstream(e, t, s, answer == runIt)
		}
	}
	if len(def.Upstream(t)) > 0 {
		y.check(triggerRule, answer == runIt, "%s %s", task.TriggerRule, answerNames[answer])
	}
	if task.When != nil && answer == runIt {
		y.when(e, t, in)
	}
}

var answerNames = [...]string{wait: "is not decided yet", runIt: "is met", skipIt: "will skip it", blockIt: "cannot be met"}

// upstream notes how one upstream task stands. It holds the task back where its end is
// still open and the rule needs it.
func (y *inquiry) upstream(e *examination, t, u int, met bool) {
	id := e.def.Tasks[u].ID
	if e.place.first[u] == e.place.end[u] {
		y.check("upstream "+id, true, "upstream %s is not part of this run and does not count", id)
	}
	for i := e.place.first[u]; i < e.place.end[u]; i++ {
		in := &e.run.Instances[i]
		if in.Open && in.State.Final() && len(e.def.Tasks[t].Teardown) > 0 {
			y.check("upstream "+id, false, "upstream %s is %s, but is still being cancelled", id, in.State)
			continue
		}
		y.check("upstream "+id, met || in.State.Final(), "upstream %s is %s", id, in.State)
	}
}

func (y *inquiry) when(e *examination, t int, in *Instance) {
	wanted, err := e.wanted(e.def.Tasks[t], in)
	switch {
	case err != nil:
		y.check("when", false, "its when cannot be evaluated: %s", err)
	case !wanted:
		y.check("when", false, "its when is false")
	default:
		y.check("when", true, "its when is true")
	}
}

// past checks what the run before says.
func (y *inquiry) past(in *Instance) {
	def := y.Pipeline.Def
	if def == nil {
		return
	}
	t := def.Index(in.Task)
	if t < 0 || !def.Tasks[t].DependsOnPast {
		return
	}
	why := y.Pipeline.past(y.Run, t)
	switch {
	case why != "":
		y.check("depends_on_past", false, "%s", why)
	case y.Run.Previous == nil:
		y.check("depends_on_past", true, "there is no run before")
	default:
		y.check("depends_on_past", true, "the run before, of %s, lets it run", stamp(y.Run.Previous.Interval.Start))
	}
}

// retry checks the delay before the next try.
func (y *inquiry) retry(in *Instance) {
	if in.State != Retrying {
		return
	}
	over := !in.NotBefore.After(y.now)
	y.check("retry_delay", over, "the next try starts at %s at the earliest", stamp(in.NotBefore))
	if !over {
		y.doc.StartsWhen = known(in.NotBefore)
	}
}

package plan

import (
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
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
	y.check("runner", !y.NoRunner, "%s", y.runner())
	what := "waits"
	if in.State == Retrying {
		what = fmt.Sprintf("failed in attempt %d of at most %d", in.Try, in.TryLimit)
		if y.Reason != "" {
			what += " (" + y.Reason + ")"
		}
		what += " and tries again"
	}
	y.conclude(what, "nothing holds it back: it starts when the runner looks next", y.patience(in))
}

// conclude says what waits and for what, or that it waits for nothing but the next look.
func (y *inquiry) conclude(what, next, limit string) {
	switch why := y.obstacles(); {
	case why == "":
		y.doc.StartsWhen = known(y.now)
		y.say("%s, and %s%s", what, next, limit)
	case why == runQueued:
		y.doc.StartsWhen = known(y.now)
		y.say("%s: %s, has room, and starts when the runner looks next", what, why)
	default:
		y.say("%s: %s%s", what, why, limit)
	}
}

const runQueued = "its run is queued"

// patience says until when an instance may lack nothing but room.
func (y *inquiry) patience(in *Instance) string {
	def := y.Pipeline.Def
	if def == nil || in.NotBefore.IsZero() || in.NotBefore.After(y.now) {
		return ""
	}
	t, ok := def.Task(in.Task)
	if !ok || t.QueueTimeout == 0 {
		return ""
	}
	end := in.NotBefore.Add(t.QueueTimeout)
	left := max(end.Sub(y.now), 0).Truncate(time.Second)
	y.check("queue_timeout", left > 0, "it waits for room since %s, and %s of %s are left", stamp(in.NotBefore),
		pipelines.FormatDuration(left), pipelines.FormatDuration(t.QueueTimeout))
	return fmt.Sprintf("; without room it fails at %s", stamp(end))
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
	y.check("run", false, runQueued)
	if lane.ID != 0 {
		y.check("backfill", !lane.Paused, "backfill %d is %s", lane.ID, pausedOrNot(lane.Paused))
	}
	limit := lane.maxActive(y.Pipeline.Def)
	y.check("max_active_runs", y.Active < limit, "%d of %d runs are running", y.Active, limit)
	if y.Ahead > 0 {
		y.check("turn", y.Active+y.Ahead < limit, "%s before it in its queue", prose.Plural(y.Ahead, "run"))
	}
}

func pausedOrNot(paused bool) string {
	if paused {
		return "paused"
	}
	return "not paused"
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
	if e.def.Tasks[u].ForEach != nil && e.run.Instances[max(e.place.end[u]-1, 0)].MapIndex >= 0 {
		y.upstreams(id, e.run.Instances[e.place.first[u]:e.place.end[u]], met)
		return
	}
	for i := e.place.first[u]; i < e.place.end[u]; i++ {
		in := &e.run.Instances[i]
		if in.State == Removed {
			continue
		}
		if in.Open && in.State.Final() && len(e.def.Tasks[t].Teardown) > 0 {
			y.check("upstream "+id, false, "upstream %s is %s, but is still being cancelled", id, in.State)
			continue
		}
		y.check("upstream "+id, met || in.State.Final(), "upstream %s is %s", id, in.State)
	}
}

// upstreams notes how the instances of a mapped upstream task stand, and names the first
// that has not ended.
func (y *inquiry) upstreams(id string, rows []Instance, met bool) {
	total, ended, first := 0, 0, ""
	for i := range rows {
		in := &rows[i]
		switch {
		case in.State == Removed:
			continue
		case in.State.Final():
			ended++
		case first == "":
			first = fmt.Sprintf(", %s is %s", in.Name(), in.State)
		}
		total++
	}
	y.check("upstream "+id, met || ended == total, "of upstream %s %d of %s ended%s", id, ended, prose.Plural(total, "instance"), first)
}

func (y *inquiry) when(e *examination, t int, in *Instance) {
	if items, err := e.itemsOf(e.def.Tasks[t]); err == nil && in.MapIndex >= 0 && in.MapIndex < len(items) {
		in.Item = items[in.MapIndex]
	}
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
	why := y.Pipeline.past(y.Run, t, in.MapIndex)
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

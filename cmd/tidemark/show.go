package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// show tells a person, or with -o jsonl a program, what a run of the loop does.
type show struct {
	call    *call
	session *session
	slots   int
	tally   *tally
	began   time.Time
	drawn   time.Time // when the totals were drawn last
	defs    map[string]*pipelines.Pipeline

	mu        sync.Mutex // problems come from the watcher's goroutine
	progress  ui.Progress
	seq       int
	loads     int64           // at the last look for operations
	operation int64           // the newest that was told, or that was there before
	said      map[string]bool // problems that have been told
	told      []string        // the same, in order
}

// redraw is the least time between two drawings of the totals: faster than the eye, slow
// beside a turn.
const redraw = 100 * time.Millisecond

func newShow(c *call, s *session, slots int) *show {
	v := &show{call: c, session: s, slots: slots, tally: newTally(), said: map[string]bool{}, progress: c.Progress()}
	if c.Format != "text" {
		v.progress = ui.NewProgress("none", c.Err, c.ErrTm, c.Env)
	}
	return v
}

func (v *show) begin(now time.Time, first runner.Definitions, project *pipelines.Project) {
	v.began = now
	v.define(first)
	for _, p := range first.Pipelines {
		if left, err := v.session.db.Totals(v.call.Ctx, p.Name); err == nil && left.Queued+left.Running > 0 {
			v.tally.of(p.Name).known = left.Queued + left.Running
		}
	}
	if rows, err := v.session.db.Operations(v.call.Ctx, sqlite.OperationQuery{Limit: 1}); err == nil && len(rows) > 0 {
		v.operation = rows[0].ID
	}
	commit := first.Workshop.Commit
	v.event(event{Time: now, Type: "start", Version: thisVersion().Version, Commit: commit.ID})
	v.progress.Event(ui.Event{Time: now, Words: "runner start", Details: details(
		"version", thisVersion().Version, "commit", short(commit), "slots", fmt.Sprint(v.slots), "db", v.session.place.db)})
	v.problems(project)
}

func (v *show) define(d runner.Definitions) {
	v.defs = map[string]*pipelines.Pipeline{}
	for _, p := range d.Pipelines {
		v.defs[p.Name] = p
	}
}

// observe is told every decision by the loop.
func (v *show) observe(now time.Time, d *plan.Decision) {
	v.tally.add(now, d)
	v.mu.Lock()
	defer v.mu.Unlock()
	if loads := v.session.db.Loads(); loads != v.loads {
		v.loads = loads
		v.operations()
	}
	v.runChanges(now, d, false)
	for _, c := range d.Tasks {
		if c.From != c.To {
			v.taskChange(now, c)
		}
	}
	v.runChanges(now, d, true)
	if now.Sub(v.drawn) >= redraw {
		v.drawn = now
		v.progress.Totals(v.totals(now))
	}
}

// runChanges tells of the runs that began, or of those that ended: their tasks stand between.
func (v *show) runChanges(now time.Time, d *plan.Decision, ended bool) {
	for _, c := range d.Runs {
		if c.From != c.To && c.To.Final() == ended {
			v.runChange(now, c)
		}
	}
}

func (v *show) runChange(now time.Time, c plan.RunChange) {
	e := event{Time: now, Type: "run", Pipeline: c.Run.Pipeline, IntervalStart: utc(c.Run.Interval.Start),
		From: c.From.String(), To: c.To.String(), Reason: c.Reason}
	line := ui.Event{Time: now, Pipeline: c.Run.Pipeline, Interval: v.interval(c.Run),
		Words: "run", From: c.From.String(), To: c.To.String()}
	if c.To.Final() && !c.Run.StartedAt.IsZero() {
		line.Took = now.Sub(c.Run.StartedAt)
		e.Duration = seconds(line.Took)
	}
	if c.To == plan.RunQueued {
		line.Details = append(line.Details, ui.Detail{Name: "reason", Value: c.Reason})
	}
	v.event(e)
	v.progress.Event(line)
}

func (v *show) taskChange(now time.Time, c plan.TaskChange) {
	e := event{Time: now, Type: "task", Pipeline: c.Run.Pipeline, IntervalStart: utc(c.Run.Interval.Start), Task: c.Task,
		MapIndex: &c.MapIndex, From: c.From.String(), To: c.To.String(), Try: c.Try, Duration: seconds(c.Duration), Reason: c.Reason}
	line := ui.Event{Time: now, Pipeline: c.Run.Pipeline, Interval: v.interval(c.Run), Task: plan.InstanceName(c.Task, c.MapIndex),
		From: c.From.String(), To: c.To.String(), Try: c.Try, Tries: c.TryLimit, Took: c.Duration}
	if c.From == plan.Running || c.From == plan.Queued && c.To.Final() {
		e.ExitCode = &c.ExitCode
	}
	if c.Reason != "" {
		line.Details = append(line.Details, ui.Detail{Name: "reason", Value: c.Reason})
	}
	if c.To == plan.Failed && c.From.Live() {
		log := runner.LogFile(v.session.place.logs, c.Run.Pipeline, c.Run.Interval.Start, c.Task, c.MapIndex, c.Try)
		line.Output = lastLines(log, 20)
		line.Details = append(line.Details, ui.Detail{Name: "log", Value: log})
	}
	v.event(e)
	v.progress.Event(line)
}

// totals is the state of the whole for the block on a terminal.
func (v *show) totals(now time.Time) ui.Totals {
	t := ui.Totals{Time: now, Slots: v.slots, Running: len(v.tally.running)}
	for _, a := range v.tally.oldest() {
		t.Tasks = append(t.Tasks, ui.Active{Label: a.pipeline + " " + v.moment(a.pipeline, a.interval) + " " + a.task, Since: a.since})
	}
	for name, p := range v.tally.pipelines {
		if left := p.known - p.ended(); left > 0 {
			t.Rows = append(t.Rows, ui.Row{Label: name, Done: p.done[plan.RunSuccess], Failed: p.done[plan.RunFailed],
				Total: p.known, Running: v.runningOf(name), ETA: eta(now.Sub(v.began), p.ended(), left)})
		}
	}
	slices.SortFunc(t.Rows, func(a, b ui.Row) int { return strings.Compare(a.Label, b.Label) })
	return t
}

func (v *show) runningOf(pipeline string) int {
	n := 0
	for _, a := range v.tally.running {
		if a.pipeline == pipeline {
			n++
		}
	}
	return n
}

// eta goes on at the speed of this session so far.
func eta(spent time.Duration, done, left int) time.Duration {
	if done == 0 {
		return 0
	}
	return spent / time.Duration(done) * time.Duration(left)
}

// problems names each problem of a broken file once.
func (v *show) problems(project *pipelines.Project) {
	for _, p := range project.Problems {
		if p.Severity == pipelines.Error {
			v.problem(problemLine(p))
		}
	}
	for _, line := range v.session.defs.going(project) {
		v.problem(line)
	}
}

func (v *show) problem(text string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.said[text] {
		return
	}
	v.said[text] = true
	v.told = append(v.told, text)
	now := v.now()
	v.event(event{Time: now, Type: "problem", Reason: text})
	if v.call.Format == "text" {
		v.progress.Close()
		v.call.Warn("%s", text)
	}
}

func (v *show) now() time.Time {
	if v.session.runner != nil {
		return v.session.runner.Clock.Now()
	}
	return v.began
}

// close ends the progress. The last event says what, if anything, cannot go on.
func (v *show) close(o runner.Outcome) {
	v.mu.Lock()
	defer v.mu.Unlock()
	v.operations()
	v.progress.Close()
	var stuck []string
	for _, s := range o.Stuck {
		stuck = append(stuck, fmt.Sprintf("%s has %s that cannot go on: %s", s.Pipeline, prose.Plural(s.Runs, "unfinished run"), s.Why))
	}
	v.event(event{Time: v.now(), Type: "stop", Reason: strings.Join(stuck, "; ")})
}

func (v *show) interval(r *plan.Run) string { return v.moment(r.Pipeline, r.Interval.Start) }

func (v *show) moment(pipeline string, at time.Time) string { return label(at, v.zone(pipeline)) }

func (v *show) zone(pipeline string) *time.Location {
	if p := v.defs[pipeline]; p != nil {
		return p.Location
	}
	return time.UTC
}

// warnings is where the loop's own log goes.
func (v *show) warnings() io.Writer { return &lineWriter{v} }

type lineWriter struct{ v *show }

func (w *lineWriter) Write(b []byte) (int, error) {
	w.v.problem(strings.TrimSpace(string(b)))
	return len(b), nil
}

func details(pairs ...string) []ui.Detail {
	var out []ui.Detail
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			out = append(out, ui.Detail{Name: pairs[i], Value: pairs[i+1]})
		}
	}
	return out
}

func short(c runner.Commit) string {
	id := c.ID[:min(len(c.ID), 7)]
	if c.Dirty && id != "" {
		id += "+"
	}
	return id
}

func soleZone(ps []*pipelines.Pipeline, names []string) *time.Location {
	var zone *time.Location
	for _, p := range ps {
		if len(names) > 0 && !slices.Contains(names, p.Name) {
			continue
		}
		if zone != nil && zone.String() != p.Location.String() {
			return nil
		}
		zone = p.Location
	}
	return zone
}

package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// How many active runs of a pipeline, and how many reasons, the page of the runner asks for.
const (
	shownRuns    = 20
	shownReasons = 30
)

// work is a task instance that runs, or that could.
type work struct {
	instanceDoc
	Loc   *time.Location
	Why   string
	Whole bool // a run that has not begun: Task is the first of its tasks
}

// pool is a pool of slots, and how many of them are taken.
type pool struct {
	Name        string
	Slots, Used int
}

// serveRunner shows who works: what runs, what waits and for what, and the pools.
func (s *Server) serveRunner(w http.ResponseWriter, r *http.Request) {
	doc, f := ask[statusDoc](r.Context(), s, Command{Verb: "status"})
	if f != nil {
		failed(w, r, f)
		return
	}
	project := s.Project()
	var running, queue []work
	used, cut := map[string]int{}, false
	for _, d := range doc.Pipelines {
		p, ok := project.Pipeline(d.Name)
		if !ok {
			continue
		}
		at, next, more, f := s.working(r, p)
		if f != nil {
			failed(w, r, f)
			return
		}
		cut = cut || more
		for _, x := range at {
			if t, ok := p.Task(x.Task); ok && t.Pool != "" {
				used[t.Pool] += t.PoolSlots
			}
		}
		running, queue = append(running, at...), append(queue, next...)
	}
	for i := range queue[:min(len(queue), shownReasons)] {
		x := &queue[i]
		if why, f := ask[whyDoc](r.Context(), s, Command{Verb: "why", Args: []string{x.Pipeline, label(x.IntervalStart, x.Loc), x.Task}}); f == nil {
			x.Why = why.Sentence
		}
	}
	var pools []pool
	for _, name := range slices.Sorted(maps.Keys(project.Settings.Pools)) {
		pools = append(pools, pool{name, project.Settings.Pools[name], used[name]})
	}
	render(w, r, "runner", map[string]any{"Title": "Runner", "Tab": "runner", "Runner": doc.Runner, "Running": running, "Queue": queue,
		"Cut": cut, "Pools": pools, "Slots": project.Settings.Parallelism, "Now": s.Now()})
}

// working are the task instances of the active runs of a pipeline that are at work, and
// those that have not ended.
func (s *Server) working(r *http.Request, p *pipelines.Pipeline) (running, queue []work, cut bool, f *Failure) {
	runs, f := ask[runsDoc](r.Context(), s, Command{Verb: "runs", Args: []string{p.Name}, Flags: []Flag{{"state", "running,queued"}}})
	if f != nil {
		return nil, nil, false, f
	}
	if cut = len(runs.Runs) > shownRuns; cut {
		runs.Runs = runs.Runs[:shownRuns]
	}
	for _, run := range runs.Runs {
		at := run.IntervalStart.UTC().Format(time.RFC3339Nano)
		doc, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{p.Name}, Flags: []Flag{
			{"start-date", at}, {"end-date", at}, {"state", "running,queued,retrying,waiting"}, {"limit", strconv.Itoa(shownRows)}}})
		if f != nil {
			return nil, nil, cut, f
		}
		if len(doc.Instances) == 0 && run.State == "queued" {
			queue = append(queue, work{instanceDoc: instanceDoc{Pipeline: p.Name, IntervalStart: run.IntervalStart, Task: p.Tasks[0].ID, State: "waiting"}, Loc: p.Location, Whole: true})
		}
		for _, in := range doc.Instances {
			x := work{instanceDoc: in, Loc: p.Location}
			if in.State == "running" {
				running = append(running, x)
			} else {
				queue = append(queue, x)
			}
		}
	}
	return running, queue, cut, nil
}

package main

import (
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// runDocument is tidemark.run/1: what one `run --until-idle` did, per pipeline.
type runDocument struct {
	Schema    string     `json:"schema"`
	OK        bool       `json:"ok"`
	Pipelines []ranDoc   `json:"pipelines"` // in which anything ended
	Stuck     []stuckDoc `json:"stuck"`     // unfinished runs that cannot go on
	Paused    []string   `json:"paused"`    // pipelines that make nothing new
	Problems  []string   `json:"problems"`  // of broken files
	Wall      float64    `json:"duration_s"`
	Slots     int        `json:"slots"`
}

type ranDoc struct {
	Pipeline string         `json:"pipeline"`
	First    time.Time      `json:"first"` // interval starts
	Last     time.Time      `json:"last"`
	Count    int            `json:"count"`
	Counts   map[string]int `json:"counts"` // runs by state
	Tasks    []ranTaskDoc   `json:"tasks"`
}

type ranTaskDoc struct {
	Task    string         `json:"task"`
	Counts  map[string]int `json:"counts"` // ends by state
	Median  *float64       `json:"median_s"`
	Longest *float64       `json:"longest_s"`
}

type stuckDoc struct {
	Pipeline string `json:"pipeline"`
	Runs     int    `json:"runs"`
	Reason   string `json:"reason"`
	Help     string `json:"help"`
}

func (v *show) document(o runner.Outcome, paused []string) runDocument {
	doc := runDocument{Schema: "tidemark.run/1", OK: v.tally.failedRuns() == 0 && len(o.Stuck) == 0, Paused: paused,
		Wall: v.now().Sub(v.began).Seconds(), Slots: v.slots, Problems: v.told}
	for _, s := range o.Stuck {
		doc.Stuck = append(doc.Stuck, stuckDoc{s.Pipeline, s.Runs, s.Why, unstick(s)})
	}
	for _, name := range v.tally.names() {
		doc.Pipelines = append(doc.Pipelines, v.ranDoc(name))
	}
	return doc
}

func (v *show) ranDoc(name string) ranDoc {
	p := v.tally.pipelines[name]
	d := ranDoc{Pipeline: name, First: p.first, Last: p.last, Count: p.ended(), Counts: map[string]int{}}
	for state, n := range p.done {
		d.Counts[state.String()] = n
	}
	for _, id := range v.order(name, p) {
		t := p.tasks[id]
		task := ranTaskDoc{Task: id, Counts: map[string]int{}, Median: seconds(t.median()), Longest: seconds(t.longest())}
		for _, s := range plan.States {
			if n := t.ends[s]; n > 0 {
				task.Counts[s.String()] = n
			}
		}
		d.Tasks = append(d.Tasks, task)
	}
	return d
}

// unstick says what lets the runs of a pipeline go on.
func unstick(s runner.Stuck) string {
	if s.Why == runner.WhyPaused {
		return "tidemark unpause " + s.Pipeline
	}
	return "tidemark runs " + s.Pipeline + " --state running,queued"
}

// paused are the pipelines of this run that make nothing new.
func (s *session) paused() []string {
	rows, err := s.db.Pipelines(s.call.Ctx)
	if err != nil {
		return nil
	}
	var names []string
	for _, r := range rows {
		wanted := len(s.call.Args) == 0 || contains(s.call.Args, r.Name)
		if r.Paused && wanted && s.show.defs[r.Name] != nil {
			names = append(names, r.Name)
		}
	}
	return names
}

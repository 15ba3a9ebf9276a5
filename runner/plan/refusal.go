package plan

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// together makes one refusal of several: the first one's code, everyone's problem.
func together(all []*Refusal) *Refusal {
	if len(all) == 0 {
		return nil
	}
	r := *all[0]
	if len(all) > 1 {
		for _, one := range all {
			r.Problems = append(r.Problems, one.Message)
		}
	}
	return &r
}

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// emptySelection refuses an order that names nothing: nothing is never everything.
func emptySelection(verb string) *Refusal {
	return &Refusal{Code: "empty-selection",
		Message: verb + " was given nothing to select by",
		Help:    "name tasks, intervals or states; who means everything says --all"}
}

func noDefinition(pipeline string) *Refusal {
	return &Refusal{Code: "no-definition",
		Message: fmt.Sprintf("no valid file declares pipeline %q", pipeline),
		Help:    "tidemark validate says what is wrong with the files"}
}

// noTask refuses a regular expression that matches no task.
func noTask(pattern string, scopes []*PipelineScope) *Refusal {
	var names, ids []string
	for _, s := range scopes {
		names = append(names, s.Name)
		ids = append(ids, tasksOf(s)...)
	}
	r := &Refusal{Code: "no-match",
		Message: fmt.Sprintf("%q matches no task of %s", pattern, strings.Join(names, ", ")),
		Help:    "there is: " + some(ids)}
	if near := nearest(pattern, ids); near != "" {
		r.Help = fmt.Sprintf("did you mean %q? %s", near, r.Help)
	}
	return r
}

// some are the first few of many names.
func some(names []string) string {
	const few = 8
	if len(names) <= few {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %d more", strings.Join(names[:few], ", "), len(names)-few)
}

// noInstance refuses bounds or states in which nothing exists, and says what exists.
func noInstance(scopes []*PipelineScope) *Refusal {
	r := &Refusal{Code: "no-match", Message: "the selection matches no task instance that exists"}
	for _, s := range scopes {
		if len(s.Runs) == 0 {
			r.Problems = append(r.Problems, fmt.Sprintf("%s has no runs there", s.Name))
			continue
		}
		r.Problems = append(r.Problems, fmt.Sprintf("%s has %d runs there, from %s to %s", s.Name, len(s.Runs),
			stamp(s.Runs[0].Interval.Start), stamp(s.Runs[len(s.Runs)-1].Interval.Start)))
	}
	r.Help = "tidemark runs lists what exists, tidemark backfill makes what does not"
	return r
}

// tasksOf are the ids of the tasks that a pipeline declares or has instances of.
func tasksOf(s *PipelineScope) []string {
	var ids []string
	seen := map[string]bool{}
	add := func(id string) {
		if !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	if s.Def != nil {
		for _, t := range s.Def.Tasks {
			add(t.ID)
		}
	}
	for _, run := range s.Runs {
		for i := range run.Instances {
			add(run.Instances[i].Task)
		}
	}
	return ids
}

var notInNames = regexp.MustCompile(`\\.|[^A-Za-z0-9_.-]`)

// nearest is the task that a regular expression was probably meant to match.
func nearest(pattern string, ids []string) string {
	return pipelines.Nearest(notInNames.ReplaceAllString(pattern, ""), ids)
}

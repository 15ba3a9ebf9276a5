package web

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/web/layered"
)

// foldFrom is how many tasks a graph may have before its groups are folded by themselves.
const foldFrom = 300

// folding is which groups of a graph are folded: ?fold=1 all, ?fold=0 none, without a word as
// its size says; ?open= names those that are not.
type folding struct {
	Fold    bool
	Groups  bool     // there is something to fold
	Open    []string // by key
	asked   string
	address url.Values // of this page, without what folds
}

func (f *folding) ask(r *http.Request) {
	f.asked, f.address = r.FormValue("fold"), pick(r, "at", "failed")
	if open := r.FormValue("open"); open != "" {
		f.Open = strings.Split(open, ",")
	}
	if r.FormValue("table") != "" {
		f.asked = "0"
	}
}

// settle says what folds of these tasks.
func (f *folding) settle(tasks []*pipelines.Task) {
	f.Groups = len(groups(tasks)) > 0
	f.Fold = f.Groups && (f.asked == "1" || f.asked != "0" && len(tasks) > foldFrom)
}

func (f *folding) isOpen(key string) bool { return !f.Fold || slices.Contains(f.Open, key) }

// layoutName names the layouts that are looked at again and again.
func (v *graphView) layoutName() string {
	switch {
	case v.OnlyFailed, v.Fold && len(v.Open) > 0:
		return ""
	case v.Fold:
		return "folded"
	}
	return "whole"
}

// link is the address of this page with these groups open.
func (f *folding) link(open []string) string {
	q := url.Values{"fold": {"1"}}
	for k, v := range f.address {
		q[k] = v
	}
	if len(open) > 0 {
		q.Set("open", strings.Join(open, ","))
	}
	return "?" + q.Encode()
}

// opened is the address of this page with one group open more.
func (f *folding) opened(key string) string { return f.link(append(slices.Clone(f.Open), key)) }

// Closed is the address of this page with one group open less.
func (f *folding) Closed(key string) string {
	return f.link(slices.DeleteFunc(slices.Clone(f.Open), func(k string) bool { return k == key }))
}

// Toggled is the address of this page with all groups folded, or none.
func (f *folding) Toggled() string {
	if !f.Fold {
		return f.link(nil)
	}
	q := url.Values{"fold": {"0"}}
	for k, v := range f.address {
		q[k] = v
	}
	return "?" + q.Encode()
}

// title is what stands in the node.
func (u unit) title() string {
	if u.Key != "" {
		return u.Name
	}
	return u.Tasks[0].ID
}

// unitEdges are the edges between units, each once.
func unitEdges(units []unit, number map[string]int) []layered.Edge {
	edges, seen := []layered.Edge{}, map[layered.Edge]bool{}
	for i, u := range units {
		for _, t := range u.Tasks {
			for _, need := range t.Needs {
				from, ok := number[need]
				e := layered.Edge{From: from, To: i}
				if ok && from != i && !seen[e] {
					seen[e] = true
					edges = append(edges, e)
				}
			}
		}
	}
	return edges
}

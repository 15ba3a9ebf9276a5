package plan

import (
	"errors"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// selection is a selector made ready to ask.
type selection struct {
	Selector
	re *regexp.Regexp // nil: every task
}

// compile reads a selector and refuses what is wrong with it, all of it at once.
func compile(s Selector) (*selection, *Refusal) {
	sel := &selection{Selector: s}
	var all []*Refusal
	if s.TaskRegex != "" {
		re, err := regexp.Compile(s.TaskRegex)
		if err != nil {
			all = append(all, badRegex(s.TaskRegex, err))
		}
		sel.re = re
	}
	if !s.Start.IsZero() && !s.End.IsZero() && s.End.Before(s.Start) {
		all = append(all, &Refusal{Code: "end-before-start",
			Message: "the end " + stamp(s.End) + " lies before the start " + stamp(s.Start),
			Help:    "both ends are interval starts and belong to the range"})
	}
	return sel, together(all)
}

// badRegex says where a regular expression is wrong.
func badRegex(text string, err error) *Refusal {
	r := &Refusal{Code: "bad-regex", Help: `the syntax is RE2: https://github.com/google/re2/wiki/Syntax`}
	var s *syntax.Error
	if !errors.As(err, &s) {
		r.Message = strconv.Quote(text) + " is not a regular expression: " + err.Error()
		return r
	}
	at := strings.Index(text, s.Expr) + 1
	if s.Code == syntax.ErrMissingParen || s.Code == syntax.ErrUnexpectedParen {
		at = paren(text)
	}
	r.Message = strconv.Quote(text) + " is not a regular expression: " + s.Code.String() +
		" at character " + strconv.Itoa(max(at, 1))
	return r
}

// paren is where, counted from 1, the parenthesis stands that has no partner.
func paren(text string) int {
	var open []int
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '(':
			open = append(open, i+1)
		case ')':
			if len(open) == 0 {
				return i + 1
			}
			open = open[:len(open)-1]
		}
	}
	if len(open) > 0 {
		return open[len(open)-1]
	}
	return 1
}

// narrow says whether a selector selects something of its own.
func (sel *selection) narrow() bool {
	return sel.re != nil || !sel.Start.IsZero() || !sel.End.IsZero() || len(sel.Intervals) > 0 || len(sel.States) > 0
}

func (sel *selection) matches(task string) bool { return sel.re == nil || sel.re.MatchString(task) }

// covers says whether a run lies within the bounds.
func (sel *selection) covers(run *Run) bool {
	at := run.Interval.Start
	if !sel.Start.IsZero() && at.Before(sel.Start) || !sel.End.IsZero() && at.After(sel.End) {
		return false
	}
	return len(sel.Intervals) == 0 || slices.ContainsFunc(sel.Intervals, at.Equal)
}

func (sel *selection) wants(s State) bool {
	return len(sel.States) == 0 || slices.Contains(sel.States, s)
}

// widen follows the edges of a pipeline from the tasks that matched. The answer says for
// each task why it is selected: "matched", "after x", "before y", or not at all.
func (sel *selection) widen(def *pipelines.Pipeline, root func(t int) bool) []string {
	why := make([]string, len(def.Tasks))
	for t := range def.Tasks {
		if root(t) {
			why[t] = matched
		}
	}
	var up []string
	if sel.Upstream {
		up = slices.Clone(why)
		for t := len(up) - 1; t >= 0; t-- {
			reach(def, up, t, "before ", def.Downstream(t))
		}
	}
	if sel.Downstream {
		for t := range why {
			reach(def, why, t, "after ", def.Upstream(t))
		}
	}
	for t := range up {
		if why[t] == "" {
			why[t] = up[t]
		}
	}
	return why
}

const matched = "matched"

// reach selects a task when one of its neighbours is selected.
func reach(def *pipelines.Pipeline, why []string, t int, word string, neighbours []int) {
	if why[t] != "" {
		return
	}
	for _, n := range neighbours {
		if why[n] != "" {
			why[t] = word + def.Tasks[n].ID
			return
		}
	}
}

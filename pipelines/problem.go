package pipelines

import (
	"cmp"
	"slices"
)

// Pos is a place in a file. Lines and columns count from 1, columns in characters.
type Pos struct {
	File string
	Line int
	Col  int
}

// Severity tells an error, which keeps a file from being loaded, from a warning.
type Severity string

// The severities.
const (
	Error   Severity = "error"
	Warning Severity = "warning"
)

// Problem is one thing wrong with a file: where, what was expected, what to do next.
type Problem struct {
	File      string   `json:"file"`
	Line      int      `json:"line"`
	Column    int      `json:"column"`
	EndColumn int      `json:"end_column"` // the column after the last character; Column+1 at least
	Severity  Severity `json:"severity"`
	Code      string   `json:"code"` // kebab-case, listed in docs/problems.md
	Message   string   `json:"message"`
	Help      string   `json:"help"`
}

// Problems are sorted by file, line, column.
type Problems []Problem

// Errors counts the problems that keep a file from being loaded.
func (p Problems) Errors() int {
	n := 0
	for _, x := range p {
		if x.Severity == Error {
			n++
		}
	}
	return n
}

// Sort puts the problems in order of file, line, column, then code and message.
func (p Problems) Sort() {
	slices.SortStableFunc(p, Problem.compare)
}

// tidy sorts and removes what is said twice, as of an anchor's value that stands in many places.
func (p Problems) tidy() Problems {
	p.Sort()
	return slices.Compact(p)
}

func (p Problem) compare(q Problem) int {
	return cmp.Or(
		cmp.Compare(p.File, q.File),
		cmp.Compare(p.Line, q.Line),
		cmp.Compare(p.Column, q.Column),
		cmp.Compare(p.Code, q.Code),
		cmp.Compare(p.Message, q.Message),
	)
}

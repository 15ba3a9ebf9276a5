package pipelines

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
	EndColumn int      `json:"end_column"`
	Severity  Severity `json:"severity"`
	Code      string   `json:"code"` // kebab-case, listed in docs/problems.md
	Message   string   `json:"message"`
	Help      string   `json:"help"`
}

// Problems are sorted by file, line, column.
type Problems []Problem

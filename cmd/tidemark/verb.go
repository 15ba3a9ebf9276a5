package main

import (
	"slices"
	"strings"

	"github.com/urfave/cli/v2"
)

// verb is one thing that tidemark can do.
type verb struct {
	name    string
	args    string // "PIPELINE [INTERVAL [TASK]]": its words are the arguments, "…" means any number
	summary string // one line for the list of verbs
	about   string // paragraphs for its own help; lines fit 80 columns
	example string // command lines, one a line
	group   string // a heading in the list of verbs; empty: hidden
	flags   []cli.Flag
	outputs []string // beside text, json and jsonl; textOnly for none of these
	verbs   []*verb  // "backfill list"
	run     func(*call) error

	parent string // set by arrange: "backfill" for "backfill list"
}

// textOnly is the outputs of a verb whose result is not a document.
var textOnly = []string{"text"}

// path is the verb as it is typed.
func (v *verb) path() string { return strings.TrimSpace(v.parent + " " + v.name) }

// usage is one line: how the verb is called.
func (v *verb) usage() string {
	words := []string{"tidemark", v.path()}
	if v.args != "" {
		words = append(words, v.args)
	}
	if len(v.flags) > 0 {
		words = append(words, "[flags]")
	}
	return strings.Join(words, " ")
}

// helpHint points at the verb's help.
func (v *verb) helpHint() string { return "see: tidemark " + v.path() + " --help" }

// arity reads from args how few and how many arguments there may be; -1: any number.
func (v *verb) arity() (least, most int) {
	depth := 0
	for word := range strings.FieldsSeq(v.args) {
		depth += strings.Count(word, "[")
		if depth == 0 {
			least++
		}
		if most >= 0 {
			most++
		}
		if strings.Contains(word, "…") {
			most = -1
		}
		depth -= strings.Count(word, "]")
	}
	return least, most
}

// argName is what the i-th argument is called.
func (v *verb) argName(i int) string {
	words := strings.Fields(v.args)
	if len(words) == 0 {
		return ""
	}
	return strings.Trim(words[min(i, len(words)-1)], "[]…")
}

// allFlags is the verb's own flags with the global ones that it does not replace.
func (v *verb) allFlags() []cli.Flag {
	all := slices.Clone(v.flags)
	for _, g := range globalFlags() {
		if !slices.ContainsFunc(v.flags, func(f cli.Flag) bool { return f.Names()[0] == g.Names()[0] }) {
			all = append(all, g)
		}
	}
	return all
}

// formats is what -o may say.
func (v *verb) formats() []string {
	if slices.Equal(v.outputs, textOnly) {
		return textOnly
	}
	return append([]string{"text", "json", "jsonl"}, v.outputs...)
}

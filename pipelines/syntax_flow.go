package pipelines

import (
	"strings"
	"unicode/utf8"
)

// bracket is a [ or { that is not closed yet.
type bracket struct {
	char   byte
	line   line
	offset int
}

// openBracket finds a bracket that is not closed before the next key, and an expression inside brackets without
// quotes, whose braces YAML takes for its own.
func (d *decoder) openBracket(message string, _ int) (slip, bool) {
	if !strings.Contains(message, "expected ',' or") && !strings.Contains(message, "did not find expected node content") {
		return slip{}, false
	}
	var open []bracket
	for _, l := range d.layout() {
		if n := len(open); n > 0 && l.indent <= open[n-1].line.indent && keyLine.MatchString(l.text) {
			break
		}
		var at int
		if open, at = brackets(open, l); at >= 0 {
			col := 1 + utf8.RuneCountInString(l.text[:at])
			return slip{span{l.number, col, col + len(opening)}, "an expression inside [ ] or { } must be quoted", `write "${{ ds }}"`}, true
		}
	}
	if len(open) == 0 {
		return slip{}, false
	}
	top := open[len(open)-1]
	col := 1 + utf8.RuneCountInString(top.line.text[:top.offset])
	return slip{span{top.line.number, col, col + 1}, "this " + string(top.char) + " is not closed", "close it with " + map[byte]string{'[': "]", '{': "}"}[top.char]}, true
}

// brackets follows the brackets of a line outside quotes. It returns the place of an expression inside them, or -1.
func brackets(open []bracket, l line) ([]bracket, int) {
	quoted := byte(0)
	for i := 0; i < len(l.text); i++ {
		c := l.text[i]
		starts := i == 0 || strings.IndexByte(" [{,", l.text[i-1]) >= 0
		switch {
		case quoted != 0:
			if c == '\\' && quoted == '"' {
				i++
			} else if c == quoted {
				quoted = 0
			}
		case (c == '"' || c == '\'') && starts:
			quoted = c
		case c == '#' && i > 0 && l.text[i-1] == ' ':
			return open, -1
		case len(open) > 0 && strings.HasPrefix(l.text[i:], opening):
			return open, i
		case (c == '[' || c == '{') && (len(open) > 0 || starts):
			open = append(open, bracket{c, l, i})
		case (c == ']' || c == '}') && len(open) > 0:
			open = open[:len(open)-1]
		}
	}
	return open, -1
}

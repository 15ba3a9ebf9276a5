package pipelines

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"gopkg.in/yaml.v3"
)

// decoder turns the nodes of one file into values and collects what is wrong with them. It never stops at a
// problem: it goes on with the zero value.
type decoder struct {
	file     string
	lines    []string // of the source, without their ends
	problems Problems
	settings *Settings
	files    *files // nil: nothing is known about files
	scope    *scope
	optional bool   // an empty file is no problem
	reading  string // the task whose keys are read
	uses     []use  // of the results of tasks
}

// span is the characters of one line that a problem points at; end is exclusive.
type span struct{ line, col, end int }

func (d *decoder) report(severity Severity, at span, code, message, help string) {
	at = d.clamp(at)
	d.problems = append(d.problems, Problem{
		File: d.file, Line: at.line, Column: at.col, EndColumn: at.end,
		Severity: severity, Code: code, Message: message, Help: help,
	})
}

// fail reports an error at a node.
func (d *decoder) fail(n *yaml.Node, code, help, format string, args ...any) {
	d.report(Error, d.span(n), code, fmt.Sprintf(format, args...), help)
}

// clamp keeps a place inside the file: one column past the end of a line is still in it.
func (d *decoder) clamp(s span) span {
	s.line = max(1, min(s.line, len(d.lines)))
	width := 0
	if s.line <= len(d.lines) {
		width = utf8.RuneCountInString(d.lines[s.line-1])
	}
	s.col = max(1, min(s.col, width+1))
	s.end = max(s.col+1, min(s.end, width+1))
	return s
}

// span is where a node's text stands, without its anchor and tag.
func (d *decoder) span(n *yaml.Node) span {
	line, col := n.Line, n.Column
	text := d.tail(line, col)
	for strings.HasPrefix(text, "&") || strings.HasPrefix(text, "!") {
		word, rest, ok := strings.Cut(text, " ")
		if !ok || strings.TrimSpace(rest) == "" {
			break
		}
		trimmed := strings.TrimLeft(rest, " ")
		col += utf8.RuneCountInString(word) + 1 + len(rest) - len(trimmed)
		text = trimmed
	}
	return span{line, col, col + d.width(n, text)}
}

// tail is the rest of a line from a column on.
func (d *decoder) tail(line, col int) string {
	if line < 1 || line > len(d.lines) {
		return ""
	}
	text := d.lines[line-1]
	for ; col > 1 && text != ""; col-- {
		_, size := utf8.DecodeRuneInString(text)
		text = text[size:]
	}
	return text
}

// width is the number of characters to underline of the text that begins at a node.
func (d *decoder) width(n *yaml.Node, text string) int {
	if n.Kind == yaml.MappingNode && n.Style&yaml.FlowStyle == 0 && len(n.Content) > 0 {
		return d.width(n.Content[0], text)
	}
	if n.Kind == yaml.AliasNode {
		return 1 + utf8.RuneCountInString(n.Value)
	}
	if n.Kind != yaml.ScalarNode {
		return 1
	}
	switch n.Style &^ yaml.TaggedStyle {
	case yaml.DoubleQuotedStyle, yaml.SingleQuotedStyle:
		return quotedWidth(text)
	case yaml.LiteralStyle, yaml.FoldedStyle:
		return 1
	}
	if strings.HasPrefix(text, n.Value) {
		return max(1, utf8.RuneCountInString(n.Value))
	}
	return max(1, utf8.RuneCountInString(strings.TrimRight(text, " "))) // it goes on in the next line
}

// quotedWidth is the length of a quoted text up to its closing quote, or to the end of the line.
func quotedWidth(text string) int {
	if text == "" {
		return 1
	}
	quote, n, skip := text[0], 0, false
	for i, r := range text {
		n++
		switch {
		case i == 0:
		case skip:
			skip = false
		case r == '\\' && quote == '"':
			skip = true
		case r == rune(quote) && quote == '\'' && strings.HasPrefix(text[i+1:], "'"):
			skip = true
		case r == rune(quote):
			return n
		}
	}
	return n
}

// resolve follows an alias to what it stands for.
func resolve(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.ShortTag() == "!!null" }

func quote(s string) string { return `"` + s + `"` }

// kindPhrase says what a node is, for a message that says what it should be.
func kindPhrase(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a mapping"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.ShortTag() {
	case "!!null":
		return "empty"
	case "!!int", "!!float":
		return "the number " + n.Value
	case "!!bool":
		return n.Value
	case "!!str", "!!timestamp":
		return "the text " + quote(short(n.Value))
	}
	return "of the type " + n.ShortTag()
}

// short keeps a quoted value from filling a message.
func short(s string) string {
	if i := strings.IndexByte(s, '\n'); i >= 0 {
		s = s[:i] + "…"
	}
	if utf8.RuneCountInString(s) > 60 {
		return string([]rune(s)[:59]) + "…"
	}
	return s
}

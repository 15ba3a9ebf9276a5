package pipelines

import (
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	quotedValue = regexp.MustCompile(`^(\s*(?:- +)*(?:[^\s#'"][^#'"]*?:\s+)?(?:\[\s*)?)(["'])`)
	blockStart  = regexp.MustCompile(`(?:^|[:\s-])[|>][+-]?\d?[+-]?\s*(?:#.*)?$`)
	keyLine     = regexp.MustCompile(`^\s*(?:- +)*[^\s#'"{}\[\],][^#'"{}\[\]]*?:(?:\s|$)`)
)

// unclosedQuote finds the first value whose quote does not end in its line.
func (d *decoder) unclosedQuote(message string, _ int) (slip, bool) {
	skip := 0 // lines that belong to a quoted text of several
	for _, l := range d.layout() {
		m := quotedValue.FindStringSubmatch(l.text)
		if m == nil {
			continue
		}
		rest := l.text[len(m[1]):]
		if l.number <= skip {
			continue
		}
		col := 1 + utf8.RuneCountInString(m[1])
		n := quotedWidth(rest)
		closed := n > 1 && strings.HasSuffix(string([]rune(rest)[:n]), m[2])
		if closed {
			if after := strings.TrimSpace(string([]rune(rest)[n:])); strings.Contains(message, "did not find expected key") && after != "" && !strings.HasPrefix(after, "#") && !strings.ContainsAny(after[:1], ",]}:") {
				return slip{span{l.number, col, col + n}, "text goes on after the closing quote", "double the quote inside, or use the other kind of quotes"}, true
			}
			continue
		}
		if last := d.quoteEnd(l, m[2]); last > 0 {
			skip = last
			continue
		}
		return slip{span{l.number, col, col + utf8.RuneCountInString(strings.TrimRight(rest, " "))}, "this quote is not closed in its line", "close it with " + m[2]}, true
	}
	return slip{}, false
}

// quoteEnd returns the line in which a quoted text of several lines ends, or 0 when a key comes first.
func (d *decoder) quoteEnd(l line, quote string) int {
	for i := l.number; i < len(d.lines); i++ {
		text := d.lines[i]
		indent := len(text) - len(strings.TrimLeft(text, " "))
		if keyLine.MatchString(text) && indent <= l.indent {
			return 0
		}
		if strings.Contains(text, quote) {
			return i + 1
		}
	}
	return 0
}

// line is a line that is not empty, not a comment and not inside a block of text.
type line struct {
	number, indent int
	text           string
}

func (d *decoder) layout() []line {
	var list []line
	block := -1 // the indentation of the line that opened a block of text
	for i, text := range d.lines {
		text = strings.TrimRight(text, " \t\r")
		body := strings.TrimLeft(text, " ")
		indent := len(text) - len(body)
		if body == "" || block >= 0 && indent > block {
			continue
		}
		block = -1
		if strings.HasPrefix(body, "#") {
			continue
		}
		if blockStart.MatchString(text) {
			block = indent
		}
		list = append(list, line{i + 1, indent, text})
	}
	return list
}

// badIndent finds the first line whose indentation fits nothing above it.
func (d *decoder) badIndent(message string, _ int) (slip, bool) {
	var open []line // one for each level
	for _, l := range d.layout() {
		if len(open) > 0 && l.indent > open[len(open)-1].indent {
			above := open[len(open)-1]
			if keyLine.MatchString(l.text) && !opens(above.text) {
				return d.indentSlip(l, above), true
			}
			open = append(open, l)
			continue
		}
		last := len(open) - 1
		for last >= 0 && open[last].indent > l.indent {
			last--
		}
		if last >= 0 && open[last].indent != l.indent || last < 0 && len(open) > 0 {
			return d.indentSlip(l, open[len(open)-1]), true
		}
		open = append(open[:max(last, 0)], l)
	}
	return slip{}, false
}

// opens tells lines after which a deeper line may follow.
func opens(text string) bool {
	body := strings.TrimLeft(text, " ")
	return strings.HasSuffix(text, ":") || strings.HasPrefix(body, "- ") || body == "-" ||
		strings.ContainsAny(text, "{[&") || strings.Contains(text, ": #") || strings.HasPrefix(body, "? ")
}

func (d *decoder) indentSlip(l, above line) slip {
	return slip{
		at:      span{l.number, l.indent + 1, l.indent + 1 + utf8.RuneCountInString(l.text[l.indent:])},
		message: fmt.Sprintf("this line is indented by %d, the one above (line %d) by %d", l.indent, above.number, above.indent),
		help:    fmt.Sprintf("indent it by %d to put it beside line %d", above.indent, above.number),
	}
}

// colonInText finds a second colon in a line, which a plain value must not have.
func (d *decoder) colonInText(message string, at int) (slip, bool) {
	if !strings.Contains(message, "mapping values are not allowed") || at < 1 || at > len(d.lines) {
		return slip{}, false
	}
	text := d.lines[at-1]
	key := keyLine.FindString(text)
	if i := strings.Index(text[len(key):], ": "); key != "" && i >= 0 {
		value := strings.TrimSpace(text[len(key):])
		col := 1 + utf8.RuneCountInString(text[:len(key)+i])
		return slip{span{at, col, col + 1}, "a value with a colon and a space must be quoted", "write '" + strings.ReplaceAll(value, "'", "''") + "', or put it below after |"}, true
	}
	return slip{}, false
}

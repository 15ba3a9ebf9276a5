package pipelines

import (
	"regexp"
	"strings"
	"unicode/utf8"
)

var (
	noSpace   = regexp.MustCompile(`^([A-Za-z_]\w*):(\S.*)$`)
	noColon   = regexp.MustCompile(`^([A-Za-z_]\w*)(?: +(\S.*))?$`)
	badEscape = regexp.MustCompile(`"(?:[^"\\]|\\[^\n])*?(\\[^0abt\tnvfre "/\\N_LPxuU])`)
)

// missingColon finds a line among keys that has no key of its own.
func (d *decoder) missingColon(message string, _ int) (slip, bool) {
	if !strings.Contains(message, "mapping values are not allowed") && !strings.Contains(message, "expected ':'") && !strings.Contains(message, "expected key") {
		return slip{}, false
	}
	list := d.layout()
	for i, l := range list {
		body := l.text[l.indent:]
		follows := i+1 < len(list) && list[i+1].indent >= l.indent && keyLine.MatchString(list[i+1].text)
		beside := i > 0 && list[i-1].indent == l.indent && !strings.HasSuffix(list[i-1].text, ":")
		if keyLine.MatchString(l.text) || !follows && !beside || i > 0 && list[i-1].indent < l.indent && !opens(list[i-1].text) {
			continue
		}
		at := span{l.number, l.indent + 1, l.indent + 1 + utf8.RuneCountInString(body)}
		if m := noSpace.FindStringSubmatch(body); m != nil {
			return slip{at, "a space is missing after the colon", "write " + m[1] + ": " + m[2]}, true
		}
		if m := noColon.FindStringSubmatch(body); m != nil {
			return slip{at, "this line stands among keys, but has no colon", "write " + strings.TrimSpace(m[1]+": "+m[2])}, true
		}
	}
	return slip{}, false
}

// strayItem finds a list item beside keys.
func (d *decoder) strayItem(message string, _ int) (slip, bool) {
	if !strings.Contains(message, "expected key") && !strings.Contains(message, "block sequence entries") {
		return slip{}, false
	}
	list := d.layout()
	for i, l := range list {
		if i == 0 || !strings.HasPrefix(l.text[l.indent:], "- ") {
			continue
		}
		before := list[i-1]
		if before.indent == l.indent && !strings.HasPrefix(before.text[before.indent:], "-") && !strings.HasSuffix(before.text, ":") {
			at := span{l.number, l.indent + 1, l.indent + 2}
			return slip{at, "a list item stands among keys", "remove the dash, or indent it below its key"}, true
		}
	}
	return slip{}, false
}

// unknownEscape finds a backslash that means nothing in double quotes, as of a regular expression.
func (d *decoder) unknownEscape(message string, _ int) (slip, bool) {
	if !strings.Contains(message, "unknown escape") {
		return slip{}, false
	}
	for i, text := range d.lines {
		m := badEscape.FindStringSubmatchIndex(text)
		if m == nil {
			continue
		}
		col := 1 + utf8.RuneCountInString(text[:m[2]])
		what := text[m[2]:m[3]]
		return slip{span{i + 1, col, col + utf8.RuneCountInString(what)}, what + " is no escape in double quotes", "use single quotes, or double the backslash"}, true
	}
	return slip{}, false
}

package pipelines

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// syntaxError reports what the YAML parser said, at a better place and in plainer words where the usual slips can
// be recognised: the parser's own line is often that of the enclosing mapping, and it gives no column.
func (d *decoder) syntaxError(err error) {
	message := strings.TrimPrefix(err.Error(), "yaml: ")
	line := 0
	if m := yamlLine.FindStringSubmatch(message); m != nil {
		line, _ = strconv.Atoi(m[1])
		message = message[len(m[0]):]
	}
	for _, look := range []func(message string, line int) (slip, bool){
		d.strangeBytes, d.unquotedStart, d.tabIndent, d.unknownAnchor,
		d.unknownEscape, d.unclosedQuote, d.openBracket, d.strayItem, d.missingColon, d.badIndent, d.colonInText,
	} {
		if s, ok := look(message, line); ok {
			d.report(Error, s.at, "yaml-syntax", s.message, s.help)
			return
		}
	}
	at := span{max(line, 1), 1, 2}
	if at.line <= len(d.lines) {
		text := d.lines[at.line-1]
		at.col = 1 + utf8.RuneCountInString(text) - utf8.RuneCountInString(strings.TrimLeft(text, " "))
		at.end = 1 + utf8.RuneCountInString(strings.TrimRight(text, " "))
	}
	d.report(Error, at, "yaml-syntax", "this is not YAML: "+message, "")
}

var yamlLine = regexp.MustCompile(`^line (\d+): `)

// slip is a recognised mistake.
type slip struct {
	at            span
	message, help string
}

func (d *decoder) strangeBytes(message string, _ int) (slip, bool) {
	if !strings.Contains(message, "control characters") && !strings.Contains(message, "UTF-8") {
		return slip{}, false
	}
	for i, text := range d.lines {
		col := 0
		for j, r := range text {
			col++
			_, size := utf8.DecodeRuneInString(text[j:])
			if r == utf8.RuneError && size == 1 {
				return slip{span{i + 1, col, col + 1}, "this byte is not UTF-8", "save the file as UTF-8"}, true
			}
			if unicode.IsControl(r) && r != '\t' && r != '\r' {
				return slip{span{i + 1, col, col + 1}, "a control character is not allowed in YAML", "remove it, or write it as an escape in double quotes"}, true
			}
		}
	}
	return slip{}, false
}

var (
	valueStart = regexp.MustCompile("^(\\s*(?:- +)*(?:[^\\s#'\"{}\\[\\]][^#'\"{}\\[\\]]*?:\\s+)?)([*@`%&][^\\s,\\]}]*.*)$")
	cronLike   = regexp.MustCompile(`^\*(/\d+)?(\s|$|,)`)
)

// unquotedStart finds a value that begins with a character that YAML keeps for itself: a cron with a star, a preset.
func (d *decoder) unquotedStart(message string, line int) (slip, bool) {
	if !strings.Contains(message, "alphabetic or numeric") && !strings.Contains(message, "cannot start any token") {
		return slip{}, false
	}
	for i, text := range d.lines {
		m := valueStart.FindStringSubmatch(text)
		if m == nil || line > 0 && i+1 < line {
			continue
		}
		value := strings.TrimRight(m[2], " \t\r")
		if j := strings.Index(value, " #"); j >= 0 {
			value = strings.TrimRight(value[:j], " \t")
		}
		col := 1 + utf8.RuneCountInString(m[1])
		at := span{i + 1, col, col + utf8.RuneCountInString(value)}
		switch {
		case cronLike.MatchString(value):
			return slip{at, "a cron that begins with * must be quoted: YAML takes * for an alias", "write " + quote(value)}, true
		case value[0] == '*' || value[0] == '&':
			continue
		}
		return slip{at, "a value that begins with " + value[:1] + " must be quoted", "write " + quote(value)}, true
	}
	return slip{}, false
}

func (d *decoder) tabIndent(message string, _ int) (slip, bool) {
	for i, text := range d.lines {
		spaces := len(text) - len(strings.TrimLeft(text, " "))
		if strings.HasPrefix(text[spaces:], "\t") && strings.TrimSpace(text) != "" {
			tabs := len(text[spaces:]) - len(strings.TrimLeft(text[spaces:], "\t"))
			return slip{span{i + 1, spaces + 1, spaces + 1 + tabs}, "a tab in the indentation", "indent with spaces"}, true
		}
	}
	return slip{}, false
}

var anchorName = regexp.MustCompile(`unknown anchor '(.*)' referenced`)

func (d *decoder) unknownAnchor(message string, _ int) (slip, bool) {
	m := anchorName.FindStringSubmatch(message)
	if m == nil {
		return slip{}, false
	}
	var anchors []string
	at, found := span{1, 1, 2}, false
	alias := regexp.MustCompile(`\*` + regexp.QuoteMeta(m[1]) + `(?:[\s,\]}]|$)`)
	for i, text := range d.lines {
		for _, a := range anchorMark.FindAllStringSubmatch(text, -1) {
			anchors = append(anchors, a[1])
		}
		if loc := alias.FindStringIndex(text); loc != nil && !found {
			col := 1 + utf8.RuneCountInString(text[:loc[0]])
			at, found = span{i + 1, col, col + 1 + utf8.RuneCountInString(m[1])}, true
		}
	}
	help := didYouMean(m[1], anchors)
	if len(anchors) == 0 {
		help = "define it first, as in `key: &" + m[1] + " value`, or quote a text that begins with *"
	}
	return slip{at, "anchor " + quote(m[1]) + " is not defined", help}, true
}

var anchorMark = regexp.MustCompile(`(?:^|\s)&([^\s,\]}]+)`)

package ui

import (
	"strconv"
	"strings"
	"unicode"

	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// Width is how many columns a text takes on a terminal. Escape sequences take none.
func Width(s string) int {
	n, escape := 0, false
	for _, r := range s {
		switch {
		case escape:
			escape = r == '[' || r < '@' || r > '~'
		case r == '\x1b':
			escape = true
		default:
			n += runeWidth(r)
		}
	}
	return n
}

func runeWidth(r rune) int {
	switch {
	case r < ' ', unicode.Is(unicode.Mn, r), unicode.Is(unicode.Me, r), r == '\u200d':
		return 0
	case r >= 0x1100 && r <= 0x115f, r >= 0x2e80 && r <= 0xa4cf, r >= 0xac00 && r <= 0xd7a3,
		r >= 0xf900 && r <= 0xfaff, r >= 0xfe30 && r <= 0xfe6f, r >= 0xff00 && r <= 0xff60,
		r >= 0x1f300 && r <= 0x1faff, r >= 0x20000 && r <= 0x3fffd:
		return 2
	}
	return 1
}

// Cut shortens a text to a width, ending in the mark. Escape sequences are dropped from a
// text that is too long.
func Cut(s string, width int, mark string) string {
	if Width(s) <= width {
		return s
	}
	s = Plain(s)
	room := max(width-Width(mark), 0)
	n := 0
	for i, r := range s {
		if n += runeWidth(r); n > room {
			return s[:i] + mark
		}
	}
	return s
}

// Plain is a text without escape sequences.
func Plain(s string) string {
	if !strings.Contains(s, "\x1b") {
		return s
	}
	var b strings.Builder
	escape := false
	for _, r := range s {
		switch {
		case escape:
			escape = r == '[' || r < '@' || r > '~'
		case r == '\x1b':
			escape = true
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Wrap breaks a text at spaces into lines of at most width columns.
func Wrap(s string, width int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(s) {
		if line != "" && Width(line)+1+Width(word) > width {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimPrefix(line+" "+word, " ")
	}
	return append(lines, line)
}

// Count is a number for the stream: grouped for a person, bare for a program.
func (t Terminal) Count(n int) string {
	if t.Interactive {
		return prose.Number(n)
	}
	return strconv.Itoa(n)
}

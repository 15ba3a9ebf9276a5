package web

import (
	"html/template"
	"strconv"
	"strings"
	"unicode/utf8"
)

// styledLine is one line of a log as HTML. Colors become classes; every other escape
// sequence is dropped, so that no log can do anything to the page. What a progress bar
// overwrote with \r is gone: its last state stays.
func styledLine(text string) template.HTML {
	text = strings.TrimRight(text, "\r\n")
	if i := strings.LastIndexByte(text, '\r'); i >= 0 {
		text = text[i+1:]
	}
	var b strings.Builder
	var style sgr
	open := false
	for len(text) > 0 {
		i := strings.IndexFunc(text, func(r rune) bool {
			return r < ' ' && r != '\t' || r == 0x7f || r >= 0x80 && r < 0xa0 || r == utf8.RuneError
		})
		if i < 0 {
			i = len(text)
		}
		b.WriteString(template.HTMLEscapeString(text[:i]))
		text = text[i:]
		if text == "" {
			break
		}
		params, final, n := escape(text)
		text = text[n:]
		if final != 'm' {
			continue
		}
		if open {
			b.WriteString("</span>")
		}
		style.apply(params)
		class := style.class()
		if open = class != ""; open {
			b.WriteString(`<span class="` + class + `">`)
		}
	}
	if open {
		b.WriteString("</span>")
	}
	return template.HTML(b.String()) // every text in it was escaped above
}

// escape reads the control at the beginning of a text: the parameters and final byte of a
// CSI sequence, or 0 for anything else, and how long it is.
func escape(text string) (params string, final byte, n int) {
	if text[0] != 0x1b || len(text) < 2 {
		_, size := utf8.DecodeRuneInString(text)
		return "", 0, size
	}
	switch text[1] {
	case '[':
		for i := 2; i < len(text); i++ {
			if c := text[i]; c >= 0x40 && c <= 0x7e {
				return text[2:i], c, i + 1
			} else if c < 0x20 || c > 0x7e {
				return "", 0, i
			}
		}
		return "", 0, len(text)
	case ']', 'P', 'X', '^', '_': // a string, up to BEL or ST
		for i := 2; i < len(text); i++ {
			if text[i] == 0x07 {
				return "", 0, i + 1
			}
			if text[i] == 0x1b && i+1 < len(text) && text[i+1] == '\\' {
				return "", 0, i + 2
			}
		}
		return "", 0, len(text)
	}
	_, size := utf8.DecodeRuneInString(text[1:])
	return "", 0, 1 + size
}

// sgr is how text looks: the colors are 1 to 16, 0 is none.
type sgr struct {
	fore, back           int
	bold, dim, underline bool
}

func (s *sgr) apply(params string) {
	list := strings.FieldsFunc(params, func(r rune) bool { return r == ';' || r == ':' })
	if len(list) == 0 {
		*s = sgr{}
	}
	for i := 0; i < len(list); i++ {
		n, err := strconv.Atoi(list[i])
		if err != nil {
			return
		}
		switch {
		case n == 0:
			*s = sgr{}
		case n == 1:
			s.bold = true
		case n == 2:
			s.dim = true
		case n == 4:
			s.underline = true
		case n == 22:
			s.bold, s.dim = false, false
		case n == 24:
			s.underline = false
		case n >= 30 && n <= 37:
			s.fore = n - 29
		case n == 39:
			s.fore = 0
		case n >= 40 && n <= 47:
			s.back = n - 39
		case n == 49:
			s.back = 0
		case n >= 90 && n <= 97:
			s.fore = n - 81
		case n >= 100 && n <= 107:
			s.back = n - 91
		case n == 38, n == 48: // of 256, or of all: not shown, its numbers are skipped
			i += map[bool]int{true: 2, false: 4}[i+1 < len(list) && list[i+1] == "5"]
		}
	}
}

func (s *sgr) class() string {
	var c []string
	if s.fore > 0 {
		c = append(c, "f"+strconv.Itoa(s.fore))
	}
	if s.back > 0 {
		c = append(c, "b"+strconv.Itoa(s.back))
	}
	if s.bold {
		c = append(c, "bold")
	}
	if s.dim {
		c = append(c, "dim")
	}
	if s.underline {
		c = append(c, "ul")
	}
	return strings.Join(c, " ")
}

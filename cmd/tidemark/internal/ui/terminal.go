// Package ui is how Tidemark looks: colors, glyphs, tables, times, progress and questions.
//
// It knows nothing of pipelines or commands. What a stream can show is found out once, as
// a Terminal; all else is a pure function of that value, so that a test says what the
// terminal is and compares the text.
package ui

import (
	"io"
	"os"
	"strconv"
	"strings"

	"github.com/mattn/go-isatty"
	"golang.org/x/term"
)

// Terminal is what a stream can show.
type Terminal struct {
	Interactive bool // a person looks at it
	Color       bool
	UTF8        bool
	Width       int // in columns
}

// DefaultWidth is assumed where a terminal does not say its width.
const DefaultWidth = 80

// Detect finds out what w can show, if interactive says whether it is a terminal. Color is auto, always or never; in auto NO_COLOR,
// CLICOLOR_FORCE and TERM=dumb have their say.
func Detect(w io.Writer, interactive bool, env func(string) string, color string) Terminal {
	t := Terminal{Interactive: interactive, Width: DefaultWidth, UTF8: utf8Locale(env)}
	dumb := env("TERM") == "dumb"
	switch {
	case color == "always":
		t.Color = true
	case color == "never":
	case env("NO_COLOR") != "":
	case env("CLICOLOR_FORCE") != "" && env("CLICOLOR_FORCE") != "0":
		t.Color = true
	default:
		t.Color = t.Interactive && !dumb
	}
	if f, ok := w.(*os.File); ok && t.Interactive {
		if width, _, err := term.GetSize(int(f.Fd())); err == nil && width > 0 {
			t.Width = width
		}
	}
	if n, err := strconv.Atoi(env("COLUMNS")); err == nil && n > 0 {
		t.Width = n
	}
	return t
}

// IsTerminal says whether a stream is a terminal.
func IsTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}

// utf8Locale reads the locale as the C library does: the first of three that is set.
func utf8Locale(env func(string) string) bool {
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

// Bold, Dim and the colors wrap text in escape sequences, or leave it as it is.
func (t Terminal) Bold(s string) string    { return t.paint("1", s) }
func (t Terminal) Dim(s string) string     { return t.paint("2", s) }
func (t Terminal) Red(s string) string     { return t.paint("31", s) }
func (t Terminal) Green(s string) string   { return t.paint("32", s) }
func (t Terminal) Yellow(s string) string  { return t.paint("33", s) }
func (t Terminal) Blue(s string) string    { return t.paint("34", s) }
func (t Terminal) Magenta(s string) string { return t.paint("35", s) }
func (t Terminal) Cyan(s string) string    { return t.paint("36", s) }

func (t Terminal) paint(code, s string) string {
	if !t.Color || s == "" {
		return s
	}
	return "\x1b[" + code + "m" + s + "\x1b[0m"
}

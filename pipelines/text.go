package pipelines

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// TextOptions say how WriteText writes.
type TextOptions struct {
	Color bool
	Max   int // problems to write before only counting the rest; 0: all
}

// WriteText writes problems for people: the message, the place, the line with a caret, and what to do. source
// returns the text of a file, or nil where it is not to be had; it is called once a file.
func WriteText(w io.Writer, p Problems, source func(file string) []byte, opt TextOptions) error {
	out := writer{Writer: bufio.NewWriter(w), color: opt.Color}
	shown := p
	if opt.Max > 0 && len(p) > opt.Max {
		shown = p[:opt.Max]
	}
	var lines []string
	for i, x := range shown {
		if i > 0 {
			fmt.Fprintln(out)
		}
		if i == 0 || shown[i-1].File != x.File {
			lines = splitLines(source(x.File))
		}
		out.problem(x, lines)
	}
	if rest := len(p) - len(shown); rest > 0 {
		fmt.Fprintf(out, "\nand %d more\n", rest)
	}
	return out.Flush()
}

type writer struct {
	*bufio.Writer
	color bool
}

const (
	red, yellow, blue, bold, reset = "\x1b[1;31m", "\x1b[1;33m", "\x1b[1;34m", "\x1b[1m", "\x1b[0m"
)

func (w *writer) paint(style, text string) string {
	if !w.color {
		return text
	}
	return style + text + reset
}

func (w *writer) problem(p Problem, lines []string) {
	style := red
	if p.Severity == Warning {
		style = yellow
	}
	number := strconv.Itoa(p.Line)
	margin := strings.Repeat(" ", len(number))
	bar := w.paint(blue, "|")
	fmt.Fprintf(w, "%s%s\n", w.paint(style, fmt.Sprintf("%s[%s]", p.Severity, p.Code)), w.paint(bold, ": "+printable(p.Message)))
	fmt.Fprintf(w, "%s%s %s:%d:%d\n", margin, w.paint(blue, "-->"), printable(p.File), p.Line, p.Column)
	if p.Line >= 1 && p.Line <= len(lines) {
		text, caret := excerpt(lines[p.Line-1], p.Column, p.EndColumn)
		fmt.Fprintf(w, "%s %s\n", margin, bar)
		if p.Line > 1 && strings.TrimSpace(lines[p.Line-2]) != "" && p.Column < excerptWidth {
			before, _ := excerpt(lines[p.Line-2], 1, 2)
			fmt.Fprintf(w, "%*d %s %s\n", len(number), p.Line-1, bar, before)
		}
		fmt.Fprintf(w, "%s %s %s\n", w.paint(blue, number), bar, text)
		fmt.Fprintf(w, "%s %s %s\n", margin, bar, w.paint(style, caret))
	}
	if p.Help != "" {
		fmt.Fprintf(w, "%s %s help: %s\n", margin, w.paint(blue, "="), printable(p.Help))
	}
}

// excerptWidth is what a line of a file may take in a message.
const excerptWidth = 120

// excerpt returns a line, or the part of a long one around the columns, and the carets below it. Characters that
// could move the cursor are shown as a dot; a tab as one space.
func excerpt(text string, col, end int) (string, string) {
	runes := []rune(printable(text))
	from := 0
	if len(runes) > excerptWidth && col > excerptWidth-20 {
		from = min(col-20, len(runes)-1)
	}
	to := min(len(runes), from+excerptWidth)
	shown := string(runes[from:to])
	at := min(max(col-1, from), to)
	pad := strings.Repeat(" ", columns(runes[from:at])+max(0, col-1-to))
	if from > 0 {
		shown, pad = "…"+shown, pad+" "
	}
	if to < len(runes) {
		shown += "…"
	}
	carets := max(1, columns(runes[at:max(at, min(end-1, to))]))
	return strings.TrimRight(shown, " "), pad + strings.Repeat("^", carets)
}

// columns is what characters take on a terminal: two columns where they are wide, none where they
// join the one before.
func columns(runes []rune) int {
	n := 0
	for _, r := range runes {
		switch kind := width.LookupRune(r).Kind(); {
		case unicode.In(r, unicode.Mn, unicode.Me):
		case kind == width.EastAsianWide, kind == width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

func printable(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '\t':
			return ' '
		case unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.In(r, unicode.Bidi_Control):
			return '·'
		}
		return r
	}, text)
}

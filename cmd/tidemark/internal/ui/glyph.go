package ui

import "strings"

// look is how a state is drawn: never by its color alone.
type look struct {
	glyph, ascii string
	paint        func(Terminal, string) string
}

var looks = map[string]look{
	"success":         {"✓", "[ok]", Terminal.Green},
	"failed":          {"✗", "[FAIL]", Terminal.Red},
	"upstream_failed": {"↑", "[upf]", Terminal.Yellow},
	"running":         {"▶", "[run]", Terminal.Blue},
	"queued":          {"…", "[que]", Terminal.Dim},
	"waiting":         {"…", "[wait]", Terminal.Dim},
	"retrying":        {"↻", "[try]", Terminal.Yellow},
	"skipped":         {"–", "[skip]", Terminal.Magenta},
	"removed":         {"×", "[rem]", Terminal.Dim},
	"absent":          {"·", "[none]", Terminal.Dim},
	"stale":           {"◥", "[stale]", Terminal.Yellow},
	"cancelled":       {"–", "[cancel]", Terminal.Magenta},
	"lost":            {"✗", "[lost]", Terminal.Red},
}

// Glyph is a state's sign in its color: one character on a UTF-8 terminal, brackets elsewhere.
func (t Terminal) Glyph(state string) string {
	l, ok := looks[state]
	switch {
	case !ok:
		return ""
	case t.UTF8:
		return l.paint(t, l.glyph)
	}
	return l.paint(t, l.ascii)
}

// State is a state's sign and name. Where nobody looks it is the name alone.
func (t Terminal) State(state string) string {
	l, ok := looks[state]
	if !ok || !t.Interactive {
		return state
	}
	sign := l.ascii
	if t.UTF8 {
		sign = l.glyph
	}
	return l.paint(t, sign+" "+state)
}

// Spell writes a text of ours in the characters that the stream can show.
func (t Terminal) Spell(s string) string {
	if t.UTF8 {
		return s
	}
	return strings.ReplaceAll(s, "…", "...")
}

// Ellipsis marks what was left out.
func (t Terminal) Ellipsis() string {
	if t.UTF8 {
		return "…"
	}
	return "..."
}

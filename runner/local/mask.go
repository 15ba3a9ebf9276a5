package local

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/runner"
)

// shortestLine is how long a line of a secret must be to be masked by itself: a lone brace
// gives nothing away, and would be masked everywhere.
const shortestLine = 4

// mask writes through what it is given, with *** in the place of every secret, also of one
// that comes in pieces. What may be the beginning of a secret is held back until it is
// known not to be one.
type mask struct {
	to      io.Writer
	secrets [][]byte // the longest first
	begins  [256]bool
	held    []byte
}

// secretsOf are the values of a job's secrets as they may be printed: whole, without the
// blanks around them, and line by line.
func secretsOf(job *runner.Job) [][]byte {
	var all [][]byte
	add := func(s string) {
		if s != "" && !slices.ContainsFunc(all, func(other []byte) bool { return string(other) == s }) {
			all = append(all, []byte(s))
		}
	}
	for _, assignment := range job.Env {
		name, value, _ := strings.Cut(assignment, "=")
		if !slices.Contains(job.Secrets, name) {
			continue
		}
		add(value)
		add(strings.TrimSpace(value))
		for line := range strings.Lines(value) {
			if line = strings.TrimSpace(line); len(line) >= shortestLine {
				add(line)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b []byte) int { return len(b) - len(a) })
	return all
}

func newMask(to io.Writer, secrets [][]byte) *mask {
	m := &mask{to: to, secrets: secrets}
	for _, s := range secrets {
		m.begins[s[0]] = true
	}
	return m
}

func (m *mask) Write(p []byte) (int, error) {
	m.held = append(m.held, p...)
	return len(p), m.pass(false)
}

// flush writes what is held back: nothing comes any more that could make a secret of it.
func (m *mask) flush() error { return m.pass(true) }

// pass writes as much as is decided.
func (m *mask) pass(last bool) error {
	var out []byte
	rest := m.held
	for len(rest) > 0 {
		n := slices.IndexFunc(rest, func(c byte) bool { return m.begins[c] })
		if n < 0 {
			n = len(rest)
		}
		out, rest = append(out, rest[:n]...), rest[n:]
		if len(rest) == 0 || !last && m.undecided(rest) {
			break
		}
		if n = m.secretAt(rest); n > 0 {
			out, rest = append(out, runner.Mask...), rest[n:]
			continue
		}
		out, rest = append(out, rest[0]), rest[1:]
	}
	m.held = append(m.held[:0], rest...)
	if len(out) == 0 {
		return nil
	}
	_, err := m.to.Write(out)
	return err
}

// undecided says whether more could make a longer secret of all that there is.
func (m *mask) undecided(text []byte) bool {
	return slices.ContainsFunc(m.secrets, func(s []byte) bool { return len(s) > len(text) && bytes.HasPrefix(s, text) })
}

// secretAt is the length of the longest secret that a text begins with.
func (m *mask) secretAt(text []byte) int {
	for _, s := range m.secrets {
		if bytes.HasPrefix(text, s) {
			return len(s)
		}
	}
	return 0
}

package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// ParseSelect reads a selection as one text:
//
//	task=/^fact_/+ interval=2026-01..2026-03 state=failed,upstream_failed task!=fact_slow
//
// Terms are joined by spaces (and), values by commas (or). A name is itself, a glob with *
// and ?, or /a regular expression/. Around a task, + adds what it needs (before it) or what
// needs it (after it), with a number only so many edges: 1+load, load+2. The word all stands
// alone for everything. Times without an offset are read in loc. An error is a *Refusal that
// points at the column.
func ParseSelect(text string, loc *time.Location) (Selector, error) {
	p := &selectParser{text: []rune(text), loc: loc, seen: map[string]bool{}}
	for p.skip(); p.at < len(p.text); p.skip() {
		if err := p.term(); err != nil {
			return Selector{}, err
		}
	}
	if len(p.seen) == 0 && !p.All {
		return Selector{}, emptySelection("--select")
	}
	return p.Selector, nil
}

// selectKeys are what a term may be about.
var selectKeys = []string{"pipeline", "task", "tag", "state", "interval", "kind", "operation"}

type selectParser struct {
	Selector
	text []rune
	at   int
	loc  *time.Location
	seen map[string]bool
}

func (p *selectParser) fault(at int, format string, args ...any) error {
	return &Refusal{Code: "bad-select", Message: fmt.Sprintf("--select, column %d: %s", at+1, fmt.Sprintf(format, args...)),
		Help: string(p.text) + "\n        " + strings.Repeat(" ", at) + "^"}
}

func (p *selectParser) skip() {
	for p.at < len(p.text) && p.text[p.at] == ' ' {
		p.at++
	}
}

// term reads "all", or a key with its values.
func (p *selectParser) term() error {
	begin := p.at
	for p.at < len(p.text) && !strings.ContainsRune(" =!", p.text[p.at]) {
		p.at++
	}
	key := string(p.text[begin:p.at])
	if key == "all" && (p.at == len(p.text) || p.text[p.at] == ' ') {
		p.All = true
		return nil
	}
	if !slices.Contains(selectKeys, key) {
		if near := pipelines.Nearest(key, selectKeys); near != "" {
			return p.fault(begin, "%q cannot be selected by; did you mean %q?", key, near)
		}
		return p.fault(begin, "%q cannot be selected by; one of: %s", key, strings.Join(selectKeys, ", "))
	}
	op := ""
	for p.at < len(p.text) && (p.text[p.at] == '=' || p.text[p.at] == '!' && op == "") {
		op += string(p.text[p.at])
		p.at++
		if op == "=" || op == "!=" {
			break
		}
	}
	if op != "=" && op != "!=" {
		return p.fault(begin+len([]rune(key)), "after %s stands = or !=", key)
	}
	if p.seen[key+op] {
		return p.fault(begin, "%s%s stands twice; join alternatives with a comma", key, op)
	}
	p.seen[key+op] = true
	values, err := p.values()
	if err != nil {
		return err
	}
	return p.apply(key, op == "!=", values)
}

// word is one value and where it stands.
type word struct {
	text string
	at   int
}

// values reads words joined by commas. Between slashes commas and spaces mean nothing.
func (p *selectParser) values() (all []word, err error) {
	w := word{at: p.at}
	slash := -1
	for ; p.at < len(p.text) && (slash >= 0 || p.text[p.at] != ' '); p.at++ {
		c := p.text[p.at]
		switch {
		case slash >= 0 && c == '\\' && p.at+1 < len(p.text):
			w.text += string(c)
			p.at++
			c = p.text[p.at]
		case c == '/' && slash >= 0:
			slash = -1
		case c == '/' && strings.Trim(w.text, "+0123456789") == "":
			slash = p.at
		case c == ',' && slash < 0:
			all = append(all, w)
			w = word{at: p.at + 1}
			continue
		}
		w.text += string(c)
	}
	if slash >= 0 {
		return nil, p.fault(slash, "this / has no partner")
	}
	all = append(all, w)
	for _, w := range all {
		if w.text == "" {
			return nil, p.fault(w.at, "a value is missing")
		}
	}
	return all, nil
}

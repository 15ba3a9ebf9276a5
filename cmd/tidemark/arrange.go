package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// line is a command line in order: a verb, its flags as --name=value, its arguments.
type line struct {
	verb  *verb // nil: none was given
	flags []string
	args  []string
	help  bool
}

// argv is the line as the flag library wants it.
func (l line) argv() []string {
	return slices.Concat([]string{"tidemark"}, l.flags, []string{"--"}, l.args)
}

// arranger walks a command line once. The flag library would take every flag behind the
// first argument for an argument, without a word; so each token gets its meaning here.
type arranger struct {
	line
	rest  []string
	verbs []*verb
	known []cli.Flag
	own   bool // whether a flag of the verb itself was seen
	seen  map[string]string
}

// arrange puts flags before arguments wherever they stood, splits combined switches and
// refuses what is unknown, missing, too much or given twice.
func arrange(argv []string, verbs []*verb, globals []cli.Flag) (line, error) {
	a := &arranger{rest: argv, verbs: verbs, known: globals, seen: map[string]string{}}
	for len(a.rest) > 0 {
		token := a.rest[0]
		a.rest = a.rest[1:]
		var err error
		switch {
		case token == "--":
			err = a.words(a.rest)
			a.rest = nil
		case strings.HasPrefix(token, "--"):
			err = a.long(token[2:])
		case strings.HasPrefix(token, "-") && token != "-":
			err = a.short(token[1:])
		default:
			err = a.word(token)
		}
		if err != nil {
			return a.line, err
		}
	}
	return a.line, a.count()
}

// words takes the rest as arguments, whatever it looks like.
func (a *arranger) words(rest []string) error {
	for _, w := range rest {
		if err := a.word(w); err != nil {
			return err
		}
	}
	return nil
}

// word is a verb, a verb of a verb, or an argument.
func (a *arranger) word(w string) error {
	if a.verb == nil {
		return a.choose(w)
	}
	if len(a.args) == 0 && !a.own {
		if i := slices.IndexFunc(a.verb.verbs, func(v *verb) bool { return v.name == w }); i >= 0 {
			sub := a.verb.verbs[i]
			sub.parent = a.verb.path()
			a.verb, a.known = sub, sub.allFlags()
			return nil
		}
	}
	a.args = append(a.args, w)
	return nil
}

// choose finds the verb.
func (a *arranger) choose(w string) error {
	names := []string{}
	for _, v := range a.verbs {
		if v.name == w {
			a.verb, a.known = v, v.allFlags()
			return nil
		}
		if v.group != "" {
			names = append(names, v.name)
		}
	}
	help := "see: tidemark --help"
	if near := pipelines.Nearest(w, names); near != "" {
		help = fmt.Sprintf("did you mean %q?", near)
	}
	return usage("unknown-command", fmt.Sprintf("tidemark has no command %q", w), help)
}

// count refuses too few and too many arguments.
func (a *arranger) count() error {
	if a.verb == nil || a.help {
		return nil
	}
	least, most := a.verb.arity()
	switch n := len(a.args); {
	case n < least:
		return usage("missing-argument", fmt.Sprintf("tidemark %s needs %s", a.verb.path(), a.verb.argName(n)), "usage: "+a.verb.usage())
	case most >= 0 && n > most:
		return usage("too-many-arguments", fmt.Sprintf("tidemark %s does not know what to do with %q", a.verb.path(), a.args[most]), "usage: "+a.verb.usage())
	}
	return nil
}

// hint points at the help that fits.
func (a *arranger) hint() string {
	if a.verb == nil {
		return "see: tidemark --help"
	}
	return a.verb.helpHint()
}

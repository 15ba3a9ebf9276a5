package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"
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
	if near := nearest(w, names); near != "" {
		help = fmt.Sprintf("did you mean %q?", near)
	}
	return usage("unknown-command", fmt.Sprintf("tidemark has no command %q", w), help)
}

// long reads --name, --name=value and --no-name.
func (a *arranger) long(token string) error {
	name, value, assigned := strings.Cut(token, "=")
	f := a.find(name)
	if name == "version" && f == nil && a.verb == nil {
		return a.choose("version")
	}
	if f == nil && !assigned && strings.HasPrefix(name, "no-") {
		if f = a.find(strings.TrimPrefix(name, "no-")); f != nil && !takesValue(f) {
			return a.set(f, "--"+name, "false")
		}
		f = nil
	}
	switch {
	case f == nil || len(name) < 2:
		return a.unknown("--" + name)
	case assigned:
		return a.set(f, "--"+name, value)
	case !takesValue(f):
		return a.set(f, "--"+name, "true")
	}
	return a.next(f, "--"+name)
}

// short reads -f, -df, -tVALUE and -t=VALUE.
func (a *arranger) short(token string) error {
	for i, r := range token {
		name := string(r)
		f := a.find(name)
		if f == nil {
			return a.unknown("-" + name)
		}
		rest := token[i+len(name):]
		switch {
		case takesValue(f) && rest == "":
			return a.next(f, "-"+name)
		case takesValue(f):
			return a.set(f, "-"+name, strings.TrimPrefix(rest, "="))
		}
		if err := a.set(f, "-"+name, "true"); err != nil {
			return err
		}
	}
	return nil
}

// next takes the following token as the flag's value.
func (a *arranger) next(f cli.Flag, typed string) error {
	if len(a.rest) == 0 {
		return usage("missing-value", typed+" needs a value", a.hint())
	}
	value := a.rest[0]
	if strings.HasPrefix(value, "-") && a.looksLikeFlag(value) {
		return usage("missing-value", fmt.Sprintf("%s needs a value, and %s is a flag", typed, value),
			fmt.Sprintf("if you mean the text %q: %s=%s", value, dashed(f.Names()[0]), value))
	}
	a.rest = a.rest[1:]
	return a.set(f, typed, value)
}

func (a *arranger) looksLikeFlag(token string) bool {
	if token == "--" {
		return true
	}
	name, _, _ := strings.Cut(strings.TrimLeft(token, "-"), "=")
	if strings.HasPrefix(token, "--") {
		return a.find(name) != nil
	}
	return len(token) > 1 && a.find(token[1:2]) != nil
}

// set records a flag, checked as far as its type says.
func (a *arranger) set(f cli.Flag, typed, value string) error {
	name := f.Names()[0]
	if before, twice := a.seen[name]; twice && !repeatable(f) && before != value {
		return usage("repeated-flag", fmt.Sprintf("%s is given twice, as %q and as %q", typed, before, value), "say which one you mean")
	}
	a.seen[name] = value
	switch f.(type) {
	case *cli.IntFlag:
		if _, err := strconv.Atoi(value); err != nil {
			return usage("bad-value", fmt.Sprintf("%s wants a whole number, not %q", typed, value), a.hint())
		}
	case *cli.BoolFlag:
		if _, err := strconv.ParseBool(value); err != nil {
			return usage("bad-value", fmt.Sprintf("%s is a switch: true or false, not %q", typed, value), a.hint())
		}
	}
	if name == "help" {
		a.help = value == "true"
		return nil
	}
	if a.verb != nil && slices.Contains(a.verb.flags, f) {
		a.own = true
	}
	a.flags = append(a.flags, "--"+name+"="+value)
	return nil
}

// find returns the flag of that name, without dashes.
func (a *arranger) find(name string) cli.Flag {
	for _, f := range a.known {
		if slices.Contains(f.Names(), name) {
			return f
		}
	}
	return nil
}

// unknown refuses a flag and says which one comes nearest.
func (a *arranger) unknown(typed string) error {
	var names []string
	for _, f := range a.known {
		for _, n := range f.Names() {
			if len(n) > 1 {
				names = append(names, n)
			}
		}
	}
	where := "tidemark"
	help := a.hint()
	if a.verb != nil {
		where = "tidemark " + a.verb.path()
	} else {
		help = "flags of a command stand behind it; see: tidemark --help"
	}
	if near := nearest(strings.TrimLeft(typed, "-"), names); near != "" {
		help = fmt.Sprintf("did you mean %s?", dashed(near))
	}
	return usage("unknown-flag", fmt.Sprintf("%s has no flag %s", where, typed), help)
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

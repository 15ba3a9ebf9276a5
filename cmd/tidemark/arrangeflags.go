package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
)

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
	if near := pipelines.Nearest(strings.TrimLeft(typed, "-"), names); near != "" {
		help = fmt.Sprintf("did you mean %s?", dashed(near))
	}
	return usage("unknown-flag", fmt.Sprintf("%s has no flag %s", where, typed), help)
}

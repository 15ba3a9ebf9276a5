package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
)

func helpVerb() *verb {
	return &verb{
		name:    "help",
		args:    "[COMMAND [SUBCOMMAND]]",
		summary: "Explain a command",
		group:   groupOther,
		outputs: textOnly,
		example: "tidemark help simulate",
		run: func(c *call) error {
			l, err := arrange(append(c.Args, "--help"), c.program.verbs, globalFlags())
			if err != nil {
				return err
			}
			if len(l.args) > 0 {
				return usage("unknown-command", fmt.Sprintf("tidemark %s has no command %q", l.verb.path(), l.args[0]), l.verb.helpHint())
			}
			return c.program.help(c.Out, l.verb, c.Term)
		},
	}
}

// help explains one verb, or lists them all.
func (p *program) help(w io.Writer, v *verb, t ui.Terminal) error {
	text := &strings.Builder{}
	if v == nil {
		overview(text, p.verbs, t)
	} else {
		explain(text, v, t)
	}
	_, err := io.WriteString(w, t.Spell(text.String()))
	return err
}

func overview(w io.Writer, verbs []*verb, t ui.Terminal) {
	fmt.Fprint(w, "Tidemark runs declarative pipelines on data intervals.\n\n")
	fmt.Fprintln(w, t.Bold("Usage:"), "tidemark COMMAND [ARGUMENT…] [flags]")
	for _, group := range groups {
		first := true
		for _, v := range verbs {
			if v.group != group {
				continue
			}
			if first {
				fmt.Fprintf(w, "\n%s\n", t.Bold(group))
				first = false
			}
			fmt.Fprintf(w, "  %-11s %s\n", v.name, v.summary)
		}
	}
	fmt.Fprintf(w, "\n%s\n", t.Bold("Flags of every command, before it or behind it"))
	explainFlags(w, globalFlags())
	fmt.Fprint(w, "\nMore about one: tidemark COMMAND --help\n")
}

func explain(w io.Writer, v *verb, t ui.Terminal) {
	fmt.Fprintf(w, "%s\n\n%s %s\n", v.summary, t.Bold("Usage:"), v.usage())
	if v.about != "" {
		fmt.Fprintf(w, "\n%s\n", strings.TrimSpace(v.about))
	}
	if len(v.verbs) > 0 {
		fmt.Fprintf(w, "\n%s\n", t.Bold("Commands"))
		for _, sub := range v.verbs {
			fmt.Fprintf(w, "  %-11s %s\n", sub.name, sub.summary)
		}
	}
	if len(v.flags) > 0 {
		fmt.Fprintf(w, "\n%s\n", t.Bold("Flags"))
		explainFlags(w, v.flags)
	}
	if v.example != "" {
		fmt.Fprintf(w, "\n%s\n", t.Bold("Examples"))
		for line := range strings.Lines(strings.TrimSpace(v.example)) {
			fmt.Fprintln(w, "  "+strings.TrimSpace(line))
		}
	}
	fmt.Fprint(w, "\nFlags of every command: tidemark --help\n")
}

// unseen says whether a flag is there only to say why it is not.
func unseen(f cli.Flag) bool {
	v, ok := f.(cli.VisibleFlag)
	return ok && !v.IsVisible()
}

// explainFlags lists flags; the second column begins at 28 and is wrapped at 80.
func explainFlags(w io.Writer, flags []cli.Flag) {
	for _, f := range flags {
		if unseen(f) {
			continue
		}
		left, usage := flagText(f)
		lines := ui.Wrap(usage, 80-28)
		if len(left) > 25 {
			fmt.Fprintln(w, "  "+left)
			left = ""
		}
		for _, line := range lines {
			fmt.Fprintf(w, "  %-25s %s\n", left, line)
			left = ""
		}
	}
}

// flagText is "-o, --output FORMAT" and what it means. The value's name stands in
// backquotes in the flag's usage, as in package flag.
func flagText(f cli.Flag) (left, usage string) {
	doc, ok := f.(cli.DocGenerationFlag)
	if !ok {
		return "", ""
	}
	usage = doc.GetUsage()
	value := "VALUE"
	if before, rest, found := strings.Cut(usage, "`"); found {
		name, after, _ := strings.Cut(rest, "`")
		value, usage = name, before+name+after
	}
	names := f.Names()
	left = "    --" + names[0]
	if len(names) > 1 && len(names[1]) == 1 {
		left = "-" + names[1] + ", --" + names[0]
	}
	if takesValue(f) {
		left += " " + value
	}
	return left, usage
}

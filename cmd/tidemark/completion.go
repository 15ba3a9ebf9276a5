package main

import (
	"fmt"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
)

func completionVerb() *verb {
	return &verb{
		name:    "completion",
		args:    "SHELL",
		summary: "Print completion for bash, zsh or fish",
		group:   groupOther,
		outputs: textOnly,
		about: `
Prints a script that completes commands, flags, pipelines and tasks.
  bash: source <(tidemark completion bash)
  zsh:  source <(tidemark completion zsh)
  fish: tidemark completion fish | source`,
		example: "tidemark completion bash > ~/.local/share/bash-completion/completions/tidemark",
		run:     runCompletion,
	}
}

var shells = map[string]string{
	"bash": `_tidemark() {
  local IFS=$'\n'
  COMPREPLY=($(tidemark __complete -- "${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _tidemark tidemark
`,
	"zsh": `#compdef tidemark
_tidemark() {
  local -a found
  found=(${(f)"$(tidemark __complete -- "${(@)words[2,CURRENT]}" 2>/dev/null)"})
  (( $#found )) && compadd -- $found || _files
}
compdef _tidemark tidemark
`,
	"fish": `complete -c tidemark -a '(tidemark __complete -- (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
}

func runCompletion(c *call) error {
	script, ok := shells[c.Args[0]]
	if !ok {
		return usage("bad-value", fmt.Sprintf("no completion for %q", c.Args[0]), "one of: bash, zsh, fish")
	}
	c.Printf("%s", script)
	return nil
}

// completeVerb is what the scripts call: the words typed so far, the last of them unfinished.
func completeVerb() *verb {
	return &verb{name: "__complete", args: "[WORD…]", outputs: textOnly, run: runComplete}
}

func runComplete(c *call) error {
	words := c.Args
	if len(words) == 0 {
		words = []string{""}
	}
	last := words[len(words)-1]
	for _, candidate := range c.candidates(words[:len(words)-1], last) {
		if strings.HasPrefix(candidate, last) {
			c.Printf("%s\n", candidate)
		}
	}
	return nil
}

// candidates lists what may stand in the place of the unfinished word.
func (c *call) candidates(before []string, last string) []string {
	a := &arranger{verbs: c.program.verbs, known: globalFlags(), seen: map[string]string{}}
	a.rest = before
	for len(a.rest) > 0 {
		token := a.rest[0]
		a.rest = a.rest[1:]
		f := a.find(strings.TrimLeft(token, "-"))
		switch {
		case !strings.HasPrefix(token, "-"):
			_ = a.word(token) // an unknown command has no completions
		case f != nil && takesValue(f) && !strings.Contains(token, "=") && len(a.rest) == 0:
			return c.valuesOf(f.Names()[0], a)
		case f != nil && takesValue(f) && !strings.Contains(token, "="):
			a.flags = append(a.flags, "--"+f.Names()[0]+"="+a.rest[0])
			a.rest = a.rest[1:]
		}
	}
	switch {
	case strings.HasPrefix(last, "-"):
		return flagWords(a.known)
	case a.verb == nil:
		return verbNames(a.verbs)
	}
	found := c.argumentsOf(a.verb.argName(len(a.args)), a)
	if len(a.args) == 0 {
		found = append(verbNames(a.verb.verbs), found...)
	}
	return found
}

// valuesOf lists what a flag may be set to.
func (c *call) valuesOf(flag string, a *arranger) []string {
	switch flag {
	case "output":
		if a.verb != nil {
			return a.verb.formats()
		}
		return []string{"text", "json", "jsonl"}
	case "color":
		return []string{"auto", "always", "never"}
	case "progress":
		return []string{"auto", "tty", "plain", "none"}
	case "task-regex":
		return c.argumentsOf("TASK", a)
	}
	return nil
}

func verbNames(all []*verb) []string {
	var names []string
	for _, v := range all {
		if !strings.HasPrefix(v.name, "_") {
			names = append(names, v.name)
		}
	}
	return names
}

func flagWords(flags []cli.Flag) []string {
	var words []string
	for _, f := range flags {
		if unseen(f) {
			continue
		}
		words = append(words, dashed(f.Names()[0]))
	}
	slices.Sort(words)
	return words
}

// argumentsOf lists what an argument of that name may be. A project that cannot be read has
// nothing to offer.
func (c *call) argumentsOf(name string, a *arranger) []string {
	var names []string
	switch name {
	case "SHELL":
		return []string{"bash", "fish", "zsh"}
	case "COMMAND":
		return verbNames(c.program.verbs)
	case "PIPELINE":
		if project, err := c.projectOf(a); err == nil {
			for _, p := range project.Pipelines {
				names = append(names, p.Name)
			}
		}
	case "TASK":
		if project, err := c.projectOf(a); err == nil && len(a.args) > 0 {
			for _, p := range project.Pipelines {
				if p.Name == a.args[0] {
					for _, t := range p.Tasks {
						names = append(names, t.ID)
					}
				}
			}
		}
	}
	return names
}

// projectOf reads the project that the unfinished command line means.
func (c *call) projectOf(a *arranger) (*pipelines.Project, error) {
	for _, f := range a.flags {
		if dir, ok := strings.CutPrefix(f, "--project="); ok {
			if err := c.Set("project", dir); err != nil {
				return nil, err
			}
		}
	}
	return c.Project()
}

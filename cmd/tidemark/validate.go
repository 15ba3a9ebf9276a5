package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

func validateVerb() *verb {
	return &verb{
		name:    "validate",
		args:    "[FILE…]",
		summary: "Check pipeline files and show everything that is wrong",
		group:   groupWrite,
		outputs: []string{"github"},
		about: `
Checks the FILEs, or all files of the project: every problem at once, with its
place, an excerpt and what was expected. Exit code 3 when there is an error;
warnings alone are fine, unless --strict. "-o github" annotates a pull request.`,
		example: "tidemark validate\ntidemark validate pipelines/etl.yaml -o json",
		flags: []cli.Flag{
			&cli.BoolFlag{Name: "strict", Usage: "count warnings as errors"},
		},
		run: runValidate,
	}
}

// validationDocument is tidemark.validation/1.
type validationDocument struct {
	Schema   string             `json:"schema"`
	OK       bool               `json:"ok"`
	Files    []string           `json:"files"`
	Problems pipelines.Problems `json:"problems"`
}

func runValidate(c *call) error {
	project, err := c.toValidate()
	if err != nil {
		return err
	}
	problems := project.Problems
	bad := problems.Errors()
	if c.Bool("strict") {
		bad = len(problems)
	}
	switch {
	case c.JSON():
		err = c.Document(validationDocument{"tidemark.validation/1", bad == 0, project.Files, problems})
	case c.Format == "github":
		c.annotate(project.Root, problems)
	default:
		if len(problems) > 0 {
			c.Printf("%s\n", problemText(project, problems, c.Term))
		}
		c.Printf("%s\n", summary(project.Files, problems, c.Term))
	}
	if err == nil && bad > 0 {
		return exit(exitInvalid)
	}
	return err
}

// toValidate loads the files that were named, or the whole project.
func (c *call) toValidate() (*pipelines.Project, error) {
	if len(c.Args) == 0 {
		return c.Project()
	}
	var files []string
	for _, arg := range c.Args {
		file, err := filepath.Abs(arg)
		if err != nil {
			return nil, fmt.Errorf("cannot tell where %q is: %w", arg, err)
		}
		info, err := os.Stat(file)
		switch {
		case err != nil:
			return nil, usage("no-such-file", fmt.Sprintf("no file at %q", arg), "a path is read from where you are; without one, all files of the project are checked")
		case info.IsDir():
			return nil, usage("no-such-file", fmt.Sprintf("%q is a directory, not a pipeline file", arg), "for a whole project: tidemark validate --project "+arg)
		}
		files = append(files, file)
	}
	return c.load(c.rootOf(files[0]), files...)
}

// annotate writes problems as GitHub's workflow commands, with files as seen from here: a
// project need not be a repository's root.
func (c *call) annotate(root string, problems pipelines.Problems) {
	here, _ := os.Getwd() // without it the paths stay as they are
	property := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C")
	data := strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A")
	for _, p := range problems {
		text := p.Message
		if p.Help != "" {
			text += "\n" + p.Help
		}
		c.Printf("::%s file=%s,line=%d,col=%d,endColumn=%d,title=%s::%s\n", p.Severity,
			property.Replace(seenFrom(here, root, p.File)), p.Line, p.Column, p.EndColumn, property.Replace(p.Code), data.Replace(text))
	}
}

// seenFrom is a project's file relative to a directory.
func seenFrom(here, root, file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	rel, err := filepath.Rel(here, filepath.Join(root, filepath.FromSlash(file)))
	if err != nil || here == "" {
		return file
	}
	return filepath.ToSlash(rel)
}

// summary is the last line: how many files, errors and warnings.
func summary(files []string, problems pipelines.Problems, t ui.Terminal) string {
	broken := map[string]bool{}
	for _, p := range problems {
		if p.Severity == pipelines.Error {
			broken[p.File] = true
		}
	}
	bad, warnings := problems.Errors(), len(problems)-problems.Errors()
	text := t.Green(prose.Plural(len(files), "file") + " valid")
	if bad > 0 {
		where := prose.Plural(len(broken), "file")
		if len(broken) < len(files) {
			where = fmt.Sprintf("%d of %s", len(broken), prose.Plural(len(files), "file"))
		}
		text = t.Red(prose.Plural(bad, "error") + " in " + where)
	}
	if warnings > 0 {
		text += ", " + t.Yellow(prose.Plural(warnings, "warning"))
	}
	return text
}

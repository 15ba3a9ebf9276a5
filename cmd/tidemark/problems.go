package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
)

// problemText is problems with their excerpts, for people.
func problemText(project *pipelines.Project, problems pipelines.Problems, t ui.Terminal) string {
	source := func(file string) []byte {
		if !filepath.IsAbs(file) {
			file = filepath.Join(project.Root, filepath.FromSlash(file))
		}
		text, err := os.ReadFile(file)
		if err != nil {
			return nil
		}
		return text
	}
	var b strings.Builder
	_ = pipelines.WriteText(&b, problems, source, pipelines.TextOptions{Color: t.Color, Max: shownProblems}) // a Builder never fails
	return b.String()
}

// shownProblems is how many problems are shown whole: more than anybody mends in one go.
const shownProblems = 20

// brokenFile finds the file that would declare a pipeline if it were valid.
func brokenFile(project *pipelines.Project, name string) (file string, ok bool) {
	for _, b := range project.Broken {
		if b.Name == name {
			return b.File, true
		}
	}
	return "", false
}

// problemsOf are the problems of one file.
func problemsOf(project *pipelines.Project, file string) (found pipelines.Problems) {
	for _, p := range project.Problems {
		if p.File == file {
			found = append(found, p)
		}
	}
	return found
}

// invalid refuses to work with a broken definition and shows what is wrong with it.
func (c *call) invalid(project *pipelines.Project, what string, problems pipelines.Problems) *failure {
	f := &failure{
		Code: "invalid-definition", Exit: exitInvalid,
		Message: fmt.Sprintf("%s is not valid: %s", what, prose.Plural(problems.Errors(), "error")),
		Help:    "mend the file; tidemark validate lists everything that is wrong",
	}
	for _, p := range problems {
		f.Problems = append(f.Problems, problemLine(p))
	}
	f.text = problemText(project, problems, c.ErrTm)
	return f
}

// problemLine is a problem on one line, as compilers write it.
func problemLine(p pipelines.Problem) string {
	line := fmt.Sprintf("%s:%d:%d: %s", p.File, p.Line, p.Column, p.Message)
	if p.Help != "" {
		line += "; " + p.Help
	}
	return line + " [" + p.Code + "]"
}

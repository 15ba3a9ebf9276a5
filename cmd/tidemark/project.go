package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
)

// regexFlag is -R of the verbs that may mean several pipelines.
func regexFlag() cli.Flag {
	return &cli.BoolFlag{Name: "pipeline-regex", Aliases: []string{"R"}, Usage: "PIPELINE is a regular expression over names"}
}

// Root is the project's directory, absolute: --project, or the nearest upward from here.
func (c *call) Root() (string, error) {
	if dir := c.String("project"); dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", usage("no-project", fmt.Sprintf("--project %q is not a directory", dir), "")
		}
		return filepath.Abs(dir)
	}
	here, err := os.Getwd()
	if err != nil {
		return "", fmt.Errorf("cannot tell the current directory: %w", err)
	}
	root, ok := pipelines.FindRoot(here)
	if !ok {
		return "", usage("no-project", "neither this directory nor one above it has tidemark.yaml or pipelines/",
			"begin one with: tidemark init, or say where it is with --project DIR")
	}
	return root, nil
}

// Project reads the project's files, once a call. Broken files are in it, not an error.
func (c *call) Project() (*pipelines.Project, error) {
	if c.project != nil {
		return c.project, nil
	}
	root, err := c.Root()
	if err != nil {
		return nil, err
	}
	return c.load(root)
}

func (c *call) load(root string, files ...string) (project *pipelines.Project, err error) {
	if len(files) > 0 {
		project, err = pipelines.LoadFiles(root, files...)
	} else {
		project, err = pipelines.Load(root)
	}
	if err != nil {
		return nil, &failure{Code: "cannot-read", Exit: exitUsage, Message: err.Error()}
	}
	c.project = project
	return project, nil
}

// Database is the file of the state: --db, or .tidemark/state.db in the project.
func (c *call) Database() (string, error) {
	if db := c.String("db"); db != "" {
		return filepath.Abs(db)
	}
	root, err := c.Root()
	if err != nil {
		return "", err
	}
	return filepath.Join(root, ".tidemark", "state.db"), nil
}

// Pipeline finds the pipeline that an argument means: a name, or the path of a YAML file.
// One that is broken, or not there, is a failure with its problems or the nearest names.
func (c *call) Pipeline(arg string) (*pipelines.Pipeline, error) {
	if isPath(arg) {
		return c.pipelineAt(arg)
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	for _, p := range project.Pipelines {
		if p.Name == arg {
			return p, nil
		}
	}
	if problems := brokenProblems(project, arg); len(problems) > 0 {
		return nil, c.invalid(project, fmt.Sprintf("pipeline %q", arg), problems)
	}
	return nil, noSuchPipeline(project, arg)
}

// Pipelines finds what PIPELINE means where -R makes it a regular expression over names.
func (c *call) Pipelines(arg string) ([]*pipelines.Pipeline, error) {
	if !c.Bool("pipeline-regex") {
		p, err := c.Pipeline(arg)
		return []*pipelines.Pipeline{p}, err
	}
	re, err := regexp.Compile(arg)
	if err != nil {
		return nil, usage("bad-regex", fmt.Sprintf("PIPELINE %q is not a regular expression: %s", arg, regexFault(err)), "")
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	var found []*pipelines.Pipeline
	for _, p := range project.Pipelines {
		if re.MatchString(p.Name) {
			found = append(found, p)
		}
	}
	if len(found) == 0 {
		f := noSuchPipeline(project, arg)
		f.Message = fmt.Sprintf("no pipeline's name matches %q", arg)
		return nil, f
	}
	return found, nil
}

// regexFault is what is wrong with a regular expression, without the library's preface.
func regexFault(err error) string {
	return strings.TrimPrefix(err.Error(), "error parsing regexp: ")
}

func isPath(arg string) bool {
	return strings.ContainsAny(arg, `/\`) || strings.HasSuffix(arg, ".yaml") || strings.HasSuffix(arg, ".yml")
}

// pipelineAt loads one file. Its project is the one of the command, or, where the file lies
// elsewhere, the nearest upward from the file.
func (c *call) pipelineAt(path string) (*pipelines.Pipeline, error) {
	file, err := filepath.Abs(path)
	if err != nil {
		return nil, fmt.Errorf("cannot tell where %q is: %w", path, err)
	}
	if info, err := os.Stat(file); err != nil || info.IsDir() {
		return nil, usage("no-such-pipeline", fmt.Sprintf("no pipeline file at %q", path), "")
	}
	project, err := c.load(c.rootOf(file), file)
	if err != nil {
		return nil, err
	}
	if len(project.Pipelines) != 1 {
		return nil, c.invalid(project, path, project.Problems)
	}
	return project.Pipelines[0], nil
}

// rootOf is the project that a file belongs to.
func (c *call) rootOf(file string) string {
	if root, err := c.Root(); err == nil {
		if rel, err := filepath.Rel(root, file); err == nil && filepath.IsLocal(rel) || c.IsSet("project") {
			return root
		}
	}
	if root, ok := pipelines.FindRoot(filepath.Dir(file)); ok {
		return root
	}
	return filepath.Dir(file)
}

// noSuchPipeline lists the nearest names.
func noSuchPipeline(project *pipelines.Project, name string) *failure {
	var names []string
	for _, p := range project.Pipelines {
		names = append(names, p.Name)
	}
	slices.Sort(names)
	help := "the project has no pipelines yet; begin with: tidemark init"
	if near := pipelines.Nearest(name, names); near != "" {
		help = fmt.Sprintf("did you mean %q?", near)
	} else if len(names) > 0 {
		shown := names[:min(len(names), 8)]
		help = "there is: " + strings.Join(shown, ", ")
		if len(shown) < len(names) {
			help += fmt.Sprintf(" and %d more", len(names)-len(shown))
		}
	}
	return usage("no-such-pipeline", fmt.Sprintf("no pipeline is named %q in %s", name, project.Root), help)
}

// invalid refuses to work with a broken definition and shows what is wrong with it.
func (c *call) invalid(project *pipelines.Project, what string, problems pipelines.Problems) *failure {
	f := &failure{
		Code: "invalid-definition", Exit: exitInvalid,
		Message: fmt.Sprintf("%s is not valid: %s", what, ui.Plural(countOf(problems, pipelines.Error), "error")),
		Help:    "mend the file; tidemark validate lists everything that is wrong",
	}
	for _, p := range problems {
		f.Problems = append(f.Problems, problemLine(p))
	}
	f.text = c.problemText(project, problems, c.ErrTm)
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

func countOf(problems pipelines.Problems, s pipelines.Severity) int {
	n := 0
	for _, p := range problems {
		if p.Severity == s {
			n++
		}
	}
	return n
}

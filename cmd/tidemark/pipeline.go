package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// regexFlag is -R of the verbs that may mean several pipelines.
func regexFlag() cli.Flag {
	return &cli.BoolFlag{Name: "pipeline-regex", Aliases: []string{"R"}, Usage: "PIPELINE is a regular expression over names"}
}

// Pipeline finds the pipeline that an argument means: a name, or the path of a YAML file.
// One that is broken, or not there, is a failure with its problems or the nearest names.
func (c *call) Pipeline(arg string) (*pipelines.Pipeline, error) {
	if isPath(arg) && c.program.asked == nil {
		return c.pipelineAt(arg)
	}
	project, err := c.Project()
	if err != nil {
		return nil, err
	}
	if p, ok := project.Pipeline(arg); ok {
		return p, nil
	}
	if file, ok := brokenFile(project, arg); ok {
		return nil, c.invalid(project, fmt.Sprintf("pipeline %q", arg), problemsOf(project, file))
	}
	return nil, noSuchPipeline(project, arg)
}

// subject is the pipeline that an order is about, and what time it is there.
func (c *call) subject() (p *pipelines.Pipeline, now time.Time, err error) {
	if p, err = c.Pipeline(c.Arg(0)); err == nil {
		now, err = c.Now(p.Location)
	}
	return p, now, err
}

// Pipelines finds what PIPELINE means where -R makes it a regular expression over names.
func (c *call) Pipelines(arg string) ([]*pipelines.Pipeline, error) {
	if !c.Bool("pipeline-regex") {
		p, err := c.Pipeline(arg)
		return []*pipelines.Pipeline{p}, err
	}
	re, err := regexp.Compile(arg)
	if err != nil {
		return nil, usage("bad-regex", fmt.Sprintf("PIPELINE %q is not a regular expression: %s", arg, regexFault(err)), re2Help)
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
		f.Code, f.Exit, f.Message = "no-match", exitNoMatch, fmt.Sprintf("no pipeline's name matches %q", arg)
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
		return nil, usage("no-such-pipeline", fmt.Sprintf("no pipeline file at %q", path), "a path is read from where you are; a name works everywhere in the project")
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

package main

import (
	"context"
	"errors"
	"maps"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// definitions reads the project again and again and keeps, of a file that breaks, the last
// version that was good: of a pipeline, and of tidemark.yaml.
type definitions struct {
	root   string
	files  *pipelines.Reader
	logDir string
	left   string                         // where attempts leave results; "" for a look that starts none
	good   map[string]*pipelines.Pipeline // by file
}

func newDefinitions(at place, files *pipelines.Reader) *definitions {
	return &definitions{root: at.root, files: files, logDir: at.logs, good: map[string]*pipelines.Pipeline{}}
}

// read loads the project. The problems of broken files are in it.
func (d *definitions) read(ctx context.Context) (runner.Definitions, *pipelines.Project, error) {
	project, err := d.files.Load()
	if err != nil {
		return runner.Definitions{}, nil, err
	}
	d.remember(project)
	return runner.Definitions{Pipelines: d.pipelines(), Pools: project.Settings.Pools, Workshop: d.workshop(ctx, project), Parse: earlierVersions(project)}, project, nil
}

// pipelines are those that are good, by name.
func (d *definitions) pipelines() []*pipelines.Pipeline {
	return slices.SortedFunc(maps.Values(d.good), func(a, b *pipelines.Pipeline) int { return strings.Compare(a.Name, b.Name) })
}

// recall finds the last good versions of the files that are broken already as the runner
// starts: a restart must not stop what a runner that went on would not have stopped.
func (d *definitions) recall(ctx context.Context, db *sqlite.DB, project *pipelines.Project) error {
	parse := earlierVersions(project)
	for _, b := range project.Broken {
		row, err := db.LastGood(ctx, b.File, b.Name)
		if err != nil {
			return err
		}
		if row == nil || d.good[b.File] != nil {
			continue
		}
		p, err := parse(b.File, row.Source)
		if err != nil {
			continue // its files are gone, or tidemark.yaml has no such pool any more
		}
		if _, elsewhere := project.Pipeline(p.Name); !elsewhere {
			d.good[b.File] = p
		}
	}
	return nil
}

// going says of each broken file whether its pipeline goes on.
func (d *definitions) going(project *pipelines.Project) (lines []string) {
	for _, b := range project.Broken {
		if p := d.good[b.File]; p != nil {
			lines = append(lines, b.File+" has errors; the last good version of "+p.Name+" goes on")
		}
	}
	return lines
}

// earlierVersions reads earlier versions of pipelines, with the settings and the files of now.
func earlierVersions(project *pipelines.Project) func(file, source string) (*pipelines.Pipeline, error) {
	return func(file, source string) (*pipelines.Pipeline, error) {
		p, problems := pipelines.Parse(file, []byte(source), &project.Settings, os.DirFS(project.Root))
		for _, problem := range problems {
			if p == nil || problem.Severity == pipelines.Error {
				return nil, errors.New(problem.Message)
			}
		}
		return p, nil
	}
}

// remember replaces what is good now and forgets the files that are gone.
func (d *definitions) remember(project *pipelines.Project) {
	for _, p := range project.Pipelines {
		d.good[p.File] = p
	}
	for file, p := range d.good {
		broken := slices.ContainsFunc(project.Broken, func(b pipelines.BrokenFile) bool { return b.File == file })
		now, valid := project.Pipeline(p.Name)
		if valid && now.File != file || !valid && !broken {
			delete(d.good, file)
		}
	}
}

func (d *definitions) workshop(ctx context.Context, project *pipelines.Project) *runner.Workshop {
	return &runner.Workshop{
		Root: d.root, LogDir: d.logDir, Scratch: d.left, Environ: os.Environ(),
		Inherit: project.Settings.InheritEnv,
		Commit:  commitOf(ctx, d.root),
	}
}

// place is where a project keeps its state.
type place struct {
	root  string
	db    string
	state string // directory of the keeper, its journal and the logs
	logs  string
	fast  bool // a loss of power may take the last commits
}

// open opens the database for writing, and makes it where there is none.
func (p place) open() (*sqlite.DB, error) {
	dir := filepath.Dir(p.db)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, cannotWriteIn(dir, err)
	}
	db, err := sqlite.Open(p.db, sqlite.Options{Fast: p.fast})
	return db, storeFailure(err)
}

// Place finds the database and what belongs to it. A database that --db names gets a
// directory of its own beside it, so that two databases never share attempts' files.
func (c *call) Place() (place, error) {
	project, err := c.Project()
	if err != nil {
		return place{}, err
	}
	p := place{root: project.Root, fast: project.Settings.Relaxed}
	if p.db, err = c.Database(); err != nil {
		return place{}, err
	}
	p.state = filepath.Dir(p.db)
	if filepath.Base(p.db) != "state.db" {
		p.state = p.db + ".d"
	}
	p.logs = filepath.Join(p.state, "logs")
	if dir := project.Settings.LogDir; dir != "" {
		p.logs = within(p.root, dir)
	}
	return p, nil
}

// within makes a path absolute, seen from a directory.
func within(root, path string) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(root, path)
}

// machine is what tasks share, as far as tidemark.yaml tells: a runner may have been given
// another -j.
func (c *call) machine() (plan.Machine, error) {
	project, err := c.Project()
	if err != nil {
		return plan.Machine{}, err
	}
	return plan.Machine{Parallelism: slotsOf(project), Pools: project.Settings.Pools}, nil
}

// slots is how many attempts may be live at once: -j, tidemark.yaml, or twice the processors.
func (c *call) slots(project *pipelines.Project) (int, error) {
	switch {
	case c.IsSet("parallelism"):
		if n := c.Int("parallelism"); n >= 1 {
			return n, nil
		}
		return 0, usage("bad-value", "--parallelism must be at least 1", "")
	}
	return slotsOf(project), nil
}

func slotsOf(project *pipelines.Project) int {
	if n := project.Settings.Parallelism; n > 0 {
		return n
	}
	return max(2*runtime.NumCPU(), 4)
}

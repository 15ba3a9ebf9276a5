package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// Root is the project's directory, absolute: --project, or the nearest upward from here.
func (c *call) Root() (string, error) {
	if dir := c.String("project"); dir != "" {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return "", usage("no-project", fmt.Sprintf("--project %q is not a directory", dir), "begin a project there with: tidemark init "+dir)
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
		c.files = pipelines.NewReader(root)
		project, err = c.files.Load()
	}
	if err != nil {
		return nil, &failure{Code: "cannot-read", Exit: exitUsage, Message: err.Error()}
	}
	c.project = project
	return project, nil
}

// Settings are what tidemark.yaml says, without a look at the pipelines.
func (c *call) Settings() (*pipelines.Settings, error) {
	if c.project != nil {
		return &c.project.Settings, nil
	}
	root, err := c.Root()
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(root, pipelines.SettingsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return &pipelines.Settings{}, nil
	}
	if err != nil {
		return nil, &failure{Code: "cannot-read", Exit: exitUsage, Message: err.Error()}
	}
	settings, problems := pipelines.ParseSettings(pipelines.SettingsFile, text)
	if problems.Errors() > 0 {
		return nil, c.invalid(&pipelines.Project{Root: root}, pipelines.SettingsFile, problems)
	}
	return settings, nil
}

// stateDir is where the project's own files live, absolute: .tidemark, or what tidemark.yaml says.
func (c *call) stateDir() (string, error) {
	settings, err := c.Settings()
	if err != nil {
		return "", err
	}
	dir := settings.StateDir
	if dir == "" {
		dir = ".tidemark"
	}
	return c.inRoot(dir)
}

// Database is the file of the state, absolute: --db, or state.db in the state directory.
func (c *call) Database() (string, error) {
	if db := c.String("db"); db != "" {
		if info, err := os.Stat(db); err == nil && info.IsDir() {
			return "", usage("database", fmt.Sprintf("--db %q is a directory", db), "name a file in it: --db "+filepath.Join(db, "state.db"))
		}
		return filepath.Abs(db)
	}
	dir, err := c.stateDir()
	return filepath.Join(dir, "state.db"), err
}

// inRoot makes a path of tidemark.yaml absolute.
func (c *call) inRoot(path string) (string, error) {
	if filepath.IsAbs(path) {
		return path, nil
	}
	root, err := c.Root()
	return filepath.Join(root, filepath.FromSlash(path)), err
}

package main

import (
	"errors"
	"fmt"
	"os/exec"
	"path"
	"strings"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// revision is the project as a Git commit has it.
type revision struct {
	call   *call
	root   string
	name   string // as it was asked for
	commit string
}

// Revision finds the commit that a name means in the repository of the project.
func (c *call) Revision(root, name string) (*revision, error) {
	r := &revision{call: c, root: root, name: name}
	switch _, err := git(c.Ctx, root, "rev-parse", "--git-dir"); {
	case errors.Is(err, exec.ErrNotFound):
		return nil, usage("no-git", "--diff needs git, and there is none on the PATH", "")
	case err != nil:
		return nil, usage("no-repository", fmt.Sprintf("%s is not in a Git repository", root), "--diff compares with what a commit holds")
	}
	var err error
	if !strings.HasPrefix(name, "-") && name != "" {
		r.commit, err = git(c.Ctx, root, "rev-parse", "--verify", "--quiet", name+"^{commit}")
	}
	if err != nil || r.commit == "" {
		return nil, usage("no-such-revision", fmt.Sprintf("there is no revision %q in the repository of %s", name, root), "a commit, a branch or a tag, for example HEAD~1")
	}
	return r, nil
}

// Pipeline is a pipeline of the working tree as the commit has it: the one of that name, in
// the same file or, where the file was moved, in another.
func (r *revision) Pipeline(now *pipelines.Pipeline) (*pipelines.Pipeline, error) {
	settings, err := r.settings()
	if err != nil {
		return nil, err
	}
	files, err := r.files(now.File)
	if err != nil {
		return nil, err
	}
	var broken *failure
	for _, file := range files {
		text, err := r.read(file)
		if err != nil {
			return nil, err
		}
		p, problems := pipelines.Parse(file, text, settings, nil)
		switch {
		case p != nil && p.Name == now.Name:
			return p, nil
		case p == nil && file == now.File:
			broken = r.invalid(file, problems)
		}
	}
	if broken != nil {
		return nil, broken
	}
	return nil, usage("not-in-revision", fmt.Sprintf("there is no pipeline %q at %s", now.Name, r.name), "all of its intervals are new: simulate it without --diff")
}

func (r *revision) settings() (*pipelines.Settings, error) {
	text, err := r.read(pipelines.SettingsFile)
	if err != nil {
		return &pipelines.Settings{}, nil // the project had none
	}
	settings, problems := pipelines.ParseSettings(pipelines.SettingsFile, text)
	if problems.Errors() > 0 {
		return nil, r.invalid(pipelines.SettingsFile, problems)
	}
	return settings, nil
}

// files lists the pipelines' files of the commit, that of now first.
func (r *revision) files(first string) ([]string, error) {
	list, err := git(r.call.Ctx, r.root, "ls-tree", "-r", "-z", "--name-only", r.commit, "--", pipelines.PipelinesDir, first)
	if err != nil {
		return nil, fmt.Errorf("cannot list the files of %s: %w", r.name, err)
	}
	var head, tail []string
	for file := range strings.SplitSeq(list, "\x00") {
		switch ext := path.Ext(file); {
		case file == first:
			head = append(head, file)
		case ext == ".yaml" || ext == ".yml":
			tail = append(tail, file)
		}
	}
	return append(head, tail...), nil
}

func (r *revision) read(file string) ([]byte, error) {
	text, err := gitRaw(r.call.Ctx, r.root, "show", r.commit+":./"+file)
	if err != nil {
		return nil, fmt.Errorf("cannot read %s at %s: %w", file, r.name, err)
	}
	return text, nil
}

func (r *revision) invalid(file string, problems pipelines.Problems) *failure {
	f := &failure{Code: "invalid-definition", Exit: exitInvalid, Message: fmt.Sprintf("%s is not valid at %s", file, r.name),
		Help: "compare with a revision in which it is"}
	for _, p := range problems {
		f.Problems = append(f.Problems, problemLine(p))
	}
	return f
}

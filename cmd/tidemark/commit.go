package main

import (
	"bytes"
	"context"
	"os/exec"

	"github.com/tidemark-dev/tidemark/runner"
)

// commitOf asks git which commit a directory is at and whether anything in it differs.
// Without git, or outside a repository, there is no commit: that is not an error.
func commitOf(ctx context.Context, dir string) runner.Commit {
	id, err := git(ctx, dir, "rev-parse", "HEAD")
	if err != nil {
		return runner.Commit{}
	}
	changes, err := git(ctx, dir, "status", "--porcelain", "--", ".")
	return runner.Commit{ID: id, Dirty: err != nil || changes != ""}
}

// git is what git says, without the white space around it.
func git(ctx context.Context, dir string, args ...string) (string, error) {
	out, err := gitRaw(ctx, dir, args...)
	return string(bytes.TrimSpace(out)), err
}

func gitRaw(ctx context.Context, dir string, args ...string) ([]byte, error) {
	return exec.CommandContext(ctx, "git", append([]string{"-C", dir}, args...)...).Output()
}

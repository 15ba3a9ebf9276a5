package main

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/fsnotify/fsnotify"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// How long the files must be quiet before they are read again: editors write in several
// steps. And how often to look anyway: network file systems tell nobody.
const (
	quietFor = 100 * time.Millisecond
	glance   = 10 * time.Second
)

// watch calls changed after the definitions, or files that are inputs of tasks, have
// changed, until ctx ends. current says what to watch; it is asked again after each change.
func watch(ctx context.Context, root string, current func() []string, changed func()) {
	notes, err := fsnotify.NewWatcher()
	if err == nil {
		defer notes.Close()
	} else {
		notes = &fsnotify.Watcher{} // its channels are nil: only the glances are left
	}
	look := time.NewTicker(glance)
	defer look.Stop()
	files := current()
	follow(notes, root, files)
	seen := signature(root, files)
	quiet := time.NewTimer(time.Hour)
	quiet.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-notes.Errors:
		case e := <-notes.Events:
			if e.Op != fsnotify.Chmod {
				quiet.Reset(quietFor)
			}
			continue
		case <-look.C:
		case <-quiet.C:
		}
		files = current()
		if now := signature(root, files); now != seen {
			changed()
			files = current()
			seen = signature(root, files)
			follow(notes, root, files)
		}
	}
}

// follow watches the directories of the files; a directory that cannot be watched is
// looked at from time to time.
func follow(w *fsnotify.Watcher, root string, files []string) {
	if w.Events == nil {
		return
	}
	_ = w.Add(root)
	for _, f := range files {
		_ = w.Add(filepath.Dir(filepath.Join(root, filepath.FromSlash(f))))
	}
	_ = filepath.WalkDir(filepath.Join(root, pipelines.PipelinesDir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			_ = w.Add(path)
		}
		return nil
	})
}

// signature is the sizes and times of everything that definitions are made of.
func signature(root string, files []string) string {
	var b strings.Builder
	note := func(path string) {
		if info, err := os.Stat(path); err == nil {
			fmt.Fprintf(&b, "%s %d %d\n", path, info.Size(), info.ModTime().UnixNano())
		}
	}
	note(filepath.Join(root, pipelines.SettingsFile))
	_ = filepath.WalkDir(filepath.Join(root, pipelines.PipelinesDir), func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			note(path)
		}
		return nil
	})
	for _, f := range files {
		note(filepath.Join(root, filepath.FromSlash(f)))
	}
	return b.String()
}

// inputFiles lists the files that are hashed into the tasks of a project.
func inputFiles(ps []*pipelines.Pipeline) []string {
	var files []string
	for _, p := range ps {
		for _, t := range p.Tasks {
			for _, h := range t.Hashed {
				if f, ok := strings.CutPrefix(h.Name, "file:"); ok {
					files = append(files, f)
				}
			}
		}
	}
	return files
}

package pipelines

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// maxInputFiles bounds the files of one task: each is read whenever its pipeline is loaded.
const maxInputFiles = 10_000

// files reads a project's files and remembers what it saw, so that a thousand pipelines that share a script read it
// once. It lives as long as one Load.
type files struct {
	fs      fs.FS  // an os.Root's: links out of the project do not open
	dir     string // the root as a path, or "" where only fs is known
	ignored string // the state directory
	globs   map[string][]string
	digests map[string]digest
	dirs    map[string][]string
	looks   int // how often it was asked anything
}

type digest struct {
	sum [sha256.Size]byte
	err error
}

func newFiles(fsys fs.FS, dir string) *files {
	return &files{
		fs: fsys, dir: dir, ignored: ".tidemark",
		globs: map[string][]string{}, digests: map[string]digest{}, dirs: map[string][]string{},
	}
}

// glob returns the files that match, sorted; a directory stands for all that is in it. Hidden version control and
// our own state are never inputs: they change with every run.
func (f *files) glob(pattern string) []string {
	f.looks++
	if list, ok := f.globs[pattern]; ok {
		return list
	}
	var found []string
	if strings.ContainsAny(pattern, `*?[{\`) {
		found, _ = doublestar.Glob(f.fs, pattern, doublestar.WithNoFollow())
	} else if _, err := fs.Stat(f.fs, pattern); err == nil {
		found = []string{pattern}
	}
	var list []string
	for _, name := range found {
		if info, err := fs.Stat(f.fs, name); err == nil && info.IsDir() {
			if name == pattern {
				list = append(list, f.under(name)...)
			}
			continue
		}
		list = append(list, name)
	}
	list = slices.DeleteFunc(list, f.isIgnored)
	slices.Sort(list)
	list = slices.Compact(list)
	f.globs[pattern] = list
	return list
}

// under lists the files in a directory, at any depth.
func (f *files) under(dir string) []string {
	var list []string
	fs.WalkDir(f.fs, dir, func(name string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := fs.Stat(f.fs, name); err == nil && info.IsDir() {
			return nil // a link to a directory may lead back up
		}
		list = append(list, name)
		return nil
	})
	return list
}

func (f *files) isIgnored(name string) bool {
	return strings.HasPrefix(name, ".git/") || strings.HasPrefix(name, f.ignored+"/")
}

// exists tells whether a file is there, inside the project.
func (f *files) exists(name string) bool {
	f.looks++
	_, err := fs.Stat(f.fs, name)
	return err == nil
}

// escapes tells a file that is there, but outside the project: a link leads to it.
func (f *files) escapes(name string) bool {
	f.looks++
	if f.dir == "" {
		return false
	}
	if _, err := fs.Stat(f.fs, name); err == nil || errors.Is(err, fs.ErrPermission) {
		return false
	}
	_, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(name)))
	return err == nil
}

// digest is the SHA-256 of a file's content.
func (f *files) digest(name string) ([sha256.Size]byte, error) {
	f.looks++
	if d, ok := f.digests[name]; ok {
		return d.sum, d.err
	}
	var d digest
	d.sum, d.err = f.read(name)
	f.digests[name] = d
	return d.sum, d.err
}

func (f *files) read(name string) (sum [sha256.Size]byte, err error) {
	file, err := f.fs.Open(name)
	if err != nil {
		return sum, err
	}
	defer file.Close()
	if info, err := file.Stat(); err == nil && !info.Mode().IsRegular() {
		return sum, fmt.Errorf("%s is not a regular file", name)
	}
	h := sha256.New()
	if _, err := io.Copy(h, file); err != nil {
		return sum, err
	}
	h.Sum(sum[:0])
	return sum, nil
}

// siblings are the names in the directory of a missing file, for "did you mean".
func (f *files) siblings(name string) []string {
	f.looks++
	dir := path.Dir(name)
	if list, ok := f.dirs[dir]; ok {
		return list
	}
	var list []string
	entries, _ := fs.ReadDir(f.fs, dir)
	for _, e := range entries {
		list = append(list, path.Join(dir, e.Name()))
	}
	f.dirs[dir] = list
	return list
}

// nearestFile looks beside the missing file, then for its name in the project's upper directories.
func (f *files) nearestFile(name string) string {
	if near := Nearest(name, f.siblings(name)); near != "" {
		return "did you mean " + quote(near) + "?"
	}
	matches, _ := doublestar.Glob(f.fs, "{*,*/*,*/*/*}/"+path.Base(name), doublestar.WithFilesOnly())
	matches = slices.DeleteFunc(matches, f.isIgnored)
	if len(matches) > 0 && !strings.ContainsAny(name, `*?[{\`) {
		return "did you mean " + quote(slices.Min(matches)) + "?"
	}
	return "paths are relative to the project's root"
}

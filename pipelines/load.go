package pipelines

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// PipelinesDir is the directory of a project that holds its pipelines.
const PipelinesDir = "pipelines"

// Load reads tidemark.yaml and every YAML file under pipelines/. It fails only when the root cannot be read; what is
// wrong with a file is a problem of that file and never stops the others.
func Load(root string) (*Project, error) {
	return load(root, nil, (*loader).walk)
}

// LoadFiles reads tidemark.yaml and the named files, given relative to root or as absolute paths.
func LoadFiles(root string, files ...string) (*Project, error) {
	return load(root, nil, func(l *loader) []string {
		var list []string
		for _, file := range files {
			list = append(list, l.relative(file))
		}
		return list
	})
}

// loader is one load: what is read once is remembered for all files.
type loader struct {
	project  *Project
	root     *os.Root
	fs       fs.FS
	files    *files
	compiler *compiler
	reader   *Reader // nil: nothing is remembered
}

func load(dir string, last *Settings, list func(*loader) []string) (*Project, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot find the project: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("cannot open project %q: %w", dir, err)
	}
	defer root.Close()
	l := &loader{project: &Project{Root: dir}, root: root, fs: root.FS(), compiler: newCompiler()}
	l.files = newFiles(l.fs, dir)
	l.settings(last)
	l.files.ignored = l.project.Settings.stateDir()
	names := list(l)
	slices.Sort(names)
	l.project.Files = slices.Compact(names)
	for _, file := range l.project.Files {
		l.pipeline(file)
	}
	l.sameNames()
	slices.SortFunc(l.project.Pipelines, func(a, b *Pipeline) int { return cmp.Compare(a.Name, b.Name) })
	slices.SortFunc(l.project.Broken, func(a, b BrokenFile) int { return cmp.Compare(a.File, b.File) })
	l.project.Problems.Sort()
	return l.project, nil
}

func (l *loader) settings(last *Settings) {
	src, err := fs.ReadFile(l.fs, SettingsFile)
	if errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		l.unreadable(SettingsFile, err)
		l.keep(last)
		return
	}
	s, problems := ParseSettings(SettingsFile, src)
	l.project.Settings = *s
	l.project.Problems = append(l.project.Problems, problems...)
	if problems.Errors() > 0 {
		l.keep(last)
	}
}

// keep takes the last good settings in the place of broken ones.
func (l *loader) keep(last *Settings) {
	l.project.SettingsBroken = true
	if last != nil {
		l.project.Settings = *last
	}
}

// walk lists the YAML files under pipelines/, without hidden ones.
func (l *loader) walk() []string {
	var list []string
	err := fs.WalkDir(l.fs, PipelinesDir, func(name string, e fs.DirEntry, err error) error {
		if err != nil {
			if name != PipelinesDir || !errors.Is(err, fs.ErrNotExist) {
				l.unreadable(name, err)
			}
			return nil
		}
		if strings.HasPrefix(e.Name(), ".") {
			if e.IsDir() {
				return fs.SkipDir
			}
			return nil
		}
		if ext := path.Ext(name); !e.IsDir() && (ext == ".yaml" || ext == ".yml") {
			list = append(list, name)
		}
		return nil
	})
	if err != nil {
		l.unreadable(PipelinesDir, err)
	}
	return list
}

func (l *loader) pipeline(file string) {
	src, err := l.read(file)
	if err != nil {
		l.unreadable(file, err)
		l.project.Broken = append(l.project.Broken, BrokenFile{file, baseName(file)})
		return
	}
	m, known := l.reader.recall(file, src)
	if !known {
		looks := l.files.looks
		m.src = src
		m.pipeline, m.problems, m.name = parse(file, src, &l.project.Settings, l.files, l.compiler)
		l.reader.keep(file, m, l.files.looks == looks)
	}
	l.project.Problems = append(l.project.Problems, m.problems...)
	if m.pipeline == nil {
		l.project.Broken = append(l.project.Broken, BrokenFile{file, m.name})
		return
	}
	l.project.Pipelines = append(l.project.Pipelines, m.pipeline)
}

// read reads at most a byte more than a file may have: the rest does not matter.
func (l *loader) read(file string) ([]byte, error) {
	var f fs.File
	var err error
	if filepath.IsAbs(file) {
		f, err = os.Open(file)
	} else {
		f, err = l.fs.Open(file)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return readLimited(f)
}

// unreadable reports a file that is there but cannot be read, or was asked for and is not there.
func (l *loader) unreadable(file string, err error) {
	code, help := "unreadable", ""
	message := fmt.Sprintf("cannot read the file: %v", cause(err))
	if !filepath.IsAbs(file) && l.files.escapes(file) {
		code, message, help = "path-escapes", "the file is a link out of the project", "files stay inside the project, links resolved"
	} else if errors.Is(err, fs.ErrNotExist) {
		code, message = "missing-file", "the file does not exist"
		if near := Nearest(file, l.files.siblings(file)); near != "" {
			help = "did you mean " + quote(near) + "?"
		}
	}
	l.project.Problems = append(l.project.Problems, Problem{
		File: file, Line: 1, Column: 1, EndColumn: 2, Severity: Error, Code: code, Message: message, Help: help,
	})
}

func cause(err error) error {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err
	}
	return err
}

// relative turns a path into the name that problems carry: inside the project relative to its root, else absolute.
func (l *loader) relative(file string) string {
	if !filepath.IsAbs(file) {
		file = filepath.Join(l.project.Root, file)
	}
	if rel, ok := below(l.project.Root, file); ok {
		return rel
	}
	root, err1 := filepath.EvalSymlinks(l.project.Root)
	real, err2 := filepath.EvalSymlinks(file)
	if rel, ok := below(root, real); ok && err1 == nil && err2 == nil {
		return rel
	}
	return filepath.Clean(file)
}

func below(root, file string) (string, bool) {
	rel, err := filepath.Rel(root, file)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", false
	}
	return filepath.ToSlash(rel), true
}

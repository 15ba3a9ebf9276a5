package pipelines

import (
	"cmp"
	"os"
	"path/filepath"
	"slices"
)

// Project is a directory with tidemark.yaml and pipelines, as it was when it was loaded.
type Project struct {
	Root     string // absolute
	Settings Settings
	// SettingsBroken says that tidemark.yaml has errors. Settings are then what could be read
	// of it, or the last good ones.
	SettingsBroken bool
	Pipelines      []*Pipeline // the valid ones, by name
	Files          []string    // of all pipelines, valid or not, relative to Root, with slashes
	Problems       Problems
	Broken         []BrokenFile // files with errors, as Files has them
}

// BrokenFile is a file that is not loaded. The last good version of its pipeline goes on.
type BrokenFile struct {
	File string
	Name string // of the pipeline, as far as the file tells
}

// Pipeline returns the valid pipeline of this name.
func (p *Project) Pipeline(name string) (*Pipeline, bool) {
	i, ok := slices.BinarySearchFunc(p.Pipelines, name, func(p *Pipeline, name string) int { return cmp.Compare(p.Name, name) })
	if !ok {
		return nil, false
	}
	return p.Pipelines[i], true
}

// FindRoot returns the nearest directory from dir upward that has tidemark.yaml or pipelines/.
func FindRoot(dir string) (string, bool) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", false
	}
	for {
		if info, err := os.Stat(filepath.Join(dir, SettingsFile)); err == nil && !info.IsDir() {
			return dir, true
		}
		if info, err := os.Stat(filepath.Join(dir, PipelinesDir)); err == nil && info.IsDir() {
			return dir, true
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			return "", false
		}
		dir = parent
	}
}

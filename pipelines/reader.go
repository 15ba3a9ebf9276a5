package pipelines

import (
	"bytes"
	"reflect"
)

// Reader loads one project again and again. A file that is word for word what it was, and
// that looks at no other file, is not read twice for its meaning: of a thousand pipelines
// one changes. What it returns shares pipelines with what it returned before. Where
// tidemark.yaml has errors its last good version is kept whole, so that no pipeline changes
// its meaning by a slip of the pen.
type Reader struct {
	root     string
	good     *Settings          // the last without errors; nil: none yet
	settings Settings           // those that known was read with
	known    map[string]meaning // by file
}

// meaning is what a file was found to say.
type meaning struct {
	src      []byte
	pipeline *Pipeline // nil: it is broken
	problems Problems
	name     string
}

// NewReader makes a reader that knows nothing yet.
func NewReader(root string) *Reader { return &Reader{root: root, known: map[string]meaning{}} }

// Settings are the last good ones; nil where there have never been any.
func (r *Reader) Settings() *Settings { return r.good }

// Load does what the function Load does.
func (r *Reader) Load() (*Project, error) {
	project, err := load(r.root, r.good, func(l *loader) []string {
		if !reflect.DeepEqual(r.settings, l.project.Settings) {
			r.settings = l.project.Settings
			clear(r.known)
		}
		l.reader = r
		return l.walk()
	})
	if err == nil && !project.SettingsBroken {
		r.good = &project.Settings
	}
	return project, err
}

// recall is what the reader knows of a file with this text.
func (r *Reader) recall(file string, src []byte) (meaning, bool) {
	if r == nil {
		return meaning{}, false
	}
	m, ok := r.known[file]
	return m, ok && bytes.Equal(m.src, src)
}

// keep remembers what a file says, unless that depends on other files.
func (r *Reader) keep(file string, m meaning, alone bool) {
	switch {
	case r == nil:
	case alone:
		r.known[file] = m
	default:
		delete(r.known, file)
	}
}

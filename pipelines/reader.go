package pipelines

import (
	"bytes"
	"reflect"
)

// Reader loads one project again and again. A file that is word for word what it was, and
// that looks at no other file, is not read twice for its meaning: of a thousand pipelines
// one changes. What it returns shares pipelines with what it returned before.
type Reader struct {
	root     string
	settings Settings
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

// Load does what the function Load does.
func (r *Reader) Load() (*Project, error) {
	return load(r.root, func(l *loader) []string {
		if !reflect.DeepEqual(r.settings, l.project.Settings) {
			r.settings = l.project.Settings
			clear(r.known)
		}
		l.reader = r
		return l.walk()
	})
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

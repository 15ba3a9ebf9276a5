package local

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
)

// spareLimit is how many empty files are kept open for the next tasks.
const spareLimit = 64

// scratch is a directory of files that tasks write into until they have something to show.
// A silent task gives its file back, so that it costs no file at all.
type scratch struct {
	dir    string
	last   int64 // id of the newest file
	spares []spare
}

type spare struct {
	id   int64
	file *os.File
}

// openScratch removes the empty files of an earlier keeper, except those that tasks still
// hold. One with something in it stays: its log could not be written.
func openScratch(dir string, held map[int64]bool) (*scratch, error) {
	s := &scratch{dir: filepath.Join(dir, "scratch")}
	if err := os.MkdirAll(s.dir, 0o700); err != nil {
		return nil, err
	}
	entries, err := os.ReadDir(s.dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		id, err := strconv.ParseInt(entry.Name(), 10, 64)
		if err != nil {
			continue
		}
		s.last = max(s.last, id)
		if info, err := entry.Info(); err == nil && info.Size() == 0 && !held[id] {
			os.Remove(s.path(id))
		}
	}
	for id := range held {
		s.last = max(s.last, id)
	}
	return s, nil
}

func (s *scratch) path(id int64) string { return scratchPath(s.dir, id) }

func scratchPath(dir string, id int64) string {
	return filepath.Join(dir, strconv.FormatInt(id, 10))
}

// take returns an empty file. It is in append mode, so that a task that opens its output
// anew does not overwrite what others write.
func (s *scratch) take() (spare, error) {
	if n := len(s.spares); n > 0 {
		it := s.spares[n-1]
		s.spares = s.spares[:n-1]
		return it, nil
	}
	s.last++
	file, err := os.OpenFile(s.path(s.last), os.O_CREATE|os.O_EXCL|os.O_RDWR|os.O_APPEND, 0o644)
	if err != nil {
		return spare{}, fmt.Errorf("cannot make a file for the output: %w", err)
	}
	return spare{s.last, file}, nil
}

// give takes an empty file back.
func (s *scratch) give(it spare) {
	if len(s.spares) < spareLimit {
		s.spares = append(s.spares, it)
		return
	}
	s.drop(it)
}

// drop removes a file that is not to be used again.
func (s *scratch) drop(it spare) {
	it.file.Close()
	os.Remove(s.path(it.id))
}

func (s *scratch) close() {
	for _, it := range s.spares {
		s.drop(it)
	}
	s.spares = nil
}

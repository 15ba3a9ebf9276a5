package web

import (
	"bufio"
	"bytes"
	"io"
	"os"
	"sync"
)

// logIndex knows where the lines of a log begin, one in every stride, so that any window of
// a log of any size is found at once. A log only grows; what has come is read once.
type logIndex struct {
	mu      sync.Mutex
	marks   []int64 // offset of line i*stride
	lines   int     // whole lines, up to size
	size    int64   // how far it is read
	partial bool    // whether what lies behind the last line end is a line without its end
}

const stride = 1000

// logIndexes keeps the indexes of the logs that were looked at last.
type logIndexes struct {
	mu    sync.Mutex
	files map[string]*logIndex
	order []string
}

const keptIndexes = 64

func (l *logIndexes) of(path string) *logIndex {
	l.mu.Lock()
	defer l.mu.Unlock()
	if x, ok := l.files[path]; ok {
		return x
	}
	if l.files == nil {
		l.files = map[string]*logIndex{}
	}
	if len(l.order) == keptIndexes {
		delete(l.files, l.order[0])
		l.order = l.order[1:]
	}
	x := &logIndex{}
	l.files[path], l.order = x, append(l.order, path)
	return x
}

// catchUp reads what has come since, and says how many lines there are. The beginning of a
// line whose end has not come counts as one.
func (x *logIndex) catchUp(f *os.File) (lines int, size int64, err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	info, err := f.Stat()
	if err != nil {
		return 0, 0, err
	}
	if info.Size() < x.size { // truncated by the task: it begins anew
		x.marks, x.lines, x.size, x.partial = nil, 0, 0, false
	}
	if x.marks == nil {
		x.marks = []int64{0}
	}
	buffer := make([]byte, 1<<18)
	for x.size < info.Size() {
		n, err := f.ReadAt(buffer, x.size)
		x.note(buffer[:n])
		if err != nil && err != io.EOF {
			return 0, 0, err
		}
		if n == 0 {
			break
		}
	}
	lines = x.lines
	if x.partial {
		lines++
	}
	return lines, x.size, nil
}

func (x *logIndex) note(b []byte) {
	at := x.size
	x.size += int64(len(b))
	for len(b) > 0 {
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			x.partial = true
			return
		}
		at += int64(i) + 1
		b = b[i+1:]
		x.partial = false
		if x.lines++; x.lines%stride == 0 {
			x.marks = append(x.marks, at)
		}
	}
}

// window reads lines from first on.
func (x *logIndex) window(f *os.File, first, count int) ([]string, error) {
	x.mu.Lock()
	mark := min(first/stride, len(x.marks)-1)
	from, to := x.marks[mark], x.size
	x.mu.Unlock()
	in := bufio.NewReaderSize(io.NewSectionReader(f, from, to-from), 1<<16)
	var lines []string
	for n := mark * stride; n < first+count; n++ {
		text, err := in.ReadString('\n')
		if n >= first && text != "" {
			lines = append(lines, text)
		}
		if err == io.EOF {
			break
		}
		if err != nil {
			return lines, err
		}
	}
	return lines, nil
}

package web

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"html/template"
	"io/fs"
	"net/http"
	"os"
	"strconv"
)

// logHead is a log as its page begins: its end, and how much lies before.
type logHead struct {
	Lines, Size int64
	First       int // number of the first line that is shown, from 1
	Tail        []template.HTML
	Silent      bool // it printed nothing
}

// How many lines a page begins with, and how many a window may ask for.
const (
	tailLines   = 1000
	windowLines = 5000
	foundLines  = 10_000
)

// openLog opens the log of the chosen attempt; nil where it printed nothing.
func (s *Server) openLog(v *instanceView) (*os.File, *logIndex, error) {
	if v.In == nil || v.Try == nil {
		return nil, nil, nil
	}
	path := s.Log(v.P.Name, v.Start, v.Of, v.In.MapIndex, v.Try.Try)
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil
	}
	return f, s.logs.of(path), err
}

// askedLog opens the log that a request names, and answers where that cannot be.
func (s *Server) askedLog(w http.ResponseWriter, r *http.Request) (*os.File, bool) {
	v, ok := s.instance(w, r)
	if !ok {
		return nil, false
	}
	f, _, err := s.openLog(v)
	if err != nil {
		failed(w, r, storeFailure(err))
	}
	return f, err == nil
}

func (s *Server) logHead(v *instanceView) *logHead {
	head := &logHead{First: 1, Silent: true}
	f, x, err := s.openLog(v)
	if err != nil {
		v.Problem = &Failure{Code: "cannot-read", Message: "cannot read the log: " + err.Error()}
	}
	if f == nil || err != nil {
		return head
	}
	defer f.Close()
	lines, size, err := x.catchUp(f)
	first := max(lines-tailLines, 0)
	var texts []string
	if err == nil {
		texts, err = x.window(f, first, tailLines)
	}
	if err != nil {
		v.Problem = &Failure{Code: "cannot-read", Message: "cannot read the log: " + err.Error()}
		return head
	}
	head.Lines, head.Size, head.First, head.Silent = int64(lines), size, first+1, size == 0
	for _, t := range texts {
		head.Tail = append(head.Tail, styledLine(t))
	}
	return head
}

// serveLines gives a window of a log as HTML, a line each. It says how long the log is now.
func (s *Server) serveLines(w http.ResponseWriter, r *http.Request) {
	v, ok := s.instance(w, r)
	if !ok {
		return
	}
	first, _ := strconv.Atoi(r.FormValue("from"))
	count, _ := strconv.Atoi(r.FormValue("count"))
	first, count = max(first, 1), min(max(count, 1), windowLines)
	f, x, err := s.openLog(v)
	if err != nil {
		failed(w, r, storeFailure(err))
		return
	}
	var texts []string
	lines, size := 0, int64(0)
	if f != nil {
		defer f.Close()
		if lines, size, err = x.catchUp(f); err == nil && first <= lines {
			texts, err = x.window(f, first-1, count)
		}
		if err != nil {
			failed(w, r, storeFailure(err))
			return
		}
	}
	h := w.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Cache-Control", "no-store")
	h.Set("X-Log-Lines", strconv.Itoa(lines))
	h.Set("X-Log-Size", strconv.FormatInt(size, 10))
	h.Set("X-Log-Live", strconv.FormatBool(v.Try != nil && v.Try.EndedAt == nil))
	out := bufio.NewWriter(w)
	defer out.Flush()
	for _, t := range texts {
		_, _ = out.WriteString("<div class=l>" + string(styledLine(t)) + "\n</div>")
	}
}

// serveFind looks for a text in the whole log, whatever its size: the numbers of its lines.
// Without capitals it finds both cases.
func (s *Server) serveFind(w http.ResponseWriter, r *http.Request) {
	f, ok := s.askedLog(w, r)
	if !ok {
		return
	}
	found := struct {
		Total int   `json:"total"`
		Lines []int `json:"lines"`
	}{Lines: []int{}}
	if f != nil {
		defer f.Close()
		match := matcher(r)
		in := bufio.NewReaderSize(f, 1<<18)
		for n := 1; ; n++ {
			line, err := readLine(in)
			if len(line) > 0 && match(line) {
				if found.Total++; len(found.Lines) < foundLines {
					found.Lines = append(found.Lines, n)
				}
				if r.FormValue("first") != "" {
					break
				}
			}
			if err != nil || r.Context().Err() != nil {
				break
			}
		}
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(found) // a client that has gone
}

// readLine is bufio's ReadSlice, with a line that is longer than the buffer cut there.
func readLine(in *bufio.Reader) ([]byte, error) {
	line, err := in.ReadSlice('\n')
	if !errors.Is(err, bufio.ErrBufferFull) {
		return line, err
	}
	kept := bytes.Clone(line)
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = in.ReadSlice('\n')
	}
	return kept, err
}

var signsOfErrors = [][]byte{[]byte("error"), []byte("exception"), []byte("traceback"), []byte("fatal"), []byte("panic:")}

// matcher is what a request looks for: ?q, or with ?first the first sign of an error.
func matcher(r *http.Request) func([]byte) bool {
	if r.FormValue("first") != "" {
		return func(line []byte) bool {
			low := bytes.ToLower(line)
			for _, sign := range signsOfErrors {
				if bytes.Contains(low, sign) {
					return true
				}
			}
			return false
		}
	}
	q := []byte(r.FormValue("q"))
	if bytes.Equal(q, bytes.ToLower(q)) {
		return func(line []byte) bool { return bytes.Contains(bytes.ToLower(line), q) }
	}
	return func(line []byte) bool { return bytes.Contains(line, q) }
}

// serveRaw gives the log as the task wrote it.
func (s *Server) serveRaw(w http.ResponseWriter, r *http.Request) {
	f, ok := s.askedLog(w, r)
	if !ok {
		return
	}
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if f != nil {
		defer f.Close()
		_, _ = bufio.NewReader(f).WriteTo(w)
	}
}

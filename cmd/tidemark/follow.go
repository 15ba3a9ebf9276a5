package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// lookAgain is how often a log that is being written is read further.
const lookAgain = 100 * time.Millisecond

// tail is a log that grows, read line by line.
type tail struct {
	path string
	file *os.File
	in   *bufio.Reader
	rest string // the beginning of a line whose end is not there yet
}

// lines returns what has come since the last call; whole lines only, unless it is the last.
func (t *tail) lines(last bool) ([]string, error) {
	if t.file == nil {
		file, err := os.Open(t.path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, nil
		}
		if err != nil {
			return nil, fmt.Errorf("cannot read log %q: %w", t.path, err)
		}
		t.file, t.in = file, bufio.NewReader(file)
	}
	var lines []string
	for {
		text, err := t.in.ReadString('\n')
		t.rest += text
		if err == nil || last && t.rest != "" {
			lines = append(lines, strings.TrimRight(t.rest, "\r\n"))
			t.rest = ""
		}
		switch {
		case errors.Is(err, io.EOF):
			return lines, nil
		case err != nil:
			return lines, fmt.Errorf("cannot read log %q: %w", t.path, err)
		}
	}
}

func (t *tail) close() {
	if t.file != nil {
		t.file.Close()
	}
}

// follow prints what an attempt writes until it has ended. A line's time is when it was seen.
func (c *call) follow(db *sqlite.DB, p *pipelines.Pipeline, run int64, doc logDocument, path string, re *regexp.Regexp) error {
	t := &tail{path: path}
	defer t.close()
	begin, err := c.StartOf(p.Location)
	if err != nil {
		return err
	}
	clock := runner.Starting(begin)
	for {
		ended, err := c.hasEnded(db, run, doc)
		if err != nil {
			return err
		}
		lines, err := t.lines(ended)
		if err != nil {
			return err
		}
		for _, text := range lines {
			if re == nil || re.MatchString(text) {
				c.printLine(p, logLine{clock.Now(), text})
			}
		}
		if ended {
			return nil
		}
		select {
		case <-c.Ctx.Done():
			return context.Cause(c.Ctx)
		case <-time.After(lookAgain):
		}
	}
}

func (c *call) hasEnded(db *sqlite.DB, run int64, doc logDocument) (bool, error) {
	tries, err := db.Attempts(c.Ctx, run, doc.Task, doc.MapIndex)
	for _, a := range tries {
		if a.Try == doc.Try {
			return !a.EndedAt.IsZero(), err
		}
	}
	return true, err
}

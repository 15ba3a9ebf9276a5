package local

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"time"
)

// replay reads the journal of a dead keeper. Lines that do not parse were torn by a loss of
// power and are passed over, so what they told of is lost or unknown.
func replay(dir string) (boot string, vouches bool, tasks map[string]*task, err error) {
	tasks = map[string]*task{}
	file, err := os.Open(journalPath(dir))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, tasks, nil
	}
	if err != nil {
		return "", false, nil, fmt.Errorf("cannot read journal: %w", err)
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		r, err := parseRecord(lines.Text())
		if err != nil {
			continue
		}
		switch r.verb {
		case "journal":
			if boot = r.key; r.numbers[0] != journalVersion {
				return "", false, nil, fmt.Errorf("cannot read journal %q: it is of version %d, this program knows %d",
					file.Name(), r.numbers[0], journalVersion)
			}
		case "vouch":
			vouches = true
		default:
			apply(tasks, r)
		}
	}
	return boot, vouches, tasks, lines.Err()
}

func apply(tasks map[string]*task, r record) {
	at, n := instant(r.numbers[0]), r.numbers
	t := tasks[r.key]
	if t == nil {
		if r.verb != "begun" {
			return
		}
		t = &task{key: r.key}
		tasks[strings.Clone(r.key)] = t
	}
	switch r.verb {
	case "begun":
		t.phase, t.begunAt, t.timeout, t.grace = begun, at, time.Duration(n[2]), time.Duration(n[3])
		t.output.id, t.output.log = n[1], r.text
	case "started":
		t.phase, t.startedAt = running, at
		t.process = process{pid: int(n[1]), earliest: n[2], newest: n[3]}
	case "stopping":
		t.stopping, t.stopAt = r.text, at
	case "ended":
		t.finish(at, exit{code: int(n[1]), signal: int(n[2]), user: time.Duration(n[3]), system: time.Duration(n[4]), rss: n[5]})
		t.end.Reason = r.text
	case "lost":
		t.lose(at, r.text)
	}
}

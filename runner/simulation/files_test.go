package simulation

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

// invent writes the file of a pipeline. Its schedule and limits are the history's for ever,
// its tasks are new every time.
func (h *history) invent(name string) *pipelines.Pipeline {
	var policy, limit string
	for i, def := range h.defs {
		if def.Name == name {
			policy, limit, _ = strings.Cut(head(h.defs[i].Source), "\nmax_active_runs: ")
			limit, _, _ = strings.Cut(limit, "\n")
		}
	}
	if policy == "" {
		policy = "schedule: '@hourly'\nstart_date: 1999-12-31T" + []string{"18", "20", "22"}[h.rng.IntN(3)] + ":00\ncatchup: " +
			[]string{"true", "true", "false", "none", "{last: 2}", "{max_age: 2h}"}[h.rng.IntN(6)]
		limit = fmt.Sprint(1 + h.rng.IntN(3))
	}
	text := policy + "\nmax_active_runs: " + limit + "\ntasks:\n" + h.tasks()
	p := parse(h, name, text)
	h.tell("the file of %s: %s", name, strings.ReplaceAll(text, "\n", " · "))
	return p
}

func head(source string) string { before, _, _ := strings.Cut(source, "\ntasks:"); return before }

// tasks is a graph of two to four of the tasks a to d. In some of them a is a setup, and d
// its teardown.
func (h *history) tasks() string {
	var text strings.Builder
	var before []string
	prepares := h.one(3)
	for _, id := range []string{"a", "b", "c", "d"} {
		if h.one(4) && len(before) > 0 {
			continue
		}
		fmt.Fprintf(&text, "  %s: {run: 'true', retries: %d, retry_delay: 1m", id, h.rng.IntN(3))
		switch {
		case prepares && id == "a":
			text.WriteString(", setup: true")
		case prepares && id == "d":
			text.WriteString(", teardown: a")
		case h.one(6):
			text.WriteString(", trigger_rule: " + []string{"all_done", "one_failed", "none_failed"}[h.rng.IntN(3)])
		}
		if h.one(8) {
			text.WriteString(", allow_failure: true")
		}
		if h.one(4) {
			text.WriteString(", for_each: " + []string{"[]", "[x]", "[x, y]", "[x, y, z]"}[h.rng.IntN(4)])
		}
		if h.one(6) {
			text.WriteString(", queue_timeout: 1m")
		}
		var needs []string
		for _, up := range before {
			if h.one(2) {
				needs = append(needs, up)
			}
		}
		fmt.Fprintf(&text, ", needs: [%s]}\n", strings.Join(needs, ", "))
		before = append(before, id)
	}
	return text.String()
}

// parsed remembers what was read: histories write the same files again and again.
var parsed sync.Map

func parse(h *history, name, text string) *pipelines.Pipeline {
	if p, ok := parsed.Load(name + text); ok {
		return p.(*pipelines.Pipeline)
	}
	p, problems := pipelines.Parse("pipelines/"+name+".yaml", []byte(text), nil, nil)
	if problems.Errors() > 0 {
		h.wrong("%v in\n%s", problems, text)
	}
	parsed.Store(name+text, p)
	return p
}

var templates struct {
	sync.Mutex
	path string
}

// template is an empty database: making one takes longer than a short history.
func template(dir string) string {
	templates.Lock()
	defer templates.Unlock()
	path := filepath.Join(dir, "template.db")
	if templates.path != path {
		db, err := sqlite.Open(path, sqlite.Options{Fast: true})
		if err == nil {
			err = db.Close()
		}
		if err != nil {
			panic(err)
		}
		templates.path = path
		os.Remove(path + "-wal")
	}
	return templates.path
}

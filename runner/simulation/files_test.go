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

// shape is what a pipeline's file says above its tasks.
type shape struct {
	schedule, timezone, catchup string
	start                       int // hours after the evening before the history begins
	limits                      string
}

func (s shape) String() string {
	return fmt.Sprintf("schedule: %s\ntimezone: %s\nstart_date: 1999-12-31T%02d:00Z\ncatchup: %s\n%s", s.schedule, s.timezone, 18+s.start, s.catchup, s.limits)
}

// pools are those of every history's project.
var pools = map[string]int{"narrow": 1, "wide": 3}

// invent writes the file of a new pipeline.
func (h *history) invent(name string) *pipelines.Pipeline {
	limits := fmt.Sprintf("max_active_runs: %d\n", 1+h.rng.IntN(3))
	if h.one(4) {
		limits += fmt.Sprintf("run_timeout: %dm\n", 30+h.rng.IntN(120))
	}
	switch h.rng.IntN(6) {
	case 0:
		limits += "max_active_tasks: 1\n"
	case 1:
		limits += "max_active_tasks: {per_pipeline: 2}\n"
	}
	h.shapes[name] = shape{schedule: "'@hourly'", timezone: "UTC", start: []int{0, 2, 4}[h.rng.IntN(3)], limits: limits,
		catchup: []string{"true", "true", "false", "none", "{last: 2}", "{max_age: 2h}"}[h.rng.IntN(6)]}
	return h.write(name)
}

// reshape changes when the intervals of a pipeline begin and end, and which of them are run.
func (h *history) reshape(name string) {
	s := h.shapes[name]
	switch h.rng.IntN(4) {
	case 0, 1:
		s.schedule = []string{"'@hourly'", "'0 */2 * * *'", "'30 * * * *'", "'15,45 * * * *'", "{every: 90m}", "{cron: '10 * * * *', delay: 5m}"}[h.rng.IntN(6)]
		s.timezone = []string{"UTC", "Asia/Kolkata", "Europe/Amsterdam"}[h.rng.IntN(3)]
	case 2:
		s.start = h.rng.IntN(6)
	case 3:
		s.catchup = []string{"true", "false", "none", "{last: 3}", "{max_age: 90m}"}[h.rng.IntN(5)]
	}
	h.shapes[name] = s
}

// write makes the definition that the file is to say, with new tasks.
func (h *history) write(name string) *pipelines.Pipeline {
	text := h.shapes[name].String() + "tasks:\n" + h.tasks()
	p := parse(h, name, text)
	h.tell("the file of %s: %s", name, strings.ReplaceAll(text, "\n", " · "))
	h.starts[name] = append(h.starts[name], p.Start)
	return p
}

// evenHours is the only condition that tasks have.
const evenHours = "interval.start.Hour() % 2 == 0"

// tasks is a graph of two to four of the tasks a to d. What needs a says what a handed on. In
// some of them a is a setup, and d its teardown.
func (h *history) tasks() string {
	var text strings.Builder
	var before []string
	prepares := h.one(3)
	for _, id := range []string{"a", "b", "c", "d"} {
		if h.one(4) && len(before) > 0 {
			continue
		}
		var needs []string
		for _, up := range before {
			if h.one(2) {
				needs = append(needs, up)
			}
		}
		command := "true"
		if len(needs) > 0 && needs[0] == "a" {
			command = saysResult
		}
		fmt.Fprintf(&text, "  %s: {run: '%s', retries: %d, retry_delay: 1m", id, command, h.rng.IntN(3))
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
		if h.one(12) {
			text.WriteString(", when: '${{ " + evenHours + " }}'")
		}
		if h.one(6) {
			text.WriteString(", priority: 2")
		}
		if h.one(4) {
			text.WriteString(", pool: " + []string{"narrow", "wide"}[h.rng.IntN(2)])
		}
		if h.one(8) {
			text.WriteString(", depends_on_past: true")
			if h.one(2) {
				text.WriteString(", wait_for_downstream: true")
			}
		}
		fmt.Fprintf(&text, ", needs: [%s]}\n", strings.Join(needs, ", "))
		before = append(before, id)
	}
	return text.String()
}

var settings = &pipelines.Settings{Pools: pools}

// parse remembers what it has read: a run may follow a file of long ago.
func parse(h *history, name, text string) *pipelines.Pipeline {
	if p, ok := h.parsed.Load(name + text); ok {
		return p.(*pipelines.Pipeline)
	}
	p, problems := pipelines.Parse("pipelines/"+name+".yaml", []byte(text), settings, nil)
	if problems.Errors() > 0 {
		h.wrong("%v in\n%s", problems, text)
	}
	h.parsed.Store(name+text, p)
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

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strconv"
	"time"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/local"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/sqlite"
)

func logsVerb() *verb {
	return &verb{
		name:    "logs",
		args:    "PIPELINE INTERVAL TASK",
		summary: "Print what a task printed",
		about:   "Both outputs in order, each line with its time. Without --try, the newest.",
		example: "tidemark logs weather 2014-03-05 calc_statistics\ntidemark logs weather 2014-03-05 report --try 1 --raw",
		group:   groupLook,
		flags: []cli.Flag{
			&cli.IntFlag{Name: "try", Usage: "the attempt `N`"},
			&cli.IntFlag{Name: "tail", Usage: "only the last `N` lines"},
			&cli.StringFlag{Name: "grep", Usage: "only lines that match `RE` (RE2, searched)"},
			&cli.BoolFlag{Name: "follow", Aliases: []string{"f"}, Usage: "go on until the attempt has ended"},
			&cli.BoolFlag{Name: "raw", Usage: "as the task wrote it, without times"},
		},
		run: runLogs,
	}
}

// logDocument is tidemark.log/1.
type logDocument struct {
	Schema        string            `json:"schema"`
	Pipeline      string            `json:"pipeline"`
	IntervalStart time.Time         `json:"interval_start"`
	Task          string            `json:"task"`
	MapIndex      int               `json:"map_index"`
	Try           int               `json:"try"`
	State         plan.AttemptState `json:"state"`
	Log           *string           `json:"log"` // null: it printed nothing
	Lines         []logLine         `json:"lines"`
}

type logLine struct {
	Time time.Time `json:"time"`
	Text string    `json:"text"`
}

func runLogs(c *call) error {
	p, err := c.Pipeline(c.Arg(0))
	if err != nil {
		return err
	}
	task, index, err := c.Task(p, c.Arg(2))
	if err != nil {
		return err
	}
	re, err := c.logFilter()
	if err != nil {
		return err
	}
	return c.withState(func(db *sqlite.DB) error {
		interval, run, err := c.runOf(db, p, c.Arg(1))
		if err != nil {
			return err
		}
		if run == nil {
			return nothingRan(p, plan.InstanceName(task.ID, index), interval.Start)
		}
		if index < 0 && task.ForEach != nil {
			return c.logsOfAll(db, p, interval.Start, run.ID, task.ID, re)
		}
		return c.logOf(db, p, interval.Start, run.ID, task.ID, index, re)
	})
}

// logsOfAll prints what the instances of a mapped task printed, one after the other.
func (c *call) logsOfAll(db *sqlite.DB, p *pipelines.Pipeline, start time.Time, run int64, task string, re *regexp.Regexp) error {
	rows, err := db.Instances(c.Ctx, sqlite.InstanceQuery{Pipeline: p.Name, From: start, To: start, Tasks: []string{task}})
	if err != nil {
		return err
	}
	rows = slices.DeleteFunc(rows, func(r sqlite.InstanceRow) bool { return r.Try == 0 })
	switch {
	case len(rows) == 0:
		return nothingRan(p, task, start)
	case len(rows) > 1 && (c.JSON() || c.Bool("follow") || c.IsSet("try")):
		name := plan.InstanceName(task, rows[0].MapIndex)
		return usage("bad-value", fmt.Sprintf("%s has %d instances, and -o json, --follow and --try are about one", task, len(rows)),
			fmt.Sprintf("name it: tidemark logs %s %s '%s'", p.Name, label(start, p.Location), name))
	}
	for _, r := range rows {
		if !c.JSON() && len(rows) > 1 {
			c.Printf("%s\n", c.Term.Bold(plan.InstanceName(task, r.MapIndex)))
		}
		if err := c.logOf(db, p, start, run, task, r.MapIndex, re); err != nil {
			return err
		}
	}
	return nil
}

// logOf prints what one instance printed.
func (c *call) logOf(db *sqlite.DB, p *pipelines.Pipeline, start time.Time, run int64, task string, index int, re *regexp.Regexp) error {
	tries, err := db.Attempts(c.Ctx, run, task, index)
	if err != nil {
		return err
	}
	a, err := c.chosenTry(p, plan.InstanceName(task, index), start, tries)
	if err != nil {
		return err
	}
	doc := logDocument{Schema: "tidemark.log/1", Pipeline: p.Name, IntervalStart: start, Task: task, MapIndex: index, Try: a.Try, State: a.State}
	at, err := c.Place()
	if err != nil {
		return err
	}
	path := runner.LogFile(at.logs, p.Name, start, task, index, a.Try)
	if c.Bool("follow") && a.EndedAt.IsZero() && !c.JSON() {
		return c.follow(db, p, run, doc, path, re)
	}
	return c.printLog(p, doc, a, path, re)
}

// logFilter is --grep.
func (c *call) logFilter() (*regexp.Regexp, error) {
	text := c.String("grep")
	if text == "" {
		return nil, nil
	}
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, usage("bad-regex", fmt.Sprintf("--grep %q is not a regular expression: %s", text, regexFault(err)), re2Help)
	}
	return re, nil
}

func nothingRan(p *pipelines.Pipeline, task string, start time.Time) error {
	return &failure{Code: "no-such-attempt", Exit: exitNoMatch,
		Message: fmt.Sprintf("%s has not run yet in %s %s", task, p.Name, label(start, p.Location)),
		Help:    fmt.Sprintf("tidemark why %s %s %s says what it waits for", p.Name, label(start, p.Location), task)}
}

func (c *call) chosenTry(p *pipelines.Pipeline, task string, start time.Time, tries []sqlite.AttemptRow) (sqlite.AttemptRow, error) {
	if len(tries) == 0 {
		return sqlite.AttemptRow{}, nothingRan(p, task, start)
	}
	if !c.IsSet("try") {
		return tries[len(tries)-1], nil
	}
	for _, a := range tries {
		if a.Try == c.Int("try") {
			return a, nil
		}
	}
	return sqlite.AttemptRow{}, &failure{Code: "no-such-attempt", Exit: exitNoMatch,
		Message: fmt.Sprintf("there is no try %d of %s", c.Int("try"), task),
		Help:    "its tries are 1 to " + strconv.Itoa(tries[len(tries)-1].Try)}
}

func (c *call) printLog(p *pipelines.Pipeline, doc logDocument, a sqlite.AttemptRow, path string, re *regexp.Regexp) (err error) {
	doc.Log = existing(path)
	if c.Bool("raw") && !c.JSON() && re == nil && !c.IsSet("tail") {
		return c.copyRaw(path)
	}
	if doc.Lines, err = c.logLines(path, a, re); err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(doc)
	}
	for _, l := range doc.Lines {
		c.printLine(p, l)
	}
	if doc.Log == nil {
		c.Note("try %d of %s printed nothing", doc.Try, doc.Task)
	}
	return nil
}

func (c *call) printLine(p *pipelines.Pipeline, l logLine) {
	switch {
	case c.Bool("raw"):
		c.Printf("%s\n", l.Text)
	case c.Term.Interactive:
		c.Printf("%s %s\n", c.Term.Dim(l.Time.In(p.Location).Format("15:04:05.000")), l.Text)
	default:
		c.Printf("%s %s\n", l.Time.In(p.Location).Format("15:04:05.000"), ui.Plain(l.Text))
	}
}

// logLines reads a log with the time of each line.
func (c *call) logLines(path string, a sqlite.AttemptRow, re *regexp.Regexp) ([]logLine, error) {
	fallback := a.EndedAt
	if fallback.IsZero() {
		fallback = time.Now()
	}
	lines, err := local.Lines(path, fallback)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("cannot read log %q: %w", path, err)
	}
	var out []logLine
	for l := range lines {
		if re != nil && !re.MatchString(l.Text) {
			continue
		}
		out = append(out, logLine{l.Time.UTC(), l.Text})
		if n := c.Int("tail"); n > 0 && len(out) > 2*n {
			out = append(out[:0], out[len(out)-n:]...)
		}
	}
	if n := c.Int("tail"); n > 0 && len(out) > n {
		out = out[len(out)-n:]
	}
	return out, nil
}

func (c *call) copyRaw(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("cannot read log %q: %w", path, err)
	}
	defer f.Close()
	_, err = bufio.NewReader(f).WriteTo(c.Out)
	return err
}

package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// summary says, at the end of `run --until-idle`, what was done, how long it took and what
// came out, and what to do about the rest.
func (v *show) summary(o runner.Outcome) error {
	paused := v.session.paused()
	switch {
	case v.call.Format == "json":
		return v.call.Document(v.document(o, paused))
	case v.call.JSON() || v.call.Bool("quiet"):
		return nil
	}
	names := v.tally.names()
	if len(names) == 0 && len(o.Stuck) == 0 {
		v.call.Printf("nothing is due; everything is up to date\n")
	}
	for _, name := range names {
		v.pipelineSummary(name)
	}
	v.timeSummary()
	for _, s := range o.Stuck {
		v.call.Printf("\n%s has %s that cannot go on: %s\ngo on with  %s\n", s.Pipeline, prose.Plural(s.Runs, "unfinished run"), s.Why, unstick(s))
		paused = slices.DeleteFunc(paused, func(name string) bool { return name == s.Pipeline })
	}
	for _, name := range paused {
		v.call.Printf("%s is paused and makes nothing new: tidemark unpause %s\n", name, name)
	}
	return nil
}

func (v *show) pipelineSummary(name string) {
	p, c := v.tally.pipelines[name], v.call
	c.Printf("%s  %s, %s: %s\n", c.Term.Bold(name), prose.Plural(p.ended(), "interval"),
		span(p.first, p.last, v.zone(name)), c.counted(p.runCounts()))
	rows := [][]string{{"task", "success", "failed", "skipped", "upstream failed", "median", "longest"}}
	for _, task := range v.order(name, p) {
		t := p.tasks[task]
		rows = append(rows, []string{task, prose.Number(t.ends[plan.Success]), prose.Number(t.ends[plan.Failed]), prose.Number(t.ends[plan.Skipped]),
			prose.Number(t.ends[plan.UpstreamFailed]), took(t.median()), took(t.longest())})
	}
	if len(rows) > 1 {
		c.Printf("\n")
		writeAligned(c.Out, dropEmpty(rows, 2, 5))
	}
	v.latest(name, p)
	c.Printf("\n")
}

// order is the pipeline's own order of its tasks, with those that it no longer has behind.
func (v *show) order(name string, p *pipelineTally) []string {
	var tasks []string
	seen := map[string]bool{}
	if def := v.defs[name]; def != nil {
		for _, t := range def.Tasks {
			if p.tasks[t.ID] != nil {
				tasks, seen[t.ID] = append(tasks, t.ID), true
			}
		}
	}
	for id := range p.tasks {
		if !seen[id] {
			tasks = append(tasks, id)
		}
	}
	return tasks
}

// latest shows what the newest runs said last: their result, as far as we can know it.
func (v *show) latest(name string, p *pipelineTally) {
	def := v.defs[name]
	if def == nil {
		return
	}
	var rows [][]string
	for _, run := range p.newest {
		if _, err := os.Stat(runner.LogDir(v.session.place.logs, name, run.Interval.Start)); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		said := ""
		for i := range run.Instances { // in the order of the definition
			in := &run.Instances[i]
			t := def.Index(in.Task)
			if t < 0 || len(def.Downstream(t)) > 0 || in.State != plan.Success || in.Task == said {
				continue
			}
			if line := v.lastWord(name, run, in); line != "" {
				rows = append(rows, []string{v.moment(name, run.Interval.Start), in.Task, line})
				said = in.Task
			}
		}
	}
	if len(rows) > 0 {
		v.call.Printf("\nthe newest results:\n")
		writeAligned(v.call.Out, rows)
	}
}

// lastWord is the last line of an instance's newest log.
func (v *show) lastWord(pipeline string, run *plan.Run, in *plan.Instance) string {
	log := runner.LogFile(v.session.place.logs, pipeline, run.Interval.Start, in.Task, in.MapIndex, in.Try)
	if lines := lastLines(log, 1); len(lines) > 0 {
		return lines[0]
	}
	return ""
}

func (v *show) timeSummary() {
	wall := v.now().Sub(v.began)
	var work time.Duration
	for _, p := range v.tally.pipelines {
		for _, t := range p.tasks {
			work += t.total
		}
	}
	if wall <= 0 || work == 0 {
		return
	}
	used := 100 * work.Seconds() / (wall.Seconds() * float64(v.slots))
	v.call.Printf("%s wall · %s of tasks · %d slots, %.0f%% used\n", prose.Duration(wall), prose.Duration(work), v.slots, min(used, 100))
	for name, p := range v.tally.pipelines {
		if p.done[plan.RunFailed] > 0 {
			v.call.Printf("look at    tidemark runs %s --state failed\nrun again  tidemark clear %s --only-failed --all\n", name, name)
		}
	}
}

func (p *pipelineTally) runCounts() []count {
	return []count{{"success", p.done[plan.RunSuccess]}, {"failed", p.done[plan.RunFailed]}}
}

// count is a number of things in a state.
type count struct {
	state string
	n     int
}

// counted is "success 1,460 · failed 1", without what is zero.
func (c *call) counted(counts []count) string {
	var parts []string
	for _, k := range counts {
		if k.n > 0 {
			parts = append(parts, c.Term.State(k.state)+" "+prose.Number(k.n))
		}
	}
	return strings.Join(parts, " · ")
}

// dropEmpty leaves out columns from first to end in which only zeros stand.
func dropEmpty(rows [][]string, first, end int) [][]string {
	out := make([][]string, len(rows))
	for col := range rows[0] {
		zero := col >= first && col < end
		for _, r := range rows[1:] {
			zero = zero && r[col] == "0"
		}
		for i, r := range rows {
			if !zero {
				out[i] = append(out[i], r[col])
			}
		}
	}
	return out
}

// writeAligned writes the rows of a summary, which is for people also in a pipe: the first
// column and the last to the left, numbers to the right.
func writeAligned(w io.Writer, rows [][]string) {
	widths := map[int]int{}
	for _, r := range rows {
		for i, cell := range r {
			widths[i] = max(widths[i], ui.Width(cell))
		}
	}
	for _, r := range rows {
		var b strings.Builder
		for i, cell := range r {
			pad := strings.Repeat(" ", widths[i]-ui.Width(cell))
			if numeric(cell) || i > 0 && len(rows) > 1 && numeric(rows[1][i]) {
				b.WriteString("  " + pad + cell)
			} else {
				b.WriteString("  " + cell + pad)
			}
		}
		fmt.Fprintln(w, strings.TrimRight(b.String(), " "))
	}
}

func numeric(cell string) bool {
	return cell != "" && cell[0] >= '0' && cell[0] <= '9' && len(cell) < 9 && !strings.Contains(cell, "-") || cell == "–"
}

func took(d time.Duration) string {
	if d == 0 {
		return "–"
	}
	return prose.Duration(d)
}

// lastLines reads the end of a log: at most n lines of its last 16 KiB.
func lastLines(path string, n int) []string {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	const window = 16 << 10
	if info, err := f.Stat(); err == nil && info.Size() > window {
		_, _ = f.Seek(-window, io.SeekEnd)
	}
	tail, err := io.ReadAll(f)
	if err != nil {
		return nil
	}
	lines := strings.Split(strings.TrimRight(string(tail), "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	return lines[max(len(lines)-n, 0):]
}

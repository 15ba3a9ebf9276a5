//go:build linux

package main

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"time"
)

// graph is work in a form that everybody can be given: tasks that all run one command.
type graph struct {
	tasks     int
	chain     bool   // each task needs the one before
	list      string // the command as a list, in YAML's flow form; or
	shell     string // as a line for the shell
	intervals int    // how often the whole is done; 0: once
	active    int    // of them at once
	slots     int
}

// ours makes the work a pipeline that is caught up.
func (b *bench) ours(g graph) contender {
	return contender{
		name: "tidemark",
		prepare: func(dir string) error {
			return write(filepath.Join(dir, "pipelines", "work.yaml"), func(w io.Writer) {
				first := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
				last := first.AddDate(0, 0, max(g.intervals, 1)-1)
				fmt.Fprintf(w, "pipeline: work\nschedule: \"@daily\"\nstart_date: %s\nend_date: %s\ncatchup: true\n",
					first.Format(time.DateOnly), last.Format(time.DateOnly))
				if g.active > 0 {
					fmt.Fprintf(w, "max_active_runs: %d\n", g.active)
				}
				fmt.Fprintln(w, "tasks:")
				for i := range g.tasks {
					run := g.list
					if run == "" {
						run = strconv.Quote(g.shell)
					}
					fmt.Fprintf(w, "  t%05d:\n    run: %s\n", i, run)
					if g.chain && i > 0 {
						fmt.Fprintf(w, "    needs: t%05d\n", i-1)
					}
				}
			})
		},
		argv: []string{b.tidemark, "run", "--until-idle", "--progress", "none", "-j", strconv.Itoa(g.slots)},
	}
}

// command is what a peer that takes lines is given.
func (g graph) command() string {
	if g.shell != "" {
		return "sh -c " + g.shell
	}
	return "/bin/true"
}

// others are the peers that are installed and can be given this work.
func (g graph) others() []contender {
	j := strconv.Itoa(g.slots)
	all := []contender{
		{name: "make", argv: []string{"make", "-s", "-j" + j, "all"}, prepare: g.makefile},
		{name: "ninja", argv: []string{"ninja", "--quiet", "-j", j}, prepare: g.ninjafile},
	}
	if !g.chain {
		all = append(all, contender{name: "xargs", argv: []string{"sh", "-c",
			"seq " + strconv.Itoa(g.tasks) + " | xargs -P" + j + " -I{} " + g.command()}})
	}
	var there []contender
	for _, c := range all {
		if _, err := exec.LookPath(c.name); err == nil {
			there = append(there, c)
		}
	}
	return there
}

func (g graph) makefile(dir string) error {
	return write(filepath.Join(dir, "Makefile"), func(w io.Writer) {
		fmt.Fprint(w, "all:")
		for i := range g.tasks {
			fmt.Fprintf(w, " t%d", i)
		}
		fmt.Fprintln(w, "\n.PHONY: all")
		for i := range g.tasks {
			fmt.Fprintf(w, ".PHONY: t%d\nt%d:", i, i)
			if g.chain && i > 0 {
				fmt.Fprintf(w, " t%d", i-1)
			}
			fmt.Fprintf(w, "\n\t%s\n", g.command())
		}
	})
}

func (g graph) ninjafile(dir string) error {
	return write(filepath.Join(dir, "build.ninja"), func(w io.Writer) {
		fmt.Fprintf(w, "rule run\n  command = %s\n", g.command())
		for i := range g.tasks {
			fmt.Fprintf(w, "build t%d: run", i)
			if g.chain && i > 0 {
				fmt.Fprintf(w, " | t%d", i-1)
			}
			fmt.Fprintln(w)
		}
	})
}

// copyTree copies an example into a fresh directory.
func copyTree(from string) func(string) error {
	return func(dir string) error { return os.CopyFS(dir, os.DirFS(from)) }
}

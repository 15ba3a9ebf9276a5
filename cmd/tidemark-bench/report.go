//go:build linux

package main

import (
	"cmp"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// result is a row of the table.
type result struct {
	what   string
	figure string
	bound  string
	ok     bool
	factor float64 // of the bound
}

// bounded is a figure that must not be larger than its bound.
func bounded(what string, figure float64, unit string, bound float64) result {
	return result{what: what, figure: number(figure) + unit, bound: "≤ " + number(bound) + unit, ok: figure <= bound, factor: figure / bound}
}

// number has three digits that say something.
func number(x float64) string {
	switch {
	case x >= 100 || x == float64(int(x)):
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}

func (b *bench) add(r result) {
	b.results = append(b.results, r)
	fmt.Fprintf(os.Stderr, "  %s: %s (%s)\n", r.what, r.figure, r.bound)
}

// peerRow is one contender in one work.
type peerRow struct {
	work, name string
	tasks      int
	cost       cost
	wall, cpu  float64 // of the bare loop
}

// rank keeps what everybody cost.
func (b *bench) rank(work string, tasks int, costs map[string][]cost) {
	var rows []peerRow
	for name, cs := range costs {
		r := peerRow{work: work, name: name, tasks: tasks, cost: cost{medianWall(cs), medianCPU(cs)}}
		r.wall, r.cpu = ratios(cs, costs["bare"])
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(x, y peerRow) int { return cmp.Compare(x.wall, y.wall) })
	b.peers = append(b.peers, rows...)
}

func (b *bench) report(w io.Writer) {
	fmt.Fprintf(w, "Machine: %s. %s.\n\n", machine(), b.how())
	fmt.Fprintln(w, "| what | figure | bound | |\n|---|--:|--:|---|")
	for _, r := range b.results {
		word := "met"
		if !r.ok {
			word = "**missed**"
		}
		fmt.Fprintf(w, "| %s | %s | %s | %s |\n", r.what, r.figure, r.bound, word)
	}
	b.shortfalls(w)
	if len(b.peers) > 0 {
		fmt.Fprintf(w, "\n%s\n\n", "Side by side, medians: "+strings.Join(peerVersions(), "; ")+".")
		fmt.Fprintln(w, "| work | who | wall | a task | × bare, wall | × bare, processor |\n|---|---|--:|--:|--:|--:|")
		for _, p := range b.peers {
			fmt.Fprintf(w, "| %s | %s | %s | %s | %s | %s |\n", p.work, p.name, p.cost.wall.Round(time.Millisecond),
				(p.cost.wall / time.Duration(p.tasks)).Round(time.Microsecond), number(p.wall), number(p.cpu))
		}
		for _, e := range engines {
			if _, err := exec.LookPath(e.name); err != nil {
				fmt.Fprintf(w, "\n%s is not installed here and was not measured.", e.name)
			}
		}
		fmt.Fprintln(w)
	}
}

// how says in words how the run was made.
func (b *bench) how() string {
	scope := "A full run"
	if b.quick {
		scope = "A quick run, with less of everything than the bounds are meant for"
	}
	load, _ := os.ReadFile("/proc/loadavg")
	return fmt.Sprintf("%s on %s; load average at its end %s", scope, time.Now().UTC().Format("2006-01-02 15:04 UTC"),
		strings.Join(strings.Fields(string(load))[:3], " "))
}

// shortfalls says in plain words what is not within its bound.
func (b *bench) shortfalls(w io.Writer) {
	var missed []result
	for _, r := range b.results {
		if !r.ok {
			missed = append(missed, r)
		}
	}
	if len(missed) == 0 {
		fmt.Fprintln(w, "\nNothing falls short of its bound.")
		return
	}
	fmt.Fprintf(w, "\nWhat falls short, %d of %d:\n\n", len(missed), len(b.results))
	for _, r := range missed {
		if r.factor == 0 {
			fmt.Fprintf(w, "- %s: %s.\n", r.what, r.figure)
			continue
		}
		fmt.Fprintf(w, "- %s: %s, which is %s times its bound.\n", r.what, r.figure, number(r.factor))
	}
}

func machine() string {
	model := "unknown processor"
	info, _ := os.ReadFile("/proc/cpuinfo")
	for line := range strings.Lines(string(info)) {
		if name, value, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(name) == "model name" {
			model = strings.TrimSpace(value)
			break
		}
	}
	kernel, _ := os.ReadFile("/proc/sys/kernel/osrelease")
	return fmt.Sprintf("%d × %s, Linux %s, %s", runtime.NumCPU(), model, strings.TrimSpace(string(kernel)), runtime.Version())
}

// peerVersions are the settings of each peer: its fastest documented set-up.
func peerVersions() []string {
	var all []string
	for _, p := range [][]string{
		{"GNU make, `-j2`, phony targets, no log", "make", "--version"},
		{"ninja, `-j 2 --quiet`, output captured", "ninja", "--version"},
		{"xargs, `-P2`, one line a task, no log", "xargs", "--version"},
	} {
		if out, err := exec.Command(p[1], p[2:]...).Output(); err == nil {
			first, _, _ := strings.Cut(string(out), "\n")
			all = append(all, p[0]+" ("+strings.TrimSpace(first)+")")
		}
	}
	for _, e := range engines {
		if text, there := e.settings(); there {
			all = append(all, text)
		}
	}
	return all
}

//go:build linux

package main

import (
	"bytes"
	"fmt"
	"os/exec"
	"slices"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// cost is what a piece of work took.
type cost struct {
	wall time.Duration
	cpu  time.Duration // of the process and everything that it started
}

// adoptOrphans makes us the parent of whatever outlives a process that we start, so that
// what a keeper or a daemon costs is counted too.
func adoptOrphans() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// timed runs a command to its end, and to that of all its descendants.
func timed(dir string, argv ...string) (cost, error) {
	cmd := exec.Command(argv[0], argv[1:]...)
	cmd.Dir = dir
	var said bytes.Buffer
	cmd.Stderr = &said
	before, begin := children(), time.Now()
	err := cmd.Run()
	c := cost{wall: time.Since(begin)}
	reap()
	c.cpu = children() - before
	if err != nil {
		return c, fmt.Errorf("%s: %w: %s", argv[0], err, bytes.TrimSpace(said.Bytes()))
	}
	return c, nil
}

// reap waits for all that was left behind.
func reap() {
	for {
		if _, err := unix.Wait4(-1, nil, 0, nil); err != nil && err != syscall.EINTR {
			return
		}
	}
}

func children() time.Duration { return usage(unix.RUSAGE_CHILDREN) }

// own is this process's own processor time.
func own() time.Duration { return usage(unix.RUSAGE_SELF) }

func usage(who int) time.Duration {
	var u unix.Rusage
	if unix.Getrusage(who, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// contender is one who does the work.
type contender struct {
	name    string
	prepare func(dir string) error // in a fresh directory
	argv    []string
}

// compete lets everybody do the work in turn, round by round, and returns what each round
// cost each of them.
func (b *bench) compete(rounds int, all ...contender) (map[string][]cost, error) {
	costs := map[string][]cost{}
	for range rounds {
		for _, c := range all {
			dir, err := b.place("work")
			if err == nil && c.prepare != nil {
				err = c.prepare(dir)
			}
			if err != nil {
				return nil, err
			}
			took, err := timed(dir, c.argv...)
			if err != nil {
				return nil, err
			}
			costs[c.name] = append(costs[c.name], took)
		}
	}
	return costs, nil
}

// ratios compares two contenders round by round: the medians of wall time and processor time.
func ratios(ours, theirs []cost) (wall, cpu float64) {
	var w, p []float64
	for i := range ours {
		w = append(w, ours[i].wall.Seconds()/theirs[i].wall.Seconds())
		p = append(p, ours[i].cpu.Seconds()/theirs[i].cpu.Seconds())
	}
	return median(w), median(p)
}

func median(x []float64) float64 {
	x = slices.Sorted(slices.Values(x))
	if len(x) == 0 {
		return 0
	}
	return (x[(len(x)-1)/2] + x[len(x)/2]) / 2
}

func medianWall(cs []cost) time.Duration {
	var x []float64
	for _, c := range cs {
		x = append(x, c.wall.Seconds())
	}
	return time.Duration(median(x) * float64(time.Second))
}

func medianCPU(cs []cost) time.Duration {
	var x []float64
	for _, c := range cs {
		x = append(x, c.cpu.Seconds())
	}
	return time.Duration(median(x) * float64(time.Second))
}

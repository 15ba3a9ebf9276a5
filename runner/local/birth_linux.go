package local

import (
	"bytes"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// ticksPerSecond is the unit of /proc/PID/stat: USER_HZ, which is 100 on every Linux that
// Go runs on.
const ticksPerSecond = 100

// birthSlack is how far births and the clock may be apart by rounding, in ticks.
const birthSlack = 1

// birthClock is the clock that births are stamped with, in ticks since boot. Reading it
// before and after a fork is cheaper than reading /proc for each task.
func birthClock() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_BOOTTIME, &t) != nil {
		return 0
	}
	return t.Nano() / (1e9 / ticksPerSecond)
}

// birth is when a process was born. A zombie has ended and is not found.
func birth(pid int) (int64, bool) {
	b, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, false
	}
	// the second field is the program's name in parentheses, which may hold anything
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 20 || fields[0][0] == 'Z' || fields[0][0] == 'X' {
		return 0, false
	}
	at, err := strconv.ParseInt(string(fields[19]), 10, 64)
	return at, err == nil
}

// bootID changes with every start of the machine.
func bootID() string {
	b, _ := os.ReadFile("/proc/sys/kernel/random/boot_id")
	return strings.TrimSpace(string(b))
}

// findsWriters says whether writerOf works, so that the line of a start may come late.
const findsWriters = true

// writerOf finds the group leader whose output is the file: a task that was forked, but not
// written down, when its keeper was killed.
func writerOf(path string) (process, bool) {
	file, err := os.Stat(path)
	if err != nil {
		return process{}, false
	}
	links, _ := filepath.Glob("/proc/[0-9]*/fd/[13]")
	for _, link := range links {
		target, err := os.Readlink(link)
		if err != nil || filepath.Base(target) != filepath.Base(path) {
			continue // asking for more could block, on a dead network file system for one
		}
		if info, err := os.Stat(link); err != nil || !os.SameFile(info, file) {
			continue
		}
		pid, _ := strconv.Atoi(strings.Split(link, "/")[2])
		if group, err := unix.Getpgid(pid); err != nil || group != pid {
			continue
		}
		if at, ok := birth(pid); ok {
			return process{pid: pid, earliest: at, newest: at}, true
		}
	}
	return process{}, false
}

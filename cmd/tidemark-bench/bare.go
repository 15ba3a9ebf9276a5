//go:build linux

package main

import (
	"fmt"
	"os"
	"strconv"
	"sync"
	"syscall"
)

// bareVerb makes this program the floor: it does nothing but fork, exec and wait.
const bareVerb = "_bare"

// bareMain runs a command COUNT times, SLOTS at a time: COUNT SLOTS ARGV…
func bareMain(args []string) {
	count, _ := strconv.Atoi(args[0])
	slots, _ := strconv.Atoi(args[1])
	argv := args[2:]
	null, err := os.OpenFile(os.DevNull, os.O_RDWR, 0)
	if err != nil {
		bareFails(err)
	}
	defer null.Close()
	fd, env := null.Fd(), os.Environ()
	var all sync.WaitGroup
	for slot := range slots {
		all.Go(func() {
			for i := slot; i < count; i += slots {
				pid, err := syscall.ForkExec(argv[0], argv, &syscall.ProcAttr{
					Env: env, Files: []uintptr{fd, fd, fd}, Sys: &syscall.SysProcAttr{Setpgid: true}})
				if err != nil {
					bareFails(err)
				}
				var status syscall.WaitStatus
				if _, err := syscall.Wait4(pid, &status, 0, nil); err != nil {
					bareFails(err)
				}
			}
		})
	}
	all.Wait()
}

func bareFails(err error) {
	fmt.Fprintln(os.Stderr, "bare loop:", err)
	os.Exit(1)
}

func bare(count, slots int, argv ...string) contender {
	self, err := os.Executable()
	if err != nil {
		self = os.Args[0]
	}
	return contender{name: "bare", argv: append([]string{self, bareVerb, strconv.Itoa(count), strconv.Itoa(slots)}, argv...)}
}

//go:build unix

package executortest

import "golang.org/x/sys/unix"

func groupGone(pid int) bool { return unix.Kill(-pid, 0) == unix.ESRCH }

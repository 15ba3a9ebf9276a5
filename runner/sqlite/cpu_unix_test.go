//go:build unix

package sqlite

import (
	"time"

	"golang.org/x/sys/unix"
)

// cpu is what this process has spent on the processor.
func cpu() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

package main

import (
	"runtime"

	"github.com/fsnotify/fsnotify"
)

// watchWrites tells of writes to a database: all of them go to its log first. Nobody writes
// while it is armed but by orders, so it is cheap; a busy runner does not arm it, because it
// would hear of each of its own. The channel is nil where the system does not tell: Windows
// says nothing of a file that is held open.
func watchWrites(db string) (<-chan struct{}, func()) {
	if runtime.GOOS == "windows" {
		return nil, nil
	}
	notes, err := fsnotify.NewBufferedWatcher(1)
	if err != nil {
		return nil, nil
	}
	if err := notes.Add(db + "-wal"); err != nil {
		_ = notes.Close()
		return nil, nil
	}
	writes, done := make(chan struct{}, 1), make(chan struct{})
	go func() {
		defer close(done)
		for open := true; open; {
			select {
			case _, open = <-notes.Events:
			case _, open = <-notes.Errors: // something was missed
			}
			select {
			case writes <- struct{}{}:
			default: // told already
			}
		}
	}()
	return writes, func() {
		_ = notes.Close()
		<-done
	}
}

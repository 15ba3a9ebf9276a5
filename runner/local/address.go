package local

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// longestSocket is what every system takes as the path of a socket: 104 bytes on macOS,
// 108 on Linux, with some left for the terminating zero.
const longestSocket = 100

const socketDirPrefix = "tidemark-keeper-"

// dial reaches the keeper of a state directory, if there is one.
func dial(dir string) (*conn, error) {
	path, err := socketPath(dir)
	if err != nil {
		return nil, err
	}
	c, err := net.Dial("unix", path)
	if err != nil {
		return nil, err
	}
	return newConn(c), nil
}

func socketPath(dir string) (string, error) {
	path := filepath.Join(dir, "keeper.sock")
	if len(path) <= longestSocket {
		return path, nil
	}
	b, err := os.ReadFile(pointerPath(dir))
	return strings.TrimSpace(string(b)), err
}

func pointerPath(dir string) string { return filepath.Join(dir, "keeper.addr") }

// listen opens the socket. The caller holds the lock, so what is there is a dead keeper's.
// The returned function removes what was made.
func listen(dir string) (net.Listener, func(), error) {
	path := filepath.Join(dir, "keeper.sock")
	remove := func() { os.Remove(path) }
	if len(path) > longestSocket {
		removeDistant(dir)
		distant, err := os.MkdirTemp("", socketDirPrefix) // mode 0700
		if err != nil {
			return nil, nil, fmt.Errorf("cannot make a place for the socket: %w", err)
		}
		path = filepath.Join(distant, "sock")
		if err := os.WriteFile(pointerPath(dir), []byte(path+"\n"), 0o600); err != nil {
			return nil, nil, err
		}
		remove = func() { removeDistant(dir) }
	}
	os.Remove(path)
	l, err := net.Listen("unix", path)
	if err != nil {
		remove()
		return nil, nil, fmt.Errorf("cannot listen on %q: %w", path, err)
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, nil, err
	}
	return l, remove, nil
}

// removeDistant removes a socket that stands outside of the state directory. It believes
// the pointer only as far as it names a directory that listen could have made.
func removeDistant(dir string) {
	b, err := os.ReadFile(pointerPath(dir))
	if err != nil {
		return
	}
	os.Remove(pointerPath(dir))
	distant := filepath.Dir(strings.TrimSpace(string(b)))
	if strings.HasPrefix(filepath.Base(distant), socketDirPrefix) {
		os.Remove(filepath.Join(distant, "sock"))
		os.Remove(distant)
	}
}

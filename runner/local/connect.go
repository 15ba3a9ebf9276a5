package local

import (
	"bufio"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// keeperLogLimit is when the keeper's own log is begun anew, in bytes.
const keeperLogLimit = 1 << 20

// errLeaving means: that keeper is about to exit, ask for another.
var errLeaving = errors.New("the keeper is leaving")

// connect returns a line to the keeper on which both have said hello. A keeper may be
// leaving in the very moment in which it is called; then another one is started.
func connect(o Options) (*conn, error) {
	var last error
	for range 5 {
		line, err := greet(o.StateDir, o.Slots)
		if err == nil {
			return line, nil
		}
		var refused *versionError
		if errors.As(err, &refused) {
			return nil, err
		}
		last = err
		if err := launch(o); err != nil {
			return nil, err
		}
	}
	return nil, fmt.Errorf("cannot reach the keeper: %w", last)
}

// versionError is a keeper of another build that cannot make room.
type versionError struct{ pid, protocol int }

func (e *versionError) Error() string {
	return fmt.Sprintf("the keeper (pid %d) speaks protocol %d, this program %d, and tasks are running under it: "+
		"use the other version until they have ended", e.pid, e.protocol, protocol)
}

// greet calls the keeper that is there, if one is.
func greet(dir string, slots int) (*conn, error) {
	line, err := dial(dir)
	if err != nil {
		return nil, err
	}
	if err := exchange(line, slots); err != nil {
		line.Close()
		return nil, err
	}
	return line, nil
}

func exchange(line *conn, slots int) error {
	if err := line.send(message{Hello: &hello{Protocol: protocol, PID: os.Getpid(), Slots: slots}}, patience); err != nil {
		return err
	}
	line.SetReadDeadline(time.Now().Add(patience))
	defer line.SetReadDeadline(time.Time{})
	m, err := line.receive()
	switch {
	case err != nil:
		return err
	case m.Hello == nil || m.Hello.Leaving:
		return errLeaving
	case m.Hello.Protocol != protocol:
		return &versionError{m.Hello.PID, m.Hello.Protocol}
	}
	line.peer = *m.Hello
	return nil
}

// launch starts a keeper in a session of its own and returns when it can be called. It
// says so in a line on its standard output, which it then closes.
func launch(o Options) error {
	log, err := openKeeperLog(o.StateDir)
	if err != nil {
		return err
	}
	defer log.Close()
	r, w, err := os.Pipe()
	if err != nil {
		return fmt.Errorf("cannot start the keeper: %w", err)
	}
	defer r.Close()
	cmd := exec.Command(o.Keeper[0], o.Keeper[1:]...)
	cmd.Dir, cmd.Env = o.StateDir, keeperEnv()
	cmd.Stdout, cmd.Stderr = w, log
	cmd.SysProcAttr = detached()
	err = cmd.Start()
	w.Close()
	if err != nil {
		return fmt.Errorf("cannot start the keeper: %w", err)
	}
	go cmd.Wait() // it outlives us; if not, no zombie shall stay
	r.SetReadDeadline(time.Now().Add(patience))
	line, err := bufio.NewReader(r).ReadString('\n')
	if line = strings.TrimSpace(line); err != nil || line != ready {
		return fmt.Errorf("cannot start the keeper: it says %q; see %q", line, log.Name())
	}
	return nil
}

func openKeeperLog(dir string) (*os.File, error) {
	path := filepath.Join(dir, "keeper.log")
	flags := os.O_CREATE | os.O_WRONLY | os.O_APPEND
	if info, err := os.Stat(path); err == nil && info.Size() > keeperLogLimit {
		flags |= os.O_TRUNC
	}
	return os.OpenFile(path, flags, 0o600)
}

// keeperEnv is the little that the keeper needs itself. The runner's own keys are not in
// it, because a task may read the environment of its parent.
func keeperEnv() []string {
	env := []string{}
	for _, name := range []string{"TMPDIR", "TMP", "TEMP", "SystemRoot", "GOCOVERDIR"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// disaster is a project that has run to its end, before something befalls it.
func disaster(t *testing.T) *wreck {
	w := newWreck(t, rand.New(rand.NewPCG(1, 1)))
	t.Cleanup(w.killKeeper)
	return w
}

func (w *wreck) state() string { return filepath.Join(w.dir, ".tidemark") }

// fails runs a command that must fail and say why: in one error, in words for people.
func (w *wreck) fails(why string, args ...string) {
	w.t.Helper()
	cmd := w.tidemark(context.Background(), args...)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	said := stderr.String()
	if !errors.As(err, &exit) || exit.ExitCode() != exitUsage || !strings.Contains(said, why) || !strings.Contains(said, "help: ") && !strings.Contains(said, "hint: ") {
		w.t.Errorf("tidemark %s: %v, says %q, want %q and what to do", strings.Join(args, " "), err, said, why)
	}
	for _, never := range []string{"defect", "panic", "goroutine"} {
		if strings.Contains(said, never) {
			w.t.Errorf("tidemark %s says %q", strings.Join(args, " "), said)
		}
	}
}

var untilIdle = []string{"run", "--until-idle", "--progress", "none"}

func TestADamagedDatabaseIsAClearErrorAndABackupGoesOn(t *testing.T) {
	w := disaster(t)
	w.must(untilIdle...)
	path := filepath.Join(w.state(), "state.db")
	backup, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for why, damage := range map[string]func([]byte) []byte{
		"it is not a database": func(b []byte) []byte { return append([]byte("#!/bin/sh\nexec true\n\n\n"), b[20:]...) },
		"it is damaged":        func(b []byte) []byte { return append(b[:3*4096], bytes.Repeat([]byte{0xA5}, len(b)-3*4096)...) },
	} {
		if err := os.WriteFile(path, damage(bytes.Clone(backup)), 0o644); err != nil {
			t.Fatal(err)
		}
		w.fails(why, untilIdle...)
		w.fails(why, "clear", "p", "--all", "--yes")
	}
	if err := os.WriteFile(path, backup, 0o644); err != nil {
		t.Fatal(err)
	}
	w.must("clear", "p", "-t", "^c$", "--yes", "--quiet")
	w.must(untilIdle...)
	w.check(60 * 3)
}

func TestAClockThatIsSetBackNeitherDoublesNorLosesAnything(t *testing.T) {
	w := disaster(t)
	for _, now := range []string{"2024-02-10T00:30", "2024-02-09T23:30", "2024-01-05T12:00", "2024-02-10T00:30", "2024-03-05"} {
		w.must(append(untilIdle, "--now", now)...)
		w.must("clear", "p", "-t", "^c$", "-s", "2024-01-02", "-e", "2024-01-03", "--yes", "--quiet", "--now", now)
	}
	w.must(untilIdle...)
	w.check(60 * 3)
}

// small mounts a file system of its own, in memory, where the state will be.
func (w *wreck) small(options string) {
	w.t.Helper()
	if err := os.Mkdir(w.state(), 0o755); err != nil {
		w.t.Fatal(err)
	}
	if err := syscall.Mount("tidemark", w.state(), "tmpfs", 0, options); err != nil {
		w.t.Skipf("a file system of one's own takes a root who may mount: %v", err)
	}
	w.t.Cleanup(func() {
		w.killKeeper()
		_ = syscall.Unmount(w.state(), syscall.MNT_DETACH)
	})
}

func (w *wreck) remount(flags uintptr, options string) {
	w.t.Helper()
	w.killKeeper() // it has files open for writing, until it is quite dead
	again, late := time.NewTicker(5*time.Millisecond), time.After(time.Minute)
	defer again.Stop()
	for {
		err := syscall.Mount("tidemark", w.state(), "tmpfs", syscall.MS_REMOUNT|flags, options)
		if err == nil {
			return
		}
		select {
		case <-again.C:
		case <-late:
			w.t.Fatal(err)
		}
	}
}

func TestADatabaseThatCannotBeWrittenIsAClearErrorAndNothingIsLost(t *testing.T) {
	w := disaster(t)
	w.small("size=16m")
	w.must(append(untilIdle, "--now", "2024-01-20")...)
	w.remount(syscall.MS_RDONLY, "")
	w.fails("cannot", untilIdle...)
	w.fails("cannot", "clear", "p", "--all", "--yes")
	w.must("status")
	w.must("tasks", "p", "2024-01-02")
	w.remount(0, "")
	w.must(untilIdle...)
	w.check(60 * 3)
}

// A disk that is full stops the runner at whatever it was doing; with room it goes on.
func TestAFullDiskIsAClearErrorAndNothingIsLost(t *testing.T) {
	w := disaster(t)
	w.small("size=4m")
	filler := filepath.Join(w.state(), "filler")
	full := 0
	for room := int64(30_000); room < 600_000; room += 60_000 {
		w.fill(filler, room)
		cmd := w.tidemark(context.Background(), untilIdle...)
		var stderr bytes.Buffer
		cmd.Stderr = &stderr
		if cmd.Run() != nil {
			full++
			said := stderr.String()
			if !strings.Contains(said, "the disk is full") && !strings.Contains(said, "free space") && !strings.Contains(said, "no space left") {
				t.Errorf("with %d bytes of room it says %q", room, said)
			}
		}
		if err := os.Remove(filler); err != nil {
			t.Fatal(err)
		}
	}
	if full == 0 {
		t.Error("the disk was never full")
	}
	w.must(untilIdle...)
	w.check(60 * 3)
}

// fill leaves so many bytes free.
func (w *wreck) fill(path string, room int64) {
	w.t.Helper()
	var fs syscall.Statfs_t
	if err := syscall.Statfs(w.state(), &fs); err != nil {
		w.t.Fatal(err)
	}
	n := max(int64(fs.Bavail)*fs.Bsize-room, 0)
	if err := os.WriteFile(path, make([]byte, n), 0o644); err != nil {
		w.t.Fatal(err)
	}
}

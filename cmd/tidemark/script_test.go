package main

import (
	"errors"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// The scripts run this very program: "tidemark" as it is in a pipe, "tidemark-tty" as if a
// person looked at each of its streams.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"tidemark": main,
		"tidemark-tty": func() {
			p := &program{in: os.Stdin, out: os.Stdout, err: os.Stderr, env: os.LookupEnv, began: time.Now(),
				terminal: func(any) bool { return true }, verbs: verbs()}
			os.Exit(p.main(os.Args[1:]))
		},
	})
}

func TestScript(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		UpdateScripts:       os.Getenv("UPDATE_SCRIPTS") != "",
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits},
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "Asia/Kolkata") // the host's zone must not matter
			env.Setenv("LANG", "C.UTF-8")
			return nil
		},
	})
}

// exits runs a command that must end with this exit code: exits 2 tidemark list.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND [ARG…]")
	}
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	got := 0
	var failed *exec.ExitError
	switch err := ts.Exec(args[1], args[2:]...); {
	case errors.As(err, &failed):
		got = failed.ExitCode()
	default:
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit code %d, want %d", got, want)
	}
}

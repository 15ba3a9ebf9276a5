package main

import (
	"os"
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
		Cmds:                scriptCommands(),
		Setup: func(env *testscript.Env) error {
			env.Setenv("TZ", "Asia/Kolkata") // the host's zone must not matter
			env.Setenv("LANG", "C.UTF-8")
			return nil
		},
	})
}

func writeFile(path, text string) error { return os.WriteFile(path, []byte(text), 0o644) }

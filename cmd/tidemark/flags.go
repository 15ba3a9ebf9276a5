package main

import (
	"strings"

	"github.com/urfave/cli/v2"
)

// globalFlags work with every verb, before it and after it.
func globalFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "project", Usage: "the project's `DIR` (default: the nearest upward)"},
		&cli.StringFlag{Name: "db", Usage: "the database `FILE` (default: .tidemark/state.db)"},
		&cli.StringFlag{Name: "now", Usage: "set the clock to `T` and let it run on from there"},
		&cli.StringFlag{Name: "output", Aliases: []string{"o"}, Usage: "`FORMAT` of the result: text, json or jsonl", Value: "text"},
		&cli.StringFlag{Name: "color", Usage: "`WHEN` to use colors: auto, always or never", Value: "auto"},
		&cli.StringFlag{Name: "progress", Usage: "progress `HOW`: auto, tty, plain or none", Value: "auto"},
		&cli.BoolFlag{Name: "quiet", Aliases: []string{"q"}, Usage: "say only what is wrong"},
		&cli.BoolFlag{Name: "verbose", Aliases: []string{"v"}, Usage: "say more"},
		helpFlag(),
	}
}

func helpFlag() *cli.BoolFlag {
	return &cli.BoolFlag{Name: "help", Aliases: []string{"h"}, Usage: "show this help"}
}

// wants finds a global flag that reading, or an error, stopped short of: what was read of it
// before, or what the rest of the raw command line looks like. An error about a command line
// should still have the form that it asks for. short may be empty.
func (l line) wants(name, short string, argv []string) string {
	long := "--" + name
	for _, f := range l.flags {
		if value, ok := strings.CutPrefix(f, long+"="); ok {
			return value
		}
	}
	value := ""
	for i, arg := range argv {
		switch {
		case arg == "--":
			return value
		case arg == long, arg == short && short != "":
			if i+1 < len(argv) {
				value = argv[i+1]
			}
		case strings.HasPrefix(arg, long+"="):
			value = strings.TrimPrefix(arg, long+"=")
		case short != "" && strings.HasPrefix(arg, short):
			value = strings.TrimPrefix(arg[len(short):], "=")
		}
	}
	return value
}

// takesValue says whether a flag is followed by one.
func takesValue(f cli.Flag) bool {
	_, isBool := f.(*cli.BoolFlag)
	return !isBool
}

// repeatable says whether a flag may stand more than once.
func repeatable(f cli.Flag) bool {
	switch f.(type) {
	case *cli.StringSliceFlag, *cli.IntSliceFlag:
		return true
	}
	return false
}

// dashed is a flag's name as it is typed.
func dashed(name string) string {
	if len(name) == 1 {
		return "-" + name
	}
	return "--" + name
}

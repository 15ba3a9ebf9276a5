// Command tidemark runs declarative pipelines on data intervals.
//
// Each verb is one file: a value of type verb that says its arguments, flags and help, and
// a function from a call to an error. The frame around them puts the command line in
// order, finds the project, reads the clock, writes documents and tables, and turns an
// error into an exit code. Nothing but main exits, so that a test runs the very same program.
package main

import (
	"os"
	_ "time/tzdata" // for hosts without a zone database
)

func main() {
	os.Exit(Main(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.LookupEnv))
}

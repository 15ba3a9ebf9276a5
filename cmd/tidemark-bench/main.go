//go:build linux

// Command tidemark-bench measures what Tidemark costs above the work itself, and what others
// cost, on this machine, and prints it as Markdown.
//
// Machines are shared and noisy, so each figure of work is a ratio: Tidemark, a floor that
// does nothing but fork, exec and wait, and the peers take turns, round by round, and the
// median of the rounds' ratios is printed. Figures of state are processor time, which
// neighbours move less, and its growth with the size of the history.
//
//	go run ./cmd/tidemark-bench --quick
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

func main() {
	if len(os.Args) > 1 && os.Args[1] == bareVerb {
		bareMain(os.Args[2:])
		return
	}
	var b bench
	only := flag.String("only", "", "measure only what matches this regular `EXPRESSION`")
	flag.BoolVar(&b.quick, "quick", false, "less of everything: under five minutes")
	flag.StringVar(&b.tidemark, "tidemark", "", "measure this `PROGRAM`; by default one is built from the sources here")
	flag.Parse()
	if err := b.run(*only); err != nil {
		fmt.Fprintln(os.Stderr, "tidemark-bench:", err)
		os.Exit(1)
	}
}

// bench is one run of all measurements.
type bench struct {
	quick    bool
	tidemark string // the program to measure
	root     string // of the sources
	dir      string // of all that is made
	results  []result
	peers    []peerRow
}

func (b *bench) run(only string) error {
	wanted, err := regexp.Compile(only)
	if err != nil {
		return err
	}
	if b.root, err = sources(); err != nil {
		return err
	}
	if b.dir, err = os.MkdirTemp("", "tidemark-bench-"); err != nil {
		return err
	}
	defer os.RemoveAll(b.dir)
	if err := adoptOrphans(); err != nil {
		return err
	}
	if err := b.build(); err != nil {
		return err
	}
	for _, m := range measurements {
		if !wanted.MatchString(m.name) {
			continue
		}
		fmt.Fprintf(os.Stderr, "%s …\n", m.name)
		if err := m.measure(b); err != nil {
			b.add(result{what: m.name, figure: "not measured: " + err.Error(), bound: "", ok: false})
		}
	}
	b.report(os.Stdout)
	return nil
}

// measurements are the rows of the table, in groups that share what they make.
var measurements = []struct {
	name    string
	measure func(*bench) error
}{
	{"wide", (*bench).wide},
	{"shell", (*bench).shell},
	{"chain", (*bench).chain},
	{"engines", (*bench).engines},
	{"grid", (*bench).grid},
	{"weather", (*bench).weather},
	{"materialise", (*bench).materialise},
	{"history", (*bench).history},
	{"idle", (*bench).idle},
	{"files", (*bench).files},
	{"program", (*bench).program},
}

// sources finds the module that holds this program, upward from here.
func sources() (string, error) {
	dir, err := os.Getwd()
	for err == nil {
		if _, missing := os.Stat(filepath.Join(dir, "cmd", "tidemark-bench")); missing == nil {
			return dir, nil
		}
		if dir == filepath.Dir(dir) {
			return "", fmt.Errorf("run it inside Tidemark's sources: it builds them and uses examples/weather")
		}
		dir = filepath.Dir(dir)
	}
	return "", err
}

// build makes the program as a release has it.
func (b *bench) build() error {
	if b.tidemark != "" {
		path, err := filepath.Abs(b.tidemark)
		b.tidemark = path
		return err
	}
	b.tidemark = filepath.Join(b.dir, "tidemark")
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", b.tidemark, "./cmd/tidemark")
	cmd.Dir = b.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("cannot build tidemark: %w\n%s", err, out)
	}
	return nil
}

// pick is one of two sizes.
func (b *bench) pick(quick, full int) int {
	if b.quick {
		return quick
	}
	return full
}

// place makes a fresh directory.
func (b *bench) place(name string) (string, error) { return os.MkdirTemp(b.dir, name+"-") }

func write(path string, f func(io.Writer)) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	f(file)
	return file.Close()
}

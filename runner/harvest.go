package runner

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// What an attempt leaves beside its exit code stands in the scratch directory, under the
// attempt's key: its results, which the task writes, and the outputs that it owes, which
// the workshop writes before the start. So both are those of the definition that the
// attempt ran, whatever the file says when it ends and whichever runner hears of it.

// resultsFile is where an attempt may write its results; "" without a scratch directory.
func (w *Workshop) resultsFile(key plan.AttemptKey) string { return w.resultsFileOf(key.String()) }

func (w *Workshop) resultsFileOf(key string) string {
	if w.Scratch == "" {
		return ""
	}
	return filepath.Join(w.Scratch, strings.ReplaceAll(key, "/", "+"))
}

// debt is which outputs an attempt shall have made.
type debt struct {
	Globs  []string `json:"globs"`
	Secret bool     `json:"secret"` // it knows secrets, so that we do not say what it calls its files
}

// owe remembers a debt.
func (w *Workshop) owe(key plan.AttemptKey, d debt) error {
	file := w.resultsFile(key)
	if file == "" || len(d.Globs) == 0 {
		return nil
	}
	text, err := json.Marshal(d)
	if err != nil {
		return err
	}
	return os.WriteFile(file+owed, text, 0o644)
}

const owed = ".outputs"

// leavings are the names of what lies in the scratch directory: most attempts leave nothing,
// and one look tells that of all that have ended before it.
type leavings struct {
	names map[string]bool
	blind bool // nobody has looked: who wants to know must try
}

// leavings looks for those of so many attempts. For a few it is quicker to try.
func (w *Workshop) leavings(attempts int) leavings {
	if w.Scratch == "" || attempts < 5 {
		return leavings{blind: w.Scratch != ""}
	}
	dir, err := os.Open(w.Scratch)
	if err != nil {
		return leavings{blind: true}
	}
	defer dir.Close()
	names, err := dir.Readdirnames(-1)
	l := leavings{names: make(map[string]bool, len(names)), blind: err != nil}
	for _, name := range names {
		l.names[name] = true
	}
	return l
}

// of says whether something lies there of the attempt that has this results file.
func (l leavings) of(file string) bool {
	name := filepath.Base(file)
	return l.blind || l.names[name] || l.names[name+owed]
}

// harvest adds to the report of a good end what the attempt left, or why its end is not
// good after all.
func (w *Workshop) harvest(r *plan.Report, left leavings) {
	if r.ExitCode != 0 || r.Signal != 0 || r.Reason != "" {
		return
	}
	file := w.resultsFile(r.AttemptKey)
	if !left.of(file) {
		return
	}
	results, err := readResults(file)
	if err != nil {
		r.Reason = "bad results: " + err.Error()
		return
	}
	text, err := os.ReadFile(file + owed)
	if errors.Is(err, fs.ErrNotExist) {
		r.Results = results
		return
	}
	var d debt
	if err == nil {
		err = json.Unmarshal(text, &d)
	}
	if err == nil {
		r.Outputs, err = checkOutputs(d)
	}
	if err != nil {
		r.Reason = strings.ReplaceAll(err.Error(), w.Root+string(filepath.Separator), "")
		return
	}
	r.Results = results
}

// discard removes what attempts left whose ends are durable.
func (w *Workshop) discard(keys []string) {
	left := w.leavings(len(keys))
	for _, key := range keys {
		if file := w.resultsFileOf(key); left.of(file) {
			_ = os.Remove(file)
			_ = os.Remove(file + owed)
		}
	}
}

// prepare makes the scratch directory and removes what belongs to no open attempt: a crash
// came between its end and the discard.
func (w *Workshop) prepare(open []plan.AttemptKey) error {
	if w.Scratch == "" {
		return nil
	}
	if err := os.MkdirAll(w.Scratch, 0o755); err != nil {
		return err
	}
	entries, err := os.ReadDir(w.Scratch)
	if err != nil || len(entries) == 0 {
		return err
	}
	keep := make(map[string]bool, len(open))
	for _, key := range open {
		keep[filepath.Base(w.resultsFile(key))] = true
	}
	for _, e := range entries {
		if !keep[strings.TrimSuffix(e.Name(), owed)] {
			_ = os.Remove(filepath.Join(w.Scratch, e.Name()))
		}
	}
	return nil
}

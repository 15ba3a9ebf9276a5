package ui

import (
	"io"
	"time"
)

// Progress shows what goes on while a command works. It belongs to one goroutine, reads no
// clock and writes only when it is told something. Close takes away what will not stay.
type Progress interface {
	Event(Event)   // one thing has happened
	Totals(Totals) // how far everything is, now
	Close()
}

// Event is one change of state, or anything else that happened at an instant. Empty fields
// are left out.
type Event struct {
	Time     time.Time
	Pipeline string
	Interval string // as a person would type it
	Task     string // with its map index: "load[3]"; empty: of the run itself
	From, To string // states
	Words    string // where no state changes: "interval created"
	Try      int
	Tries    int
	Took     time.Duration
	Details  []Detail // "exit" "1", "log" "…"
	Output   []string // the last lines that a failed task printed
}

// Detail is one more thing to know of an event.
type Detail struct{ Name, Value string }

// Totals is the whole at one instant.
type Totals struct {
	Time    time.Time
	Slots   int // 0: nothing of this process runs
	Running int
	Queued  int
	Rows    []Row    // unfinished runs or backfills, the most interesting first
	Tasks   []Active // what runs at this instant, the oldest first
}

// Row is how far one thing is.
type Row struct {
	Label   string // "sales_daily 2026-06-22"
	Running int
	Done    int
	Failed  int
	Total   int
	ETA     time.Duration // 0: unknown
	Words   string        // instead of numbers: "waits for 15:00"
}

// Active is one running task.
type Active struct {
	Label   string
	Since   time.Time
	Typical time.Duration // the median of its past; 0: unknown
}

// NewProgress makes the progress of --progress auto|tty|plain|none. Auto is tty where err is a
// terminal that can move its cursor and no CI runs us, plain elsewhere.
func NewProgress(mode string, w io.Writer, t Terminal, env func(string) string) Progress {
	if mode == "auto" {
		mode = "plain"
		if t.Interactive && env("TERM") != "dumb" && env("CI") == "" {
			mode = "tty"
		}
	}
	switch mode {
	case "tty":
		return &block{w: w, term: t}
	case "plain":
		return &plain{w: w}
	}
	return silent{}
}

type silent struct{}

func (silent) Event(Event)   {}
func (silent) Totals(Totals) {}
func (silent) Close()        {}

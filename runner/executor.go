package runner

import "time"

// Job is one attempt, fully rendered: nothing is resolved after Start.
type Job struct {
	Key     string        // the attempt's for ever, unique in the database; opaque to the executor
	Argv    []string      // executed as is; Argv[0] is looked up in the PATH of Env
	Env     []string      // complete, NAME=value; nothing is inherited
	Dir     string        // working directory, absolute
	Log     string        // absolute path that the output shall have; a silent attempt leaves no file
	Timeout time.Duration // from the start of the process; 0: none
	Grace   time.Duration // between TERM and KILL; 0: 10 s

	// Secrets are names of variables in Env. Their values reach the process, and nothing
	// that stays: in the log, and in the files Masked that the task writes, each is replaced
	// before the end is reported. It is not kept which they were.
	Secrets []string
	Masked  []string
}

// Event is what happened to an attempt.
type Event uint8

// Started comes at most once, then one of Ended and Lost. An attempt that could not start
// has only an Ended.
const (
	Started Event = iota
	Ended         // the process is over, or never was; how is in the report
	Lost          // nobody can say how it ended, and it does not run any more
	Unbegun       // it was never begun and will not be: it is safe to start it
)

// Report is the only word from outside: one event of one attempt.
type Report struct {
	Key    string
	Event  Event
	Time   time.Time // when it happened, by the executor's clock
	PID    int       // of Started
	Signal int       // of Ended: what killed it, or 0

	// ExitCode is that of Ended, or -1 when a signal killed it or nothing started.
	ExitCode int

	// Reason is empty for an attempt that ended by itself, else "timeout", "cancelled",
	// why it could not start, or why it is lost.
	Reason string

	UserCPU   time.Duration // of Ended: the process and the children it waited for
	SystemCPU time.Duration
	MaxRSS    int64 // bytes, of the largest process among them; 0: not known
}

// Executor runs attempts, each at most once. What it holds outlives the runner: tasks go
// on when the runner dies, and the next one adopts them. Its suite is executortest.
type Executor interface {
	// Adopt is called once, before anything else, with every attempt that the database
	// believes open. Each is answered by reports: Started and Ended as they were, Unbegun
	// where the executor knows that it never began it, Lost where it cannot know. What it
	// holds as ended and is not named here is forgotten.
	Adopt(keys []string) error

	// Start hands attempts over, in their order. A second start of a key is harmless. An
	// attempt that cannot start is a report; an error means that the executor itself is
	// out of order.
	Start(jobs []Job) error

	// Cancel asks for an end: TERM, then KILL after the job's grace. It does not wait; the
	// end comes as a report with the reason "cancelled". A key that is unknown or has ended
	// is passed over.
	Cancel(keys []string) error

	// Reports are what happened since the last batch, each event once, in order for a key.
	// The channel is never closed.
	Reports() <-chan []Report

	// Forget says that the end of these attempts is durable in the database: no record
	// of them need be kept.
	Forget(keys []string) error

	// Close lets go. Running tasks are left alone.
	Close() error
}

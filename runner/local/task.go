package local

import (
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// phase is how far a task has come.
//
//	queued --begin--> begun --fork--> running --wait--> ended
//	                    |               '--the keeper dies--> orphaned --> ended | lost
//	                    '--cannot start--> ended
type phase uint8

const (
	queued   phase = iota // to be begun, or begun again
	begun                 // in the journal; a process may or may not exist
	running               // our child
	orphaned              // an earlier keeper's child that still runs
	ended                 // how is known
	lost                  // how is not known
)

// defaultGrace is what a job gets that says nothing.
const defaultGrace = 10 * time.Second

// task is an attempt in the keeper.
type task struct {
	key   string
	phase phase
	place int         // in the queue
	job   *runner.Job // until it runs

	begunAt   time.Time
	startedAt time.Time
	timeout   time.Duration
	grace     time.Duration
	process   process
	output    output

	stopping string    // why it was told to stop, or ""
	stopAt   time.Time // when
	killed   bool

	end runner.Report // of ended and lost
}

// process names a process for ever, as a pid alone does not: it was born between two
// readings of the clock that the system stamps births with.
type process struct {
	pid              int
	earliest, newest int64
}

// alive says whether that very process still runs.
func (p process) alive() bool {
	at, ok := birth(p.pid)
	return ok && p.earliest-birthSlack <= at && at <= p.newest+birthSlack
}

func newTask(job runner.Job) *task {
	t := &task{key: job.Key, job: &job, timeout: job.Timeout, grace: job.Grace}
	if t.grace <= 0 {
		t.grace = defaultGrace
	}
	t.output.log, t.output.shift = job.Log, job.Shift
	return t
}

// written says whether the journal has its beginning: it has a file for its output then.
func (t *task) written() bool { return t.phase != queued || t.output.file != nil }

// live says whether a process runs or may still be started.
func (t *task) live() bool { return t.phase < ended }

func (t *task) started() runner.Report {
	return runner.Report{Key: t.key, Event: runner.Started, Time: t.startedAt, PID: t.process.pid}
}

// history is what the runner should have heard of the task by now.
func (t *task) history() []runner.Report {
	var reports []runner.Report
	if !t.startedAt.IsZero() {
		reports = append(reports, t.started())
	}
	if !t.live() {
		reports = append(reports, t.end)
	}
	return reports
}

// overdue says whether the timeout has passed.
func (t *task) overdue(now time.Time) bool {
	return t.timeout > 0 && t.stopping == "" && now.Sub(t.startedAt) >= t.timeout
}

// stop tells the whole group to end.
func (t *task) stop(now time.Time, why string) {
	t.stopping, t.stopAt = why, now
	if t.process.pid > 0 { // else as soon as there is one
		terminate(t.process.pid)
	}
}

// press kills the group when its grace is over.
func (t *task) press(now time.Time) {
	if t.stopping != "" && !t.killed && now.Sub(t.stopAt) >= t.grace {
		t.killed = true
		kill(t.process.pid)
	}
}

// finish makes the last report from how the process ended.
func (t *task) finish(now time.Time, x exit) {
	t.phase, t.job = ended, nil
	t.end = runner.Report{Key: t.key, Event: runner.Ended, Time: now, ExitCode: x.code, Signal: x.signal,
		Reason: t.stopping, UserCPU: x.user, SystemCPU: x.system, MaxRSS: x.rss}
}

// refuse ends a task that never became a process.
func (t *task) refuse(now time.Time, why string) {
	t.phase, t.job = ended, nil
	t.end = runner.Report{Key: t.key, Event: runner.Ended, Time: now, ExitCode: -1, Reason: why}
}

// lose ends a task of which nobody can say how it ended.
func (t *task) lose(now time.Time, why string) {
	t.phase, t.job = lost, nil
	t.end = runner.Report{Key: t.key, Event: runner.Lost, Time: now, ExitCode: -1, Reason: why}
}

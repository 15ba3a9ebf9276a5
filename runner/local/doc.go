// Package local runs attempts as processes of this machine, so that they outlive the runner.
//
// One small process of ours, the keeper, is the parent of all tasks: it starts them, waits
// for them and writes what happened to a journal before it tells the runner. The Executor is
// the runner's end of a socket to it; when the runner dies the keeper and the tasks go on,
// and the next runner hears true exit codes. When the keeper dies too, the journal and the
// start times of processes tell what still runs, and a begun attempt is never begun again.
//
// # What is promised
//
//   - A key is begun at most once until it is forgotten: its line is in the journal before
//     the process exists. The journal is written with write(2) and not synced: it survives
//     the death of any process, not the loss of power. After a reboot nothing runs any more,
//     so what has no end in the journal is lost, and so is what is not in it.
//   - A task is a process group of its own with /dev/null as its input and one file for
//     both outputs; no pipe ties it to anyone, unless it knows secrets. A timeout or a cancel sends TERM to the
//     group, and KILL after the grace or when the leader has ended, whichever is first.
//   - A task ends when its leader does. What it left in the background after a normal end
//     is left alone, as Airflow does; if nothing had been written by then, what it writes
//     later is not kept.
//   - A task whose keeper was killed runs on under the next keeper, with its timeout, but
//     its exit code went to init: at its end it is lost, and the reason says so.
//   - What a task writes that knows secrets goes through a pipe to the keeper, which puts
//     *** in the place of each value, also where it comes in pieces, and of each of its
//     lines, before it reaches a file. Such a task does not survive its keeper's death for
//     longer than until it next writes. What it leaves in the background writes nowhere.
//   - MaxRSS is what Linux says: a process begins with that of its parent, so it is never
//     less than the keeper's own, some 10 MB.
//   - Timeouts, growing logs and adopted tasks are looked at ten times a second.
//   - A task that opens /dev/stdout or /dev/stderr anew with ">" truncates its own log, as
//     with any output that is a file; ">>" and ">&2" do not.
//
// # Files
//
// The state directory holds keeper.lock (one keeper at a time), keeper.sock or, where that
// path is too long for a socket, keeper.addr that names it, keeper.log (the keeper's own
// troubles), journal, and scratch/ (output of tasks that have not written anything yet).
// A log that was written for longer than a sample has a companion, log+".times", that says
// how long it was when; Lines reads both.
//
// # Systems
//
// Linux is complete. On macOS and the BSDs a process that was forked in the very instant in
// which the keeper was killed is not found again: it is lost while it may run. The BSDs
// cannot tell start times, so after the keeper's death everything open is lost. Windows has
// no process groups and no TERM: a timeout or a cancel ends the leader at once, and a task
// whose keeper was killed is found by its creation time.
package local

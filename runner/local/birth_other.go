//go:build !linux && !darwin && !windows

package local

const birthSlack = 0

// birthClock would be the clock that births are stamped with.
func birthClock() int64 { return 0 }

// birth cannot be told here, so no process of a dead keeper is recognised.
func birth(int) (int64, bool) { return 0, false }

// bootID is not known here and not needed, as nothing is recognised anyway.
func bootID() string { return "" }

// findsWriters says whether writerOf works, so that the line of a start may come late.
const findsWriters = false

// writerOf would find a task that was forked but not written down.
func writerOf(string) (process, bool) { return process{}, false }

// Package runner is the loop: look at the state, decide once, write once, then act.
//
// It is level-triggered. It does not care who wrote the state or which event it missed:
// every turn reads what is active, asks plan.Step and carries out the answer, so a restart
// is just another look. One goroutine owns the state; the executor, the files and other
// processes send it values.
//
// The interfaces to what is outside, Store and Executor, stand here, and each has a suite
// that every implementation passes: storetest and executortest.
package runner

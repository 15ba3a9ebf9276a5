// Package plan decides what happens and touches nothing.
//
// Step is the whole scheduler: from the active world and one instant to the rows to
// change, the attempts to start and to cancel, and the next instant that matters. Clear,
// Backfill and Undo are the orders: from what is stored and what a person asks to the
// exact rows that will change, shown first and applied by the same value.
//
// The package imports no clock, context, operating system, SQL, log or randomness; a test
// enforces it.
package plan

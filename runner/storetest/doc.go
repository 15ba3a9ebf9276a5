// Package storetest says what every runner.Store must do, as tests that each one runs.
//
// The stories are told through the interface alone: decisions go in, worlds come out. The
// last one drives plan.Step through random histories on two handles, one of which looks
// only now and then, and asks after every turn whether both see the same world.
package storetest

package executortest

// groupGone cannot be told where there are no process groups; the suite does not run there.
func groupGone(int) bool { return true }

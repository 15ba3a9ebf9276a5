package plan

import "strconv"

// exitReason says in a few words how an attempt ended.
func exitReason(r Report) string {
	switch {
	case r.Event != Ended:
		return "runner lost it"
	case r.Reason != "":
		return r.Reason
	case r.Signal > 0:
		return "killed by " + signalName(r.Signal)
	}
	return "exit " + strconv.Itoa(r.ExitCode)
}

// signalNames are those of Linux and macOS that agree, and that end processes in practice.
var signalNames = map[int]string{
	1: "SIGHUP", 2: "SIGINT", 3: "SIGQUIT", 4: "SIGILL", 5: "SIGTRAP", 6: "SIGABRT",
	8: "SIGFPE", 9: "SIGKILL", 11: "SIGSEGV", 13: "SIGPIPE", 14: "SIGALRM", 15: "SIGTERM",
}

func signalName(n int) string {
	if name, ok := signalNames[n]; ok {
		return name
	}
	return "signal " + strconv.Itoa(n)
}

package runner

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// ParseKey reads what plan.AttemptKey.String wrote.
func ParseKey(s string) (plan.AttemptKey, error) {
	parts := strings.Split(s, "/")
	if len(parts) != 4 {
		return plan.AttemptKey{}, fmt.Errorf("%q is not the key of an attempt", s)
	}
	run, err1 := strconv.ParseInt(parts[0], 10, 64)
	index, err2 := strconv.Atoi(parts[2])
	try, err3 := strconv.Atoi(parts[3])
	if err1 != nil || err2 != nil || err3 != nil || parts[1] == "" {
		return plan.AttemptKey{}, fmt.Errorf("%q is not the key of an attempt", s)
	}
	return plan.AttemptKey{Run: run, Task: parts[1], MapIndex: index, Try: try}, nil
}

// keys writes attempts for the executor.
func keys(attempts []plan.AttemptKey) []string {
	out := make([]string, len(attempts))
	for i, a := range attempts {
		out[i] = a.String()
	}
	return out
}

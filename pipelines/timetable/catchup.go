package timetable

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// CatchupMode is which of the intervals that are already due the schedule materialises by itself.
type CatchupMode uint8

// The modes; the zero value is the default of a pipeline.
const (
	CatchupFalse  CatchupMode = iota // only the latest complete one
	CatchupTrue                      // all
	CatchupNone                      // nothing that was due at first sight
	CatchupLastN                     // the newest N
	CatchupMaxAge                    // those that fell due no longer than Age ago
)

// Catchup is a mode with its number or age.
type Catchup struct {
	Mode CatchupMode
	N    int
	Age  time.Duration
}

// ParseCatchup reads true, false, none, last:3 or max_age:7d.
func ParseCatchup(s string) (Catchup, error) {
	word, arg, hasArg := strings.Cut(s, ":")
	switch {
	case s == "true":
		return Catchup{Mode: CatchupTrue}, nil
	case s == "false":
		return Catchup{}, nil
	case s == "none":
		return Catchup{Mode: CatchupNone}, nil
	case word == "last" && hasArg:
		n, err := strconv.Atoi(arg)
		if err != nil || n < 1 || arg[0] == '+' {
			return Catchup{}, fmt.Errorf("catchup %q: %q is not a number from 1 up", s, arg)
		}
		return Catchup{Mode: CatchupLastN, N: n}, nil
	case word == "max_age" && hasArg:
		age, err := ParseDuration(arg)
		if err != nil {
			return Catchup{}, fmt.Errorf("catchup %q: %w", s, err)
		}
		return Catchup{Mode: CatchupMaxAge, Age: age}, nil
	}
	return Catchup{}, fmt.Errorf("catchup %q is not one of true, false, none, last:N, max_age:DURATION", s)
}

// String is what ParseCatchup reads.
func (c Catchup) String() string {
	switch c.Mode {
	case CatchupTrue:
		return "true"
	case CatchupNone:
		return "none"
	case CatchupLastN:
		return fmt.Sprintf("last:%d", c.N)
	case CatchupMaxAge:
		return "max_age:" + FormatDuration(c.Age)
	}
	return "false"
}

// Reason is why an interval was passed over.
func (c Catchup) Reason() string {
	switch c.Mode {
	case CatchupLastN:
		return fmt.Sprintf("catchup: last %d", c.N)
	case CatchupMaxAge:
		return "older than " + FormatDuration(c.Age)
	}
	return "catchup: " + c.String()
}

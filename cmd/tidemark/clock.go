package main

import (
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// Now is the clock of the call, standing still: --now, or the machine's time. A --now
// without an offset is read in loc, the pipeline's timezone; nil is UTC, for several.
func (c *call) Now(loc *time.Location) (time.Time, error) {
	text := c.String("now")
	if text == "" {
		return c.program.began.UTC().Truncate(time.Microsecond), nil
	}
	return c.Time("--now", text, loc, false)
}

// StartOf is the instant at which the runner's clock shall start: --now, or zero for the
// machine's own clock. It is what runner.Starting takes.
func (c *call) StartOf(loc *time.Location) (time.Time, error) {
	if c.String("now") == "" {
		return time.Time{}, nil
	}
	return c.Now(loc)
}

// Time reads a time argument; what names it for the error: "--from", "INTERVAL". A text
// without an offset is read in loc; a bare date with endOfDay covers that whole day.
func (c *call) Time(what, text string, loc *time.Location, endOfDay bool) (time.Time, error) {
	if loc == nil {
		loc = time.UTC
	}
	at, err := pipelines.ParseTime(text, loc, endOfDay)
	if err != nil {
		return time.Time{}, usage("bad-time", fmt.Sprintf("%s: %s", what, err), "write 2026-03-01, 2026-03-01T06:00 or 2026-03-01T06:00:00Z")
	}
	return at, nil
}

// TimeFlag reads a flag as Time does; zero when it is not given.
func (c *call) TimeFlag(name string, loc *time.Location, endOfDay bool) (time.Time, error) {
	if !c.IsSet(name) {
		return time.Time{}, nil
	}
	return c.Time("--"+name, c.String(name), loc, endOfDay)
}

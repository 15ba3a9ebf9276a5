package main

import (
	"time"

	"github.com/urfave/cli/v2"
)

// boundFlags are -s and -e, which select intervals by their start, both ends inclusive.
func boundFlags() []cli.Flag {
	return []cli.Flag{
		&cli.StringFlag{Name: "start-date", Aliases: []string{"s"}, Usage: "intervals that start at or after `T`"},
		&cli.StringFlag{Name: "end-date", Aliases: []string{"e"}, Usage: "intervals that start at or before `T`; a bare date is that whole day"},
	}
}

// Bounds reads -s and -e in a pipeline's timezone. A bound that is not given is zero.
func (c *call) Bounds(loc *time.Location) (start, end time.Time, err error) {
	if start, err = c.TimeFlag("start-date", loc, false); err != nil {
		return start, end, err
	}
	if end, err = c.TimeFlag("end-date", loc, true); err != nil {
		return start, end, err
	}
	if !end.IsZero() && end.Before(start) {
		return start, end, usage("end-before-start", "--end-date lies before --start-date", "")
	}
	return start, end, nil
}

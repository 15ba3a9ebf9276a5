package main

import (
	"errors"
	"regexp"
	"time"
)

var stamped = regexp.MustCompile(`\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`)

// inZone rewrites the instants in a sentence, which the planner writes in UTC, as a person
// types them in the pipeline's timezone.
func inZone(text string, loc *time.Location) string {
	return stamped.ReplaceAllStringFunc(text, func(s string) string {
		t, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			return s
		}
		return label(t.Truncate(time.Second), loc)
	})
}

// forPeople puts the instants of a failure into a timezone, unless a program reads it.
func (c *call) forPeople(err error, loc *time.Location) error {
	var f *failure
	if c.JSON() || !errors.As(err, &f) {
		return err
	}
	local := *f
	local.Message, local.Help, local.Problems = inZone(f.Message, loc), inZone(f.Help, loc), nil
	for _, line := range f.Problems {
		local.Problems = append(local.Problems, inZone(line, loc))
	}
	return &local
}

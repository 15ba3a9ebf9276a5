package main

import (
	"errors"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// forPeople puts the instants of a failure into a timezone, unless a program reads it.
func (c *call) forPeople(err error, loc *time.Location) error {
	var f *failure
	if c.JSON() || !errors.As(err, &f) {
		return err
	}
	local := *f
	local.Message, local.Help, local.Problems = pipelines.InZone(f.Message, loc), pipelines.InZone(f.Help, loc), nil
	for _, line := range f.Problems {
		local.Problems = append(local.Problems, pipelines.InZone(line, loc))
	}
	return &local
}

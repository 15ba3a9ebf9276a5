package main

import (
	"maps"
	"slices"
	"strings"

	"github.com/urfave/cli/v2"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// paramFlag gives the runs that an order makes values for their params.
func paramFlag() cli.Flag {
	return &cli.StringSliceFlag{Name: "param", Usage: "give the new runs a value for a param, `NAME=VALUE` (repeatable)"}
}

// paramWords writes the params of a run as --param takes them.
func paramWords(p plan.Params) string {
	values := p.Values()
	words := make([]string, 0, len(values))
	for _, name := range slices.Sorted(maps.Keys(values)) {
		words = append(words, name+"="+pipelines.ParamText(values[name]))
	}
	return strings.Join(words, " ")
}

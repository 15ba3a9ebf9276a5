package main

import (
	"fmt"

	"github.com/tidemark-dev/tidemark/schema"
)

func schemaVerb() *verb {
	return &verb{
		name:    "schema",
		args:    "[FILE]",
		summary: "Print the JSON schema of pipeline files, for editors",
		group:   groupWrite,
		about: `
FILE is pipeline, which goes without saying, or project: the schema of
tidemark.yaml, which refers to the other as the file pipeline.schema.json
beside it. Prints it on standard output, whatever -o says: it is JSON already.
The first line of a YAML file tells an editor where its schema is:
  # yaml-language-server: $schema=../pipeline.schema.json`,
		example: "tidemark schema > pipeline.schema.json",
		run:     runSchema,
	}
}

func runSchema(c *call) error {
	text := schema.Pipeline
	switch file := c.Arg(0); file {
	case "", "pipeline":
	case "project":
		text = schema.Project
	default:
		return usage("unknown-schema", fmt.Sprintf("there is no schema %q", file), "write pipeline, or project for tidemark.yaml")
	}
	_, err := c.Out.Write(text)
	return err
}

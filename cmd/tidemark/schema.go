package main

import "github.com/tidemark-dev/tidemark/schema"

func schemaVerb() *verb {
	return &verb{
		name:    "schema",
		summary: "Print the JSON schema of pipeline files, for editors",
		group:   groupWrite,
		about: `
Prints it on standard output, whatever -o says: it is JSON already. The first
line of a pipeline file tells an editor where it is:
  # yaml-language-server: $schema=../pipeline.schema.json`,
		example: "tidemark schema > pipeline.schema.json",
		run: func(c *call) error {
			_, err := c.Out.Write(schema.Pipeline)
			return err
		},
	}
}

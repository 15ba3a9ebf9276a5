// Package schema holds the formats that Tidemark promises to keep, as files inside the binary.
package schema

import _ "embed"

// Pipeline is the JSON Schema (draft 2020-12) of a pipeline file, for editors and other tools. It describes the
// structure; what goes beyond, such as cycles, only `tidemark validate` sees.
//
//go:embed pipeline.schema.json
var Pipeline []byte

// Project is the JSON Schema of tidemark.yaml. It refers to Pipeline as the file pipeline.schema.json beside it.
//
//go:embed project.schema.json
var Project []byte

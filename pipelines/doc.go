// Package pipelines turns YAML files into pipelines that are known to be right.
// Every file is decoded by hand from its nodes, so that each value keeps its place and all problems of a file are
// found in one pass, each with a code, a message and a hint at what to do next.
// What comes out is immutable: a graph in dependency order, templates that are compiled and type-checked, and
// fingerprints that change exactly when what a task would do changes.
package pipelines

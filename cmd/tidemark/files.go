package main

import (
	"os"
	"strings"
)

// existing is a path in a document: null where no file is.
func existing(path string) *string {
	if _, err := os.Stat(path); err != nil {
		return nil
	}
	return &path
}

// splitCommas reads a repeatable flag whose values may hold several, with commas.
func splitCommas(values []string) []string {
	var out []string
	for _, v := range values {
		out = append(out, strings.Split(v, ",")...)
	}
	return out
}

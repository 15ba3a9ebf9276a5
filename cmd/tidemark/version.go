package main

import (
	"runtime"
	"runtime/debug"
)

// version is set by release builds: -ldflags "-X main.version=0.4.0".
var version = ""

func versionVerb() *verb {
	return &verb{
		name:    "version",
		summary: "Print the version of this program",
		group:   groupOther,
		example: "tidemark version -o json",
		run:     runVersion,
	}
}

// versionDocument is tidemark.version/1.
type versionDocument struct {
	Schema  string `json:"schema"`
	Version string `json:"version"`
	Commit  string `json:"commit"` // empty where the build does not know it
	Go      string `json:"go"`
	OS      string `json:"os"`
	Arch    string `json:"arch"`
}

func runVersion(c *call) error {
	doc := thisVersion()
	if c.JSON() {
		return c.Document(doc)
	}
	c.Printf("tidemark %s\n", doc.Version)
	if doc.Commit != "" {
		c.Printf("commit %s\n", doc.Commit)
	}
	c.Printf("%s %s/%s\n", doc.Go, doc.OS, doc.Arch)
	return nil
}

// thisVersion asks the build: a release's number, a module's version, or "dev".
func thisVersion() versionDocument {
	doc := versionDocument{
		Schema: "tidemark.version/1", Version: version,
		Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH,
	}
	info, ok := debug.ReadBuildInfo()
	if !ok {
		info = &debug.BuildInfo{}
	}
	if v := info.Main.Version; doc.Version == "" && v != "(devel)" {
		doc.Version = v
	}
	if doc.Version == "" {
		doc.Version = "dev"
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" {
			doc.Commit = s.Value
		}
	}
	return doc
}

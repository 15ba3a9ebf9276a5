package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/tidemark-dev/tidemark/schema"
)

func initVerb() *verb {
	return &verb{
		name:    "init",
		args:    "[DIR]",
		summary: "Begin a project: a first pipeline, ready to run",
		group:   groupWrite,
		about: `
Writes pipelines/hello.yaml, tidemark.yaml, a JSON schema for your editor and a
line for .tidemark/ in .gitignore, into DIR (default: here). What exists already
is left as it is.`,
		example: "tidemark init weather",
		run:     runInit,
	}
}

const helloFile = `# yaml-language-server: $schema=../pipeline.schema.json
pipeline: hello
schedule: "@daily"
start_date: 2024-01-01
tasks:
  greet: {run: echo "Hello from $TIDEMARK_INTERVAL_START_DATE"}
`

const settingsFile = `# What the pipelines of this project share. Every key is optional.
parallelism: 4   # tasks running at once
`

const ignoreLine = ".tidemark/"

// initDocument is tidemark.init/1. Paths are relative to root.
type initDocument struct {
	Schema   string   `json:"schema"`
	Root     string   `json:"root"`
	Created  []string `json:"created"`
	Existing []string `json:"existing"`
}

func runInit(c *call) error {
	if c.IsSet("project") && c.Arg(0) != "" {
		return usage("conflicting-flags", "--project and DIR both say where", "leave one of them out")
	}
	dir := c.Arg(0)
	if dir == "" {
		dir = c.String("project")
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("cannot tell where %q is: %w", dir, err)
	}
	doc, err := begin(root)
	if err != nil {
		return err
	}
	if c.JSON() {
		return c.Document(doc)
	}
	c.tellInit(doc, dir)
	return nil
}

// begin writes what is not there yet.
func begin(root string) (initDocument, error) {
	doc := initDocument{Schema: "tidemark.init/1", Root: root}
	files := []struct{ path, text string }{
		{"pipelines/hello.yaml", helloFile},
		{"tidemark.yaml", settingsFile},
		{"pipeline.schema.json", string(schema.Pipeline)},
	}
	for _, f := range files {
		created, err := writeNew(filepath.Join(root, filepath.FromSlash(f.path)), f.text)
		if err != nil {
			return doc, err
		}
		doc.note(f.path, created)
	}
	created, err := ignore(filepath.Join(root, ".gitignore"))
	doc.note(".gitignore", created)
	return doc, err
}

func (d *initDocument) note(path string, created bool) {
	if created {
		d.Created = append(d.Created, path)
	} else {
		d.Existing = append(d.Existing, path)
	}
}

// writeNew writes a file unless there is one.
func writeNew(path, text string) (created bool, err error) {
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		return false, cannotBegin(err)
	}
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, fs.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, cannotBegin(err)
	}
	_, err = f.WriteString(text)
	return err == nil, cannotBegin(errors.Join(err, f.Close()))
}

// ignore adds the line for .tidemark/ to a .gitignore that has none.
func ignore(path string) (added bool, err error) {
	text, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return false, cannotBegin(err)
	}
	for line := range strings.Lines(string(text)) {
		if slices.Contains([]string{".tidemark", ignoreLine, "/.tidemark", "/.tidemark/"}, strings.TrimSpace(line)) {
			return false, nil
		}
	}
	if len(text) > 0 && text[len(text)-1] != '\n' {
		text = append(text, '\n')
	}
	text = append(text, ignoreLine+"\n"...)
	if err := os.WriteFile(path, text, 0o666); err != nil {
		return false, cannotBegin(err)
	}
	return true, nil
}

func cannotBegin(err error) error {
	if err == nil {
		return nil
	}
	return &failure{Code: "cannot-write", Exit: exitUsage, Message: "cannot begin a project: " + err.Error(),
		Help: "choose a directory that you may write to: tidemark init DIR"}
}

func (c *call) tellInit(doc initDocument, dir string) {
	for _, f := range doc.Created {
		c.Printf("%s %s\n", c.Term.Green("created"), f)
	}
	for _, f := range doc.Existing {
		c.Printf("%s  %s\n", c.Term.Dim("exists"), f)
	}
	c.Note("")
	c.Note("Next:")
	if dir != "" && dir != "." {
		c.Note("  cd %s", dir)
	}
	c.Note("  tidemark validate")
	c.Note("  tidemark simulate hello --count 3")
	c.Note("  tidemark run --until-idle")
}

package schema

import (
	"embed"
	"fmt"
	"io/fs"
	"strconv"
)

//go:embed *.sql
var files embed.FS

// Migration is one step of the database's schema: the file NNN_name.sql.
type Migration struct {
	Version int
	Name    string
	SQL     string
}

// Migrations are all steps in order, numbered from 1 without a gap.
func Migrations() []Migration {
	names, err := fs.Glob(files, "*.sql") // sorted
	if err != nil {
		panic(err)
	}
	steps := make([]Migration, len(names))
	for i, name := range names {
		text, err := files.ReadFile(name)
		if err != nil {
			panic(err)
		}
		version, err := strconv.Atoi(name[:3])
		if err != nil || version != i+1 {
			panic(fmt.Sprintf("schema/%s: step %d is expected here", name, i+1))
		}
		steps[i] = Migration{version, name, string(text)}
	}
	return steps
}

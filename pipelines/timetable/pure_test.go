package timetable

import (
	"go/build"
	"os"
	"slices"
	"strings"
	"testing"
)

func TestThePackageIsArithmeticAlone(t *testing.T) {
	pkg, err := build.ImportDir(".", 0)
	if err != nil {
		t.Fatal(err)
	}
	allowed := strings.Fields("fmt iter math math/bits slices sort strconv strings time")
	for _, path := range pkg.Imports {
		if !slices.Contains(allowed, path) {
			t.Errorf("imports %s", path)
		}
	}
	for _, file := range pkg.GoFiles {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, word := range []string{"time.Now", "time.Since", "time.Until", "time.Local", "time.LoadLocation"} {
			if strings.Contains(string(text), word) {
				t.Errorf("%s uses %s", file, word)
			}
		}
	}
}

package local

import (
	"os"
	"path/filepath"
	"testing"
	"time"
)

func TestTheLinesOfALogHaveTheTimeOfTheRunnersClock(t *testing.T) {
	dir := t.TempDir()
	o := output{scratch: filepath.Join(dir, "1"), log: filepath.Join(dir, "log"), shift: -48 * time.Hour}
	file, err := os.Create(o.scratch)
	must(t, err)
	o.file = file
	_, err = file.WriteString("one\n")
	must(t, err)
	at := time.Date(2024, 1, 5, 12, 0, 0, 0, time.UTC)
	must(t, o.sample(at))
	_, err = file.WriteString("two\n")
	must(t, err)
	_, err = o.finish(at.Add(time.Second))
	must(t, err)
	lines, err := Lines(o.log, time.Time{})
	must(t, err)
	var got []time.Time
	for l := range lines {
		got = append(got, l.Time)
	}
	if want := at.Add(-48 * time.Hour); len(got) != 2 || !got[0].Equal(want) || !got[1].Equal(want.Add(time.Second)) {
		t.Errorf("the lines have the times %v", got)
	}
}

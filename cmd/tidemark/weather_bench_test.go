package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"
)

// The whole catch-up of the weather example, 4,383 task instances, against a plain shell
// loop that runs the same scripts for the same days with the same parallelism, in turn in
// the same run. The figure is their ratio: what the runner costs above the work itself.
//
//	go test ./cmd/tidemark -run '^$' -bench WeatherCatchup -benchtime 3x
func BenchmarkWeatherCatchup(b *testing.B) {
	const jobs = 4
	binary := filepath.Join(b.TempDir(), "tidemark")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	example, err := filepath.Abs("../../examples/weather")
	if err != nil {
		b.Fatal(err)
	}
	var ours, loop time.Duration
	for b.Loop() {
		project := filepath.Join(b.TempDir(), "weather")
		if err := os.CopyFS(project, os.DirFS(example)); err != nil {
			b.Fatal(err)
		}
		loop += timed(b, project, "sh", "loop.sh", filepath.Join(project, "loop"), strconv.Itoa(jobs))
		ours += timed(b, project, binary, "run", "--until-idle", "--progress", "none",
			"--db", filepath.Join(project, "state.db"), "-j", strconv.Itoa(jobs))
	}
	b.ReportMetric(ours.Seconds()/loop.Seconds(), "x-of-shell-loop")
	b.ReportMetric(ours.Seconds()/float64(b.N), "s-tidemark")
	b.ReportMetric(loop.Seconds()/float64(b.N), "s-loop")
}

func timed(b *testing.B, dir, name string, args ...string) time.Duration {
	b.Helper()
	cmd := exec.Command(name, args...)
	cmd.Dir = dir
	begin := time.Now()
	if out, err := cmd.CombinedOutput(); err != nil {
		b.Fatalf("%s: %v\n%s", name, err, out)
	}
	return time.Since(begin)
}

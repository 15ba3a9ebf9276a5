//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// TestOrdersOnAGeneratedPipelineOf500Tasks gives orders at the command line on a pipeline of
// 500 tasks: on 20 intervals, or on as many as TIDEMARK_SCALE has for 500 task instances
// each. 1,000,000 are 2,000 intervals.
func TestOrdersOnAGeneratedPipelineOf500Tasks(t *testing.T) {
	if testing.Short() {
		t.Skip("builds the program and makes ten thousand task instances: not with -short")
	}
	const tasks = 500
	intervals := 20
	if n, err := strconv.Atoi(os.Getenv("TIDEMARK_SCALE")); err == nil {
		intervals = max(n/tasks, 20)
	}
	w := newWreck(t, rand.New(rand.NewPCG(1, 1)))
	text, needs := generated(tasks)
	if err := os.WriteFile(filepath.Join(w.dir, "pipelines", "big.yaml"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	day := func(n int) string { return first.AddDate(0, 0, n).Format(time.DateOnly) }
	now := "--now=" + day(intervals+1)
	took := func(args ...string) []byte {
		began := time.Now()
		out := w.must(append(args, now)...)
		t.Logf("%6.2f s  tidemark %s", time.Since(began).Seconds(), strings.Join(args, " "))
		return out
	}
	took("backfill", "big", "-s", day(0), "-e", day(intervals-1), "-y")
	took("mark", "big", "--as", "success", "--run", "--all", "-y")

	root := "fact_3"
	want := map[string]bool{root: true} // and what follows, by a walk of our own
	for grown := true; grown; {
		grown = false
		for task, ups := range needs {
			for _, up := range ups {
				if want[up] && !want[task] {
					want[task], grown = true, true
				}
			}
		}
	}
	from, to := intervals/4, intervals/2
	document := func(args ...string) (p plan.Plan) {
		t.Helper()
		if err := json.Unmarshal(took(append(args, "-o", "json")...), &p); err != nil {
			t.Fatal(err)
		}
		return p
	}
	flags := []string{"clear", "big", "-t", "^" + root + "$", "-d", "-s", day(from), "-e", day(to)}
	p := document(append(flags, "--dry-run")...)
	seen := map[string]bool{}
	for _, r := range p.Instances {
		key := r.Task + r.IntervalStart.String()
		if !want[r.Task] || seen[key] || r.IntervalStart.Before(first.AddDate(0, 0, from)) || r.IntervalStart.After(first.AddDate(0, 0, to)) {
			t.Fatalf("%s of %s is in the plan, seen before: %v", r.Task, r.IntervalStart, seen[key])
		}
		seen[key] = true
	}
	if n := len(want) * (to - from + 1); len(p.Instances) != n || p.Counts.Instances != n || p.Counts.Intervals != to-from+1 {
		t.Errorf("%d rows are planned, not %d", len(p.Instances), n)
	}
	same := document("clear", "--select", fmt.Sprintf("pipeline=big task=%s+ interval=%s..%s", root, day(from), day(to)), "--dry-run")
	if same.Digest != p.Digest {
		t.Error("flags and text give different plans")
	}
	done := document(append(flags, "-y")...)
	if done.Digest != p.Digest || done.Operation == nil {
		t.Errorf("applied is %s, shown was %s", done.Digest, p.Digest)
	}
	again := document(append(flags, "--dry-run")...)
	if len(again.Instances) != 0 || len(again.Untouched) != len(p.Instances) {
		t.Errorf("what waits already is %d rows, and %d change again", len(again.Untouched), len(again.Instances))
	}
	undone := document("undo", fmt.Sprint(*done.Operation), "-y")
	if len(undone.Instances) != len(p.Instances) || len(undone.Untouched) != 0 {
		t.Errorf("%d rows are given back, %d are not", len(undone.Instances), len(undone.Untouched))
	}
	if back := document(append(flags, "--dry-run")...); back.Digest != p.Digest {
		t.Error("after the undo the plan is another one")
	}
	took("clear", "big", "--all", "--dry-run")
	took("clear", "big", "--all", "-y")
}

// generated is a pipeline in three layers, and what each task needs.
func generated(tasks int) (text string, needs map[string][]string) {
	needs = map[string][]string{}
	var b strings.Builder
	b.WriteString("schedule: \"@daily\"\nstart_date: 2030-01-01\ntasks:\n")
	stages, facts := tasks/5, tasks*2/5
	add := func(name string, ups ...string) {
		needs[name] = ups
		fmt.Fprintf(&b, "  %s: {needs: [%s], run: \"true\"}\n", name, strings.Join(ups, ", "))
	}
	for i := range stages {
		add(fmt.Sprintf("stage_%d", i))
	}
	for i := range facts {
		add(fmt.Sprintf("fact_%d", i), fmt.Sprintf("stage_%d", i%stages), fmt.Sprintf("stage_%d", (i*7+1)%stages))
	}
	for i := range tasks - stages - facts {
		add(fmt.Sprintf("mart_%d", i), fmt.Sprintf("fact_%d", i%facts), fmt.Sprintf("fact_%d", (i*3+1)%facts))
	}
	return b.String(), needs
}

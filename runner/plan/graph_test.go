package plan

import (
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// day0 is the start of the first interval in most tests: a Sunday.
var day0 = time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)

func day(n int) time.Time { return day0.AddDate(0, 0, n) }

func daily(n int) timetable.Interval { return timetable.Interval{Start: day(n), End: day(n + 1)} }

// graph makes a pipeline named p, daily from day0, from edges: "a > b > c, a > d:all_done".
// A name may carry a trigger rule, a number of retries ("x:retries=2"), "allowed", "setup"
// and what it tears down ("x:undoes=s+t"), each behind a colon, where it stands first.
func graph(t testing.TB, edges string) *pipelines.Pipeline {
	t.Helper()
	p := &pipelines.Pipeline{Name: "p", Location: time.UTC, Start: day0, MaxActiveRuns: 16}
	tasks := map[string]*pipelines.Task{}
	for _, chain := range strings.Split(edges, ",") {
		var before *pipelines.Task
		for _, word := range strings.Split(chain, ">") {
			task := node(t, p, tasks, strings.TrimSpace(word))
			if before != nil {
				task.Needs = append(task.Needs, before.ID)
			}
			before = task
		}
	}
	if err := pipelines.Build(p); err != nil {
		t.Fatal(err)
	}
	schedule(t, p, timetable.Catchup{Mode: timetable.CatchupTrue})
	return p
}

func node(t testing.TB, p *pipelines.Pipeline, tasks map[string]*pipelines.Task, word string) *pipelines.Task {
	t.Helper()
	id, rest, _ := strings.Cut(word, ":")
	task := tasks[id]
	if task == nil {
		task = &pipelines.Task{ID: id, SkipExitCode: 99, RetryDelay: time.Minute}
		tasks[id] = task
		p.Tasks = append(p.Tasks, task)
	}
	for _, option := range strings.Split(rest, ":") {
		undone, isTeardown := strings.CutPrefix(option, "undoes=")
		n, isRetries := strings.CutPrefix(option, "retries=")
		rule, isRule := pipelines.ParseTriggerRule(option)
		switch {
		case option == "":
		case isRetries:
			task.Retries = int(n[0] - '0')
		case option == "setup":
			task.Setup = true
		case isTeardown:
			task.Teardown = strings.Split(undone, "+")
			task.TriggerRule, task.AllowFailure = pipelines.AllDoneSetupSuccess, true
		case option == "decides":
			task.AllowFailure = false
		case option == "exponential":
			task.RetryBackoff = pipelines.Exponential
		case option == "past" || option == "downstream":
			task.DependsOnPast, task.WaitForDownstream = true, option == "downstream"
		case option == "allowed":
			task.AllowFailure = true
		case isRule:
			task.TriggerRule = rule
		default:
			t.Fatalf("no option %q", option)
		}
	}
	return task
}

// schedule gives a pipeline a daily timetable from day0 and a policy.
func schedule(t testing.TB, p *pipelines.Pipeline, c timetable.Catchup) {
	t.Helper()
	tt, err := timetable.New(timetable.Spec{Cron: "@daily", Start: p.Start})
	if err != nil {
		t.Fatal(err)
	}
	p.Timetable, p.Catchup = tt, c
}

// file makes a pipeline from YAML, for what only a file can say.
func file(t testing.TB, text string) *pipelines.Pipeline {
	t.Helper()
	p, problems := pipelines.Parse("p.yaml", []byte(text), nil, nil)
	if p == nil {
		t.Fatal(problems)
	}
	return p
}

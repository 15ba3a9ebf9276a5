package pipelines

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

func mustParse(t testing.TB, src string, s *Settings) *Pipeline {
	t.Helper()
	p, problems := Parse("pipelines/file_name.yaml", []byte(src), s, nil)
	if p == nil {
		t.Fatal(problems)
	}
	return p
}

func TestEveryKeyOfAPipelineReachesIt(t *testing.T) {
	p := mustParse(t, `
pipeline: stats
description: Daily
owner: data
tags: [a, b]
schedule: {cron: "0 5 * * *", align: day, delay: 2h}
timezone: Europe/Amsterdam
start_date: 2024-01-01
end_date: 2024-12-31
catchup: {last: 3}
max_active_runs: 4
env: {A: x}
tasks: {a: echo $TIDEMARK_INTERVAL_START}
`, nil)
	if p.Name != "stats" || p.File != "pipelines/file_name.yaml" || p.Description != "Daily" || p.Owner != "data" || !slices.Equal(p.Tags, []string{"a", "b"}) {
		t.Errorf("%+v", p)
	}
	if p.Schedule != "0 5 * * *, aligned to the day, 2h late" || p.Location.String() != "Europe/Amsterdam" || p.MaxActiveRuns != 4 || p.Env[0].Name != "A" {
		t.Errorf("%+v", p)
	}
	if got := p.Start.Format(time.RFC3339); got != "2023-12-31T23:00:00Z" {
		t.Errorf("start %s", got)
	}
	if got := p.End.Format(time.RFC3339Nano); got != "2024-12-31T22:59:59.999999Z" {
		t.Errorf("end %s", got)
	}
	if p.Catchup != (timetable.Catchup{Mode: timetable.CatchupLastN, N: 3}) {
		t.Errorf("catchup %+v", p.Catchup)
	}
	for first := range p.Timetable.Periods() {
		if got := fmt.Sprint(first.Start.UTC().Format(time.RFC3339), " ", first.Due.UTC().Format(time.RFC3339)); got != "2023-12-31T23:00:00Z 2024-01-02T06:00:00Z" {
			t.Errorf("first interval %s", got)
		}
		break
	}
}

func TestAPipelineThatSaysLittleHasTheDefaults(t *testing.T) {
	p := mustParse(t, "tasks: {a: echo}", nil)
	task := p.Tasks[0]
	if p.Name != "file_name" || p.Timetable != nil || p.Schedule != "" || p.Location != time.UTC || p.MaxActiveRuns != 16 || p.Catchup.Mode != timetable.CatchupFalse {
		t.Errorf("%+v", p)
	}
	if task.Retries != 0 || task.RetryDelay != 5*time.Minute || task.Timeout != 0 || task.TriggerRule != AllSuccess || task.SkipExitCode != 99 || task.AllowFailure || task.When != nil || task.Workdir != nil {
		t.Errorf("%+v", task)
	}
	if task.Pos != (Pos{"pipelines/file_name.yaml", 1, 9}) {
		t.Errorf("%+v", task.Pos)
	}
}

func TestCatchupIsReadInAllItsForms(t *testing.T) {
	for text, want := range map[string]string{"true": "true", "false": "false", "none": "none", "{last: 3}": "last:3", "{max_age: 1w}": "max_age:7d"} {
		p := mustParse(t, "schedule: '@daily'\nstart_date: 2024-01-01\ncatchup: "+text+"\ntasks: {a: 'echo ${{ ds }}'}\n", nil)
		if got := p.Catchup.String(); got != want {
			t.Errorf("%s: %s", text, got)
		}
	}
}

func TestDefaultsComeFromTheProjectThenThePipelineThenTheTask(t *testing.T) {
	s, problems := ParseSettings(SettingsFile, []byte("defaults: {retries: 1, retry_delay: 1m, timeout: 1h, trigger_rule: all_done}\nstate_dir: .s\nlog_dir: /logs\nenv: {A: 1, B: 2}\n"))
	if len(problems) > 0 || s.StateDir != ".s" || s.LogDir != "/logs" {
		t.Fatal(s, problems)
	}
	p := mustParse(t, `
defaults: {retries: 2, retry_delay: 2m}
env: {B: 3}
tasks:
  a: {run: echo, retries: 3, workdir: "/tmp/${{ env.B }}", skip_exit_code: none, allow_failure: true, env: {C: 4}}
`, s)
	task := p.Tasks[0]
	if task.Retries != 3 || task.RetryDelay != 2*time.Minute || task.Timeout != time.Hour || task.TriggerRule != AllDone || task.SkipExitCode != -1 || !task.AllowFailure {
		t.Errorf("%+v", task)
	}
	command, err := task.Command(&Context{})
	if err != nil || command.Dir != "/tmp/3" || !slices.Equal(command.Env, []KV{{"A", "1"}, {"B", "3"}, {"C", "4"}}) || strings.Join(command.Argv, " ") != "sh -c echo" {
		t.Errorf("%+v, %v", command, err)
	}
}

func TestAPipelineThatSaysNothingIsAsTheProjectSays(t *testing.T) {
	s, problems := ParseSettings(SettingsFile, []byte("timezone: Europe/Amsterdam\ncatchup: {last: 2}\nmax_active_runs: 3\nmax_active_tasks: {per_run: 2, per_pipeline: 5}\nrun_timeout: 1h\n"))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	const begin = "schedule: '@daily'\nstart_date: 2024-01-01\ntasks: {a: 'echo ${{ ds }}'}\n"
	for text, want := range map[string]string{
		begin: "2023-12-31T23:00:00Z last:2 3 2 5 1h0m0s",
		begin + "timezone: UTC\ncatchup: true\nmax_active_runs: 1\nmax_active_tasks: 4\nrun_timeout: 1m\n": "2024-01-01T00:00:00Z true 1 4 0 1m0s",
	} {
		p := mustParse(t, text, s)
		got := fmt.Sprintln(p.Start.UTC().Format(time.RFC3339), p.Catchup, p.MaxActiveRuns, p.MaxActiveTasksPerRun, p.MaxActiveTasks, p.RunTimeout)
		if got = strings.TrimSpace(got); got != want {
			t.Errorf("%s\n got %s\nwant %s", text, got, want)
		}
	}
}

func TestACommandIsForTheShellOrAList(t *testing.T) {
	p := mustParse(t, "params: {x: $(rm -rf /)}\ntasks:\n  a: [echo, '${{ params.x }}', 1, true, 1.10]\n  b: {run: echo 1.10 'x'}\n  c: true\n", nil)
	for i, want := range [][]string{{"echo", "$(rm -rf /)", "1", "true", "1.10"}, {"sh", "-c", "echo 1.10 'x'"}, {"sh", "-c", "true"}} {
		if command, err := p.Tasks[i].Command(&Context{}); err != nil || !slices.Equal(command.Argv, want) {
			t.Errorf("%q, %v", command.Argv, err)
		}
	}
}

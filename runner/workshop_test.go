package runner_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines/timetable"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

func TestATaskGetsACleanEnvironment(t *testing.T) {
	p := parse(t, `
timezone: America/Los_Angeles
schedule: "@daily"
start_date: 2014-03-01
env: {DAY: "${{ ds }}"}
tasks: {a: {run: 'echo "$DAY"', workdir: sub}}
`)
	w := &runner.Workshop{Root: "/project", Commit: runner.Commit{ID: "abc"},
		Environ: []string{"PATH=/bin", "LC_ALL=C", "SECRET=s", "TIDEMARK_TRACE=1", "HOMEBREW=x", "HOME=/home/anna"}}
	start := time.Date(2014, 3, 9, 8, 0, 0, 0, time.UTC) // the day on which the clocks change
	cmd, err := w.Command(runner.Subject{Def: p, Task: p.Tasks[0], Run: 7, Kind: plan.Scheduled, MapIndex: -1, Try: 2,
		Interval: timetable.Interval{Start: start, End: start.Add(23 * time.Hour)}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"DAY=2014-03-09", "HOME=/home/anna", "LC_ALL=C", "PATH=/bin", "TIDEMARK_COMMIT=abc",
		"TIDEMARK_INTERVAL_END=2014-03-10T07:00:00Z", "TIDEMARK_INTERVAL_START=2014-03-09T08:00:00Z",
		"TIDEMARK_INTERVAL_START_DATE=2014-03-09", "TIDEMARK_INTERVAL_START_LOCAL=2014-03-09T00:00:00-08:00",
		"TIDEMARK_PIPELINE=p", "TIDEMARK_PROJECT=/project", "TIDEMARK_RUN=7", "TIDEMARK_TASK=a", "TIDEMARK_TRY=2"}
	if !slices.Equal(cmd.Env, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(cmd.Env, "\n"), strings.Join(want, "\n"))
	}
	if cmd.Dir != "/project/sub" || !slices.Equal(cmd.Argv, []string{"sh", "-c", `echo "$DAY"`}) {
		t.Errorf("%q in %s", cmd.Argv, cmd.Dir)
	}
}

func TestALogStandsWhereAPersonLooksForIt(t *testing.T) {
	at := func(s string) time.Time {
		v, err := time.Parse(time.RFC3339Nano, s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct{ start, want string }{
		{"2014-03-05T00:00:00Z", "/logs/p/2014-03-05/load.2.log"},
		{"2014-03-05T00:00:00-08:00", "/logs/p/2014-03-05T0800Z/load.2.log"},
		{"2014-03-05T00:00:01Z", "/logs/p/2014-03-05T000001Z/load.2.log"},
		{"2014-03-05T00:00:00.000001Z", "/logs/p/2014-03-05T000000.000001Z/load.2.log"},
	} {
		if got := runner.LogFile("/logs", "p", at(c.start), "load", -1, 2); got != c.want {
			t.Errorf("%s: %s", c.start, got)
		}
	}
	if got := runner.LogFile("/logs", "p", at("2014-03-05T00:00:00Z"), "load", 3, 1); got != "/logs/p/2014-03-05/load[3].1.log" {
		t.Error(got)
	}
}

func TestKeysAreReadAsTheyAreWritten(t *testing.T) {
	want := plan.AttemptKey{Run: 17, Task: "calc-1.b_2", MapIndex: -1, Try: 3}
	if got, err := runner.ParseKey(want.String()); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	for _, bad := range []string{"", "17", "17/a/-1", "x/a/-1/1", "17//-1/1", "17/a/b/1", "17/a/-1/x", "17/a/-1/1/2"} {
		if key, err := runner.ParseKey(bad); err == nil {
			t.Errorf("%q is read as %+v", bad, key)
		}
	}
}

func TestAShiftedClockRunsOnFromItsInstant(t *testing.T) {
	begin := time.Date(2016, 1, 1, 0, 0, 0, 0, time.UTC)
	c := runner.Starting(begin)
	if got := c.Now().Sub(begin); got < -time.Millisecond || got > time.Minute {
		t.Errorf("it shows %s", c.Now())
	}
	if machine := time.Now(); c.Of(machine.Add(time.Hour)).Sub(c.Of(machine)) != time.Hour {
		t.Error("it runs at another speed")
	}
}

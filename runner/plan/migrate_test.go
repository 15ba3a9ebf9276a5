package plan

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// daysOf is a scope whose runs are the days of a schedule at midnight, the last of which
// is the live schedule's newest.
func daysOf(t *testing.T, days int, change string) *PipelineScope {
	t.Helper()
	def, problems := pipelines.Parse("p.yaml", []byte(change), nil, nil)
	if problems.Errors() > 0 {
		t.Fatal(problems)
	}
	s := &PipelineScope{Name: "p", Def: def}
	for d := range days {
		start := time.Date(2024, 1, 1+d, 0, 0, 0, 0, time.UTC)
		v := timetable.Interval{Start: start, End: start.AddDate(0, 0, 1)}
		s.Runs = append(s.Runs, &Run{ID: int64(d + 1), Pipeline: "p", Interval: v, State: RunSuccess})
		s.Last = v
	}
	return s
}

func TestMigrateSaysWhatAChangedScheduleMeans(t *testing.T) {
	const tasks = "\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n"
	noon := time.Date(2024, 1, 5, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name, yaml                          string
		kept, offGrid, missing, made, cross int
		firstMade                           string
	}{
		{"unchanged_keeps_all_and_makes_what_is_due", `schedule: "@daily"` + "\nstart_date: 2024-01-01" + tasks, 3, 0, 0, 1, 0, "2024-01-04T00:00:00Z"},
		{"another_hour_bridges_and_leaves_the_old_runs", `schedule: "0 6 * * *"` + "\nstart_date: 2024-01-01" + tasks, 0, 3, 0, 2, 2, "2024-01-04T00:00:00Z"},
		{"an_earlier_start_is_missing_not_made", `schedule: "@daily"` + "\nstart_date: 2023-12-30" + tasks, 3, 0, 2, 1, 0, "2024-01-04T00:00:00Z"},
		{"a_later_start_leaves_a_gap_that_is_named", `schedule: "@daily"` + "\nstart_date: 2024-01-10" + tasks, 3, 0, 1, 0, 0, ""},
		{"a_later_start_leaves_a_gap_before_what_is_made", `schedule: "@hourly"` + "\nstart_date: 2024-01-05" + tasks, 0, 3, 24, 12, 0, "2024-01-05T00:00:00Z"},
		{"hours_overlap_the_days_that_exist", `schedule: "@hourly"` + "\nstart_date: 2024-01-01" + tasks, 0, 3, 0, 36, 69, "2024-01-04T00:00:00Z"},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Migrate(noon, []*PipelineScope{daysOf(t, 3, c.yaml)})
			got := map[string]int{}
			first := ""
			for _, r := range p.Runs {
				got[string(r.Action)]++
				if r.Action == Create && first == "" {
					first = r.IntervalStart.Format(time.RFC3339)
				}
			}
			for _, u := range p.Untouched {
				got[u.State]++
			}
			if got["none"] != c.kept || got["success"] != c.offGrid || got["missing"] != c.missing || got["create"] != c.made || got["overlaps"] != c.cross || first != c.firstMade {
				t.Errorf("got %v, first made %s", got, first)
			}
		})
	}
}

func TestMigrateIsWhatStepDoes(t *testing.T) {
	s := daysOf(t, 3, "schedule: '0 6 * * *'\nstart_date: 2024-01-01\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n")
	now := time.Date(2024, 1, 6, 12, 0, 0, 0, time.UTC)
	planned := Migrate(now, []*PipelineScope{s})
	d := Step(now, &World{Pipelines: []*PipelineState{{Name: "p", Def: s.Def, Last: s.Last}}, Parallelism: 1})
	var want []timetable.Interval
	for _, r := range planned.Runs {
		if r.Action == Create {
			want = append(want, timetable.Interval{Start: r.IntervalStart, End: r.IntervalEnd})
		}
	}
	if len(d.Create) != len(want) {
		t.Fatalf("the loop makes %d runs, the plan says %d", len(d.Create), len(want))
	}
	for i, c := range d.Create {
		if c.Interval != want[i] {
			t.Errorf("the loop makes %v, the plan says %v", c.Interval, want[i])
		}
	}
}

func TestMigrateMakesNothingOverWhatAnOrderHasMade(t *testing.T) {
	s := daysOf(t, 3, "schedule: '0 6 * * *'\nstart_date: 2024-01-01\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n")
	at := func(day, hour int) time.Time { return time.Date(2024, 1, day, hour, 0, 0, 0, time.UTC) }
	s.Runs = append(s.Runs, // beyond where the schedule stands: one that fits, and one of the old grid
		&Run{ID: 7, Pipeline: "p", Interval: timetable.Interval{Start: at(4, 6), End: at(5, 6)}},
		&Run{ID: 8, Pipeline: "p", Interval: timetable.Interval{Start: at(6, 0), End: at(7, 0)}})
	p := Migrate(at(8, 12), []*PipelineScope{s})
	var got []string
	for _, r := range p.Runs {
		if r.Action == Create {
			got = append(got, r.IntervalStart.Format("02T15"))
		}
	}
	for _, u := range p.Untouched {
		if u.State == "overlaps" && u.IntervalStart.After(at(4, 0)) {
			got = append(got, "over "+u.IntervalStart.Format("02T15"))
		}
	}
	if want := "[04T00 07T06 over 05T06 over 06T06]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// What a policy has passed over is on record. On another grid it is still that, and not
// missing; only what no record and no run covers is.
func TestWhatAPolicyHasPassedOverIsNotMissingOnAnotherGrid(t *testing.T) {
	noon := time.Date(2024, 1, 5, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		schedule string
		missing  int
	}{{"@daily", 2}, {"@hourly", 2 * 24}, {"0 6 * * *", 2}} {
		s := daysOf(t, 4, fmt.Sprintf("schedule: %q\nstart_date: 2023-12-25\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n", c.schedule))
		day := func(n int) timetable.Interval {
			start := time.Date(2023, 12, n, 0, 0, 0, 0, time.UTC)
			return timetable.Interval{Start: start, End: start.AddDate(0, 0, 1)}
		}
		s.Skipped = []timetable.Stretch{{First: day(25), Last: day(29), Count: 5, Reason: "catchup: false"}}
		missing := 0
		for _, u := range Migrate(noon, []*PipelineScope{s}).Untouched {
			if u.State == "missing" {
				missing++
			}
		}
		if missing != c.missing {
			t.Errorf("%s: %d are missing, not %d", c.schedule, missing, c.missing)
		}
	}
}

// TestMigrateMissesNothingThatThePolicyPassedOver: the record says already why there is none.
func TestMigrateMissesNothingThatThePolicyPassedOver(t *testing.T) {
	s := daysOf(t, 5, "schedule: '@daily'\nstart_date: 2023-12-30\ncatchup: true\ntasks: {a: 'echo $TIDEMARK_INTERVAL_START'}\n")
	first, last := s.Runs[1].Interval, s.Runs[2].Interval
	s.Runs = slices.Delete(s.Runs, 1, 3)
	s.Skipped = []timetable.Stretch{{First: first, Last: last, Count: 2, Reason: "paused"}}
	var missing []string
	for _, u := range Migrate(time.Date(2024, 1, 6, 12, 0, 0, 0, time.UTC), []*PipelineScope{s}).Untouched {
		if u.State == "missing" {
			missing = append(missing, u.IntervalStart.Format("01-02"))
		}
	}
	if want := "[12-30 12-31]"; fmt.Sprint(missing) != want {
		t.Errorf("missing are %v, want %s", missing, want)
	}
}

package plan

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"
	"time"
)

func TestASelectionIsOneText(t *testing.T) {
	until := func(d int) time.Time { return day(d).Add(-time.Microsecond) }
	for _, s := range []struct {
		text string
		want Selector
	}{
		{"task=load", Selector{TaskRegex: "^load$"}},
		{"task=/^fact_/+", Selector{TaskRegex: "^fact_", Downstream: true}},
		{"task=+load", Selector{TaskRegex: "^load$", Upstream: true}},
		{"task=+load+", Selector{TaskRegex: "^load$", Upstream: true, Downstream: true}},
		{"task=1+load+2", Selector{Tasks: []TaskPattern{{"^load$", 1, 2}}}},
		{"task=2load", Selector{TaskRegex: "^2load$"}},
		{"task=a,b+", Selector{Tasks: []TaskPattern{{"^a$", 0, 0}, {"^b$", 0, Far}}}},
		{"task=fact_*", Selector{TaskRegex: "^fact_.*$"}},
		{"task=a.b-?", Selector{TaskRegex: `^a\.b-.$`}},
		{`task=/a b,c\/d/`, Selector{TaskRegex: "a b,c/d"}},
		{"task=a task!=b,/c/", Selector{TaskRegex: "^a$", NotTasks: []string{"^b$", "c"}}},
		{"interval=2026-03-01", Selector{Start: day(0), End: until(1)}},
		{"interval=2026-03-01..2026-03-03", Selector{Start: day(0), End: until(3)}},
		{"interval=2026-03-01..", Selector{Start: day(0)}},
		{"interval=2026-03-01,2026-03-05 interval!=2026-03-02",
			Selector{Ranges: []Range{{day(0), until(1)}, {day(4), until(5)}}, Except: []Range{{day(1), until(2)}}}},
		{"state=failed,upstream_failed", Selector{States: []State{Failed, UpstreamFailed}}},
		{"state!=success,failed", Selector{States: []State{Waiting, Queued, Running, Retrying, Skipped, UpstreamFailed, Removed}}},
		{"kind!=scheduled", Selector{Kinds: []Kind{Backfilled, Manual}}},
		{"operation=3,4 operation!=5", Selector{Operations: []int64{3, 4}, NotOperations: []int64{5}}},
		{"pipeline=p* tag=x tag!=slow", Selector{Pipelines: Names{Any: []string{"^p.*$"}}, Tags: Names{Any: []string{"^x$"}, Not: []string{"^slow$"}}}},
		{"  all  ", Selector{All: true}},
	} {
		got, err := ParseSelect(s.text, time.UTC)
		if err != nil || !reflect.DeepEqual(got, s.want) {
			t.Errorf("%s\n got %+v %v\nwant %+v", s.text, got, err, s.want)
		}
	}
}

func TestAnErrorPointsAtItsColumn(t *testing.T) {
	for _, s := range []struct {
		text, says string
		column     int
	}{
		{"tsk=a", `did you mean "task"?`, 1},
		{"task=a colour=red", "one of: pipeline, task", 8},
		{"task", "after task stands = or !=", 5},
		{"task!a", "after task", 5},
		{"task=", "a value is missing", 6},
		{"task=a,,b", "a value is missing", 8},
		{"task=a task=b", "stands twice", 8},
		{"task=/a", "no partner", 6},
		{"task=/a(/", "not a regular expression", 6},
		{"task=//", "not a regular expression", 6},
		{"task=a+0", "1 to 1000", 6},
		{"task!=a+", "cannot be widened", 7},
		{"task=a/b", "neither a name", 6},
		{"state=done", "is not one of: waiting", 7},
		{"state=failed state!=failed", "nothing is left", 21},
		{"interval=2026-03-01,soon", "is not a date", 21},
		{"operation=x", "not the number", 11},
		{"kind=x", "scheduled backfill manual", 6},
		{"all=3", "one of:", 1},
	} {
		_, err := ParseSelect(s.text, time.UTC)
		var r *Refusal
		if !errors.As(err, &r) || r.Code != "bad-select" || !strings.Contains(r.Message, s.says) ||
			!strings.Contains(r.Message, fmt.Sprintf("column %d:", s.column)) {
			t.Errorf("%s: %+v", s.text, err)
		}
	}
	for _, text := range []string{"", "   "} {
		var r *Refusal
		if _, err := ParseSelect(text, time.UTC); !errors.As(err, &r) || r.Code != "empty-selection" {
			t.Errorf("%q: %v", text, err)
		}
	}
}

// What can be said by flags and by text gives the same selector, and so the same plan.
func TestFlagsAndTextAgree(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var s Selector
		var words []string
		if rng.IntN(3) > 0 {
			s.TaskRegex = []string{"^a", "b|c", "d$", "."}[rng.IntN(4)]
			s.Upstream, s.Downstream = rng.IntN(2) == 0, rng.IntN(2) == 0
			word := "/" + s.TaskRegex + "/"
			if s.Upstream {
				word = "+" + word
			}
			if s.Downstream {
				word += "+"
			}
			words = append(words, "task="+word)
		}
		if rng.IntN(2) == 0 {
			from := rng.IntN(3)
			s.Start, s.End = day(from), day(from+2).Add(-time.Microsecond)
			words = append(words, "interval="+day(from).Format(time.DateOnly)+".."+day(from+1).Format(time.DateOnly))
		}
		if rng.IntN(2) == 0 {
			s.States = []State{Success, Failed}
			words = append(words, "state=failed,success")
		}
		if rng.IntN(2) == 0 {
			s.Except = []Range{{day(1), day(2).Add(-time.Microsecond)}}
			words = append(words, "interval!="+day(1).Format(time.DateOnly))
		}
		if s.All = rng.IntN(4) == 0; s.All {
			words = append(words, "all")
		}
		rng.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		got, err := ParseSelect(strings.Join(words, " "), time.UTC)
		if len(words) > 0 && (err != nil || !reflect.DeepEqual(got, s)) {
			t.Fatalf("%v\n got %+v %v\nwant %+v", words, got, err, s)
		}
	}
}

func FuzzSelect(f *testing.F) {
	for _, text := range []string{"task=/a/+ state!=failed", "interval=2026..", "all", "operation=1,2", `task=1+x\/`} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		s, err := ParseSelect(text, time.UTC)
		if err != nil {
			return
		}
		if _, refusal := compile(s); refusal != nil && refusal.Code != "end-before-start" {
			t.Errorf("%q is read, and refused: %v", text, refusal)
		}
	})
}

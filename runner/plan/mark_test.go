package plan

import (
	"errors"
	"strings"
	"testing"
)

func marks(words string, as State) MarkArgs { return MarkArgs{Selector: selects(words), As: as} }

func TestMarkSettlesATaskAndDecidesAgainWhatFollows(t *testing.T) {
	for _, s := range []struct {
		graph, events, args string
		as                  State
		rows, run           string
	}{
		{"a > b > c", "a. b!", "b", Success, "0301 b mark matched, 0301 c rerun after b", "0301 reopen was failed"},
		{"a > b > c", "a. b!", "b", Skipped, "0301 b mark matched, 0301 c rerun after b", "0301 reopen was failed"},
		{"a > b > c", "a. b. c!", "c", Success, "0301 c mark matched", "0301 mark nothing that failed counts"},
		{"a > b", "a. b.", "b", Failed, "0301 b mark matched", `0301 mark task "b" failed`},
		{"a > b", "a. b.", "a", Failed, "0301 a mark matched", `0301 mark task "a" failed`},
		{"a > b > c, a > d", "a! ", "a", Success, "0301 a mark matched, 0301 b rerun after a, 0301 c rerun after b, 0301 d rerun after a", "0301 reopen was failed"},
		{"a > b", "a^", "a", Success, "0301 a mark matched", "0301 none is running"},
		{"a > b", "a!", "a -d", Success, "0301 a mark matched, 0301 b mark after a", "0301 mark nothing that failed counts"},
		{"a > b", "a!", "upstream_failed", Skipped, "0301 b mark matched", ""},
	} {
		m, _ := story(t, s.graph, s.events)
		p := m.mark(marks(s.args, s.as))
		if got, run := rowsOfPlan(p), runsOfPlan(p); got != s.rows || s.run != "" && run != s.run {
			t.Errorf("mark %s %s after %q\n got %s | %s\nwant %s | %s", s.args, s.as, s.events, got, run, s.rows, s.run)
		}
	}
}

func TestAMarkedTaskThatRunsIsCancelledAndWhatFollowsGoesOn(t *testing.T) {
	m, _ := story(t, "a > b", "a^")
	m.apply(m.mark(marks("a", Success)))
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success* b=queued* | running" {
		t.Error(got)
	}
	m.happens(m.runs[0], "a-")
	m.settle()
	m.happens(m.runs[0], "b.")
	m.settle()
	if got := m.ending(m.runs[0]); got != "a=success b=success | success" {
		t.Error(got)
	}
	if at := m.attempts[AttemptKey{m.runs[0].ID, "a", -1, 1}]; at != AttemptCancelled {
		t.Errorf("the attempt ended as %v", at)
	}
}

func TestMarkingARunEndsItWhole(t *testing.T) {
	for _, s := range []struct {
		events string
		as     State
		rows   string
		run    string
	}{
		{"a. b!", Success, "0301 b mark of the run, 0301 c mark of the run", "0301 mark was failed"},
		{"a. b.", Failed, "0301 b mark of the run", "0301 none ends when what runs has been cancelled"},
		{"a. b. c.", Failed, "", "0301 mark was success"},
		{"a! ", Failed, "", ""},
	} {
		m, _ := story(t, "a > b > c", s.events)
		if s.events == "a. b." { // b retries: nothing is with the executor
			m, _ = story(t, "a > b > c", "a. b^")
			s.rows = "0301 b mark of the run, 0301 c mark of the run"
		}
		args := marks("--all", s.as)
		args.Runs = true
		p := m.mark(args)
		if rowsOfPlan(p) != s.rows || runsOfPlan(p) != s.run {
			t.Errorf("%q marked %s: %s | %s", s.events, s.as, rowsOfPlan(p), runsOfPlan(p))
		}
		m.apply(p)
		for range 3 {
			m.settle()
			for i := range m.runs[0].Instances {
				if in := &m.runs[0].Instances[i]; in.Open {
					m.happens(m.runs[0], in.Task+"-")
				}
			}
		}
		if got := m.ending(m.runs[0]); !strings.HasSuffix(got, "| "+s.as.String()) {
			t.Error(got)
		}
	}
}

func TestARunThatHasNotBegunMayBeMarked(t *testing.T) {
	m := newModel(t, graph(t, "a > b"))
	m.now = day(3)
	m.pipes[0].paused = true
	m.apply(m.backfill(fills("-2..0")))
	args := marks("0..0", Success)
	args.Runs = true
	p := m.mark(args)
	if rowsOfPlan(p) != "0228 a mark of the run, 0228 b mark of the run" || runsOfPlan(p) != "0228 mark was queued" || p.Instances[0].State != nil {
		t.Error(rowsOfPlan(p), runsOfPlan(p))
	}
	before := show(m.runs)
	op := m.apply(p)
	if got := m.ending(m.at("p", day(-1))); got != "a=success b=success | success" {
		t.Error(got)
	}
	m.apply(m.undo(op))
	if got := show(m.runs); got != before {
		t.Errorf("%swas\n%s", got, before)
	}
}

func TestUndoOfAMarkGivesBackWhatWas(t *testing.T) {
	for _, as := range []State{Success, Failed, Skipped} {
		m, _ := story(t, "a > b > c", "a. b!")
		before := show(m.runs)
		op := m.apply(m.mark(marks("b", as)))
		m.apply(m.undo(op))
		if got := show(m.runs); got != before {
			t.Errorf("%s: %swas\n%s", as, got, before)
		}
	}
}

func TestMarkLeavesWhatIsSoAlready(t *testing.T) {
	m := past(t, "a > b", 1)
	p := m.mark(marks("--all", Success))
	if !p.Empty() || untouchedOf(p) != "0301 a success: is success already, 0301 b success: is success already" {
		t.Error(rowsOfPlan(p), untouchedOf(p))
	}
}

func TestMarkRefuses(t *testing.T) {
	for _, s := range []struct {
		args MarkArgs
		code string
	}{
		{marks("a", Waiting), "bad-value"},
		{marks("a", UpstreamFailed), "bad-value"},
		{MarkArgs{Selector: selects("--all"), As: Skipped, Runs: true}, "bad-value"},
		{MarkArgs{Selector: selects("a --all"), As: Success, Runs: true}, "conflicting-flags"},
		{MarkArgs{Selector: selects("failed"), As: Success, Runs: true}, "conflicting-flags"},
		{marks("", Success), "empty-selection"},
		{marks("zz", Success), "no-match"},
		{marks("9..9", Success), "no-match"},
	} {
		m := past(t, "a > b", 1)
		_, err := Mark(m.now, []*PipelineScope{m.scope("p")}, s.args)
		var r *Refusal
		if !errors.As(err, &r) || r.Code != s.code {
			t.Errorf("%+v: %v", s.args, err)
		}
	}
}

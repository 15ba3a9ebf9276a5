package plan

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// past is a model of which n daily runs of a graph have ended in success.
func past(t *testing.T, edges string, n int) *model {
	t.Helper()
	m := newModel(t, graph(t, edges))
	m.now = day(n)
	for range 100 {
		m.settle()
		open := m.now
		for _, r := range m.runs {
			for i := range r.Instances {
				if in := &r.Instances[i]; in.Open {
					m.reports = append(m.reports, Report{AttemptKey: in.key(r), Event: Ended, Time: open})
				}
			}
		}
		if len(m.reports) == 0 {
			return m
		}
	}
	t.Fatal("the past does not end")
	return nil
}

// rowsOfPlan writes the rows of a plan as "0301 b rerun after a".
func rowsOfPlan(p *Plan) string {
	var lines []string
	for _, r := range p.Instances {
		lines = append(lines, fmt.Sprintf("%s %s %s %s", r.IntervalStart.Format("0102"), r.Task, r.Action, r.Why))
	}
	return strings.Join(lines, ", ")
}

func runsOfPlan(p *Plan) string {
	var lines []string
	for _, r := range p.Runs {
		lines = append(lines, fmt.Sprintf("%s %s %s", r.IntervalStart.Format("0102"), r.Action, r.Why))
	}
	return strings.Join(lines, ", ")
}

func untouchedOf(p *Plan) string {
	var lines []string
	for _, u := range p.Untouched {
		lines = append(lines, strings.Join(strings.Fields(fmt.Sprintf("%s %s %s: %s", u.IntervalStart.Format("0102"), u.Task, u.State, u.Why)), " "))
	}
	return strings.Join(lines, ", ")
}

// selects builds a selector from words: a regular expression or one with ! before it, -d,
// -u, 2..3 for the intervals of those days, at:2 for one of them, but:2 for all but it,
// last:2, past, future, kind:1, tag:x, and names of states.
func selects(words string) (s Selector) {
	for _, w := range strings.Fields(words) {
		state, isState := ParseState(w)
		var from, to int
		_, err := fmt.Sscanf(w, "%d..%d", &from, &to)
		flag, value, _ := strings.Cut(w, ":")
		n, _ := strconv.Atoi(value)
		switch {
		case flag == "last":
			s.Last = n
		case flag == "at":
			s.Intervals = append(s.Intervals, day(n-1))
		case flag == "but":
			s.Except = append(s.Except, Range{day(n - 1), day(n - 1)})
		case flag == "kind":
			s.Kinds = append(s.Kinds, Kind(n))
		case flag == "tag":
			s.Tags.Any = append(s.Tags.Any, Exactly(value))
		case w == "past":
			s.Past = true
		case w == "future":
			s.Future = true
		case strings.HasPrefix(w, "!"):
			s.NotTasks = append(s.NotTasks, w[1:])
		case w == "-d":
			s.Downstream = true
		case w == "-u":
			s.Upstream = true
		case w == "--all":
			s.All = true
		case isState:
			s.States = append(s.States, state)
		case err == nil:
			s.Start, s.End = day(from-1), day(to-1)
		default:
			s.TaskRegex = w
		}
	}
	return s
}

func TestClearSelects(t *testing.T) {
	for _, s := range []struct{ graph, args, rows string }{
		{"a > b > c", "^b$ 2..2", "0302 b rerun matched"},
		{"a > b > c", "^b$ 2..2 -d", "0302 b rerun matched, 0302 c rerun after b"},
		{"a > b > c", "^b$ 2..2 -u", "0302 a rerun before b, 0302 b rerun matched"},
		{"a > b > c", "^b$ 2..2 -u -d", "0302 a rerun before b, 0302 b rerun matched, 0302 c rerun after b"},
		{"a > b > c", "b 1..2", "0301 b rerun matched, 0302 b rerun matched"},
		{"a > b > d, a > c > d", "^b$ 3..3 -d", "0303 b rerun matched, 0303 d rerun after b"},
		{"a > b > d, a > c > d", "^b$ 3..3 -u", "0303 a rerun before b, 0303 b rerun matched"},
		{"a > b > c, x > c", "^a$ 1..1 -d", "0301 a rerun matched, 0301 b rerun after a, 0301 c rerun after b"},
		{"aa > ab, ba", "a 1..1", "0301 aa rerun matched, 0301 ab rerun matched, 0301 ba rerun matched"},
		{"a > b", "a|b 3..3", "0303 a rerun matched, 0303 b rerun matched"},
	} {
		m := past(t, s.graph, 3)
		if got := rowsOfPlan(m.clear(ClearArgs{Selector: selects(s.args)})); got != s.rows {
			t.Errorf("clear %s of %q\n got %s\nwant %s", s.args, s.graph, got, s.rows)
		}
	}
}

func TestClearReachesBeyondTheStatesThatItMatches(t *testing.T) {
	m := past(t, "a > b > c", 2)
	m.instance(2, "b", -1).State = Failed
	p := m.clear(ClearArgs{Selector: selects("failed -d")})
	if rowsOfPlan(p) != "0302 b rerun matched, 0302 c rerun after b" {
		t.Error(rowsOfPlan(p))
	}
	if s := p.Selection; !slices.Equal(s.MatchedTasks, []string{"b"}) || !slices.Equal(s.AddedDownstream, []string{"c"}) || len(s.AddedUpstream) != 0 {
		t.Errorf("%+v", s)
	}
}

func TestClearOfWholeRunsTakesAllOfARunInWhichSomethingIsChosen(t *testing.T) {
	m := past(t, "a > b > c, d", 3)
	m.instance(2, "b", -1).State = Failed
	m.instance(2, "c", -1).State = UpstreamFailed
	m.instance(3, "d", -1).State = Waiting
	run := m.runs[1]
	run.Instances = slices.DeleteFunc(run.Instances, func(in Instance) bool { return in.Task == "d" })
	p := m.clear(ClearArgs{Selector: selects("failed"), WholeRuns: true})
	if got := rowsOfPlan(p); got != "0302 a rerun of the run, 0302 b rerun matched, 0302 c rerun of the run, 0302 d create of the run" {
		t.Error(got)
	}
	if s := p.Selection; !slices.Equal(s.MatchedTasks, []string{"b"}) || len(s.AddedDownstream) != 0 || runsOfPlan(p) != "0302 reopen was success" {
		t.Errorf("%+v %s", s, runsOfPlan(p))
	}
	p = m.clear(ClearArgs{Selector: selects("^a$ 3..3"), WholeRuns: true})
	if got := rowsOfPlan(p); got != "0303 a rerun matched, 0303 b rerun of the run, 0303 c rerun of the run" || untouchedOf(p) != "0303 d waiting: waits already" {
		t.Error(got, untouchedOf(p))
	}
}

func TestClearPicksSingleIntervals(t *testing.T) {
	m := past(t, "a", 4)
	p := m.clear(ClearArgs{Selector: Selector{Intervals: []time.Time{day(3), day(1)}}})
	if rowsOfPlan(p) != "0302 a rerun matched, 0304 a rerun matched" {
		t.Error(rowsOfPlan(p))
	}
}

func TestAClearedTaskRunsAgainWithAllItsTries(t *testing.T) {
	m := past(t, "a:retries=2 > b", 1)
	p := m.clear(ClearArgs{Selector: selects("^a$"), Reason: "fixed", Ticket: "T-1"})
	if r := p.Instances[0]; r.Try != 1 || r.TryLimit != 4 || r.To != Waiting || *r.State != Success {
		t.Errorf("%+v", r)
	}
	if runsOfPlan(p) != "0301 reopen was success" || p.Reason != "fixed" || p.Ticket != "T-1" {
		t.Error(runsOfPlan(p))
	}
	m.apply(p)
	m.settle()
	for try := 2; try <= 4; try++ {
		if got := m.ending(m.runs[0]); got != "a=queued* b=success | running" || m.instance(1, "a", -1).Try != try {
			t.Errorf("try %d: %s", try, got)
		}
		m.happens(m.runs[0], "a!")
		m.settle()
		m.now = m.now.Add(time.Minute)
		m.settle()
	}
	if got := m.ending(m.runs[0]); got != "a=failed b=success | failed" {
		t.Error(got)
	}
}

func TestClearLeavesWhatWaits(t *testing.T) {
	m, _ := story(t, "a > b:retries=1 > c, a > d", "a. b!")
	p := m.clear(ClearArgs{Selector: selects("--all")})
	if got := rowsOfPlan(p); got != "0301 a rerun matched, 0301 b rerun matched, 0301 d restart matched" {
		t.Error(got)
	}
	if got := untouchedOf(p); got != "0301 c waiting: waits already" {
		t.Error(got)
	}
	if got := runsOfPlan(p); got != "0301 none is running" {
		t.Error(got)
	}
	c := p.Counts
	if c.Instances != 3 || c.Tasks != 3 || c.Intervals != 1 || c.RunsReopened != 0 || c.ByAction["restart"] != 1 || c.ByState["retrying"] != 1 {
		t.Errorf("%+v", c)
	}
	m.apply(p)
	if p = m.clear(ClearArgs{Selector: selects("--all")}); len(p.Instances) != 0 || len(p.Untouched) != 4 {
		t.Errorf("%+v", p)
	}
}

func TestClearListsTasksThatAreGone(t *testing.T) {
	m := past(t, "a > b", 1)
	m.change("a")
	if got := untouchedOf(m.clear(ClearArgs{Selector: selects("b")})); got != "0301 b success: task removed from the pipeline" {
		t.Error(got)
	}
}

func TestClearOfSeveralPipelinesSortsByInterval(t *testing.T) {
	one, two := past(t, "a", 2), past(t, "a", 2)
	s := two.scope("p")
	s.Name, s.Paused = "q", true
	p, err := Clear(day(2), []*PipelineScope{s, one.scope("p")}, ClearArgs{Selector: selects("a")})
	if err != nil {
		t.Fatal(err)
	}
	var order []string
	for _, r := range p.Instances {
		order = append(order, r.IntervalStart.Format("02")+r.Pipeline)
	}
	if !slices.Equal(order, []string{"01p", "01q", "02p", "02q"}) || len(p.Warnings) != 1 || p.Counts.Tasks != 2 {
		t.Errorf("%v %v", order, p.Warnings)
	}
}

func TestBoundsAreEchoedAsResolved(t *testing.T) {
	m := past(t, "a", 5)
	b := m.clear(ClearArgs{Selector: selects("2..9")}).Bounds
	if !b.Start.Equal(day(1)) || !b.End.Equal(day(8)) || !b.First.Equal(day(1)) || !b.Last.Equal(day(4)) || b.Count != 4 {
		t.Errorf("%+v", b)
	}
	if b = m.clear(ClearArgs{Selector: selects("a")}).Bounds; b.Start != nil || b.End != nil || b.Count != 5 {
		t.Errorf("%+v", b)
	}
}

func TestClearRefuses(t *testing.T) {
	for _, s := range []struct{ args, code, says string }{
		{"", "empty-selection", "--all"},
		{"a(b", "bad-regex", "missing closing ) at character 2"},
		{"a)b", "bad-regex", "unexpected ) at character 2"},
		{"ab[z-a]", "bad-regex", "invalid character class range at character 4"},
		{"fecth", "no-match", `did you mean "fetch"?`},
		{"^zzzzzzzz$", "no-match", "there is: fetch, calc"},
		{"fetch 9..9", "no-match", "p has 3 runs there, from 2026-03-01T00:00:00Z to 2026-03-03T00:00:00Z"},
		{"failed", "no-match", "no task instance"},
		{"fetch 3..2", "end-before-start", "lies before the start"},
		{"f(( 3..2", "bad-regex", "is not a regular expression"},
	} {
		m := past(t, "fetch > calc", 3)
		_, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: selects(s.args)})
		var r *Refusal
		if !errors.As(err, &r) || r.Code != s.code || !strings.Contains(r.Error()+r.Help+strings.Join(r.Problems, ""), s.says) {
			t.Errorf("clear %s: %+v", s.args, r)
		}
	}
}

func TestClearNamesAllProblemsAtOnce(t *testing.T) {
	m := past(t, "a", 1)
	_, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: selects("f(\\() 3..2")})
	var r *Refusal
	if !errors.As(err, &r) {
		t.Fatal(err)
	}
	_, err = Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: selects("a( 3..2")})
	if !errors.As(err, &r) || len(r.Problems) != 2 {
		t.Errorf("%+v", r)
	}
	_, err = Clear(m.now, []*PipelineScope{{Name: "q"}}, ClearArgs{Selector: selects("a")})
	if !errors.As(err, &r) || r.Code != "no-definition" {
		t.Errorf("%+v", r)
	}
	_, err = Clear(m.now, []*PipelineScope{{Name: "q", Def: m.pipes[0].def}}, ClearArgs{Selector: selects("a")})
	if !errors.As(err, &r) || r.Problems[0] != "q has no runs there" {
		t.Errorf("%+v", r)
	}
}

func TestClearMayRefuseToCancel(t *testing.T) {
	m, _ := story(t, "a, b", "a^ b.")
	_, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: selects("--all"), NoRunning: true})
	var r *Refusal
	if !errors.As(err, &r) || r.Code != "running" || !slices.Equal(r.Problems, []string{"a 2026-03-01T00:00:00Z"}) {
		t.Errorf("%+v", r)
	}
}

func TestAPlanIsADocumentWithoutNulls(t *testing.T) {
	m := past(t, "a", 1)
	p := m.clear(ClearArgs{Selector: selects("a")})
	text, err := json.Marshal(p)
	if err != nil || !strings.HasPrefix(string(text), `{"schema":"tidemark.plan/1","kind":"clear"`) {
		t.Errorf("%s %v", text, err)
	}
	for _, list := range []string{`"untouched":[]`, `"warnings":[]`, `"added_upstream":[]`, `"state":[]`, `"by_state":{"success":1}`} {
		if !strings.Contains(string(text), list) {
			t.Errorf("no %s in %s", list, text)
		}
	}
}

func TestTheDigestIsOfTheRows(t *testing.T) {
	m := past(t, "a > b", 2)
	args := ClearArgs{Selector: selects("a 1..1")}
	first := m.clear(args)
	m.now = m.now.Add(time.Hour)
	again := m.clear(args)
	again.Applied = true
	other := m.clear(ClearArgs{Selector: selects("a 2..2")})
	if len(first.Digest) != 16 || first.Digest != again.Digest || first.Digest == other.Digest {
		t.Error(first.Digest, again.Digest, other.Digest)
	}
	m.instance(1, "a", -1).State = Failed
	if m.clear(args).Digest == first.Digest {
		t.Error("the state has moved, the digest has not")
	}
}

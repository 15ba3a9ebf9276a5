package plan

import (
	"fmt"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// What users of Airflow expect of mapped tasks, beside the stories of expand_test.go.

func TestATriggerRuleOverManyInstances(t *testing.T) {
	for _, c := range []struct {
		rule  pipelines.TriggerRule
		tally tally // of five upstream instances
		want  answer
	}{
		{pipelines.OneSuccess, tally{n: 5, success: 5}, runIt},
		{pipelines.OneSuccess, tally{n: 5, success: 2}, runIt},
		{pipelines.OneSuccess, tally{n: 5, success: 2, skipped: 1}, runIt},
		{pipelines.OneSuccess, tally{n: 5, skipped: 4, failed: 1}, blockIt},
		{pipelines.OneSuccess, tally{n: 5, skipped: 3, failed: 1, blocked: 1}, blockIt},
		{pipelines.OneSuccess, tally{n: 5, skipped: 4, blocked: 1}, blockIt},
		{pipelines.OneSuccess, tally{n: 5, blocked: 5}, blockIt},
		{pipelines.AllFailed, tally{n: 5, success: 2}, skipIt},
		{pipelines.OneFailed, tally{n: 5, success: 2, skipped: 1}, wait},
		{pipelines.OneFailed, tally{n: 5, success: 2, skipped: 3}, skipIt},
	} {
		if got := judge(c.rule, c.tally); got != c.want {
			t.Errorf("%s of %+v: %d, want %d", c.rule, c.tally, got, c.want)
		}
	}
}

func TestAListThatChangesItsLength(t *testing.T) {
	const head = "pipeline: p\ntasks: {m: {for_each: "
	list := func(n int) string {
		return head + "[" + strings.Join([]string{"a", "b", "c", "d", "e"}[:n], ", ") + "], run: echo}}"
	}
	for _, c := range []struct {
		from, to int
		want     string
	}{
		{4, 5, "m[0]=waiting m[1]=waiting m[2]=waiting m[3]=waiting m[4]=waiting | running"},
		{4, 2, "m[0]=waiting m[1]=waiting m[2]=removed m[3]=removed | running"},
		{2, 2, "m[0]=waiting m[1]=waiting | running"},
	} {
		m := newModel(t, file(t, list(c.from)))
		m.parallelism = 0 // nothing starts
		run := m.add("p", 0)
		m.settle()
		m.pipes[0].def = file(t, list(c.to))
		m.settle()
		if got := m.ending(run); got != c.want {
			t.Errorf("from %d to %d: %s, want %s", c.from, c.to, got, c.want)
		}
	}
}

// A whole run is cleared and what makes the list runs again: as many instances run as it has then.
func TestAListThatIsMadeAgain(t *testing.T) {
	for from := range 4 {
		for to := range 4 {
			m, _ := story(t, mappedOver, strings.Join(append([]string{"list.x=" + upTo(from)}, ends("m", from, "n.")...), " "))
			run := m.runs[0]
			if run.State != RunSuccess {
				t.Fatalf("from %d: %s", from, m.ending(run))
			}
			m.apply(m.clear(ClearArgs{Selector: Selector{All: true}}))
			m.settle()
			m.happens(run, "list.x="+upTo(to))
			m.settle()
			if open := strings.Count(m.ending(run), "]=queued*"); open != to {
				t.Errorf("from %d to %d, %d begin: %s", from, to, open, m.ending(run))
			}
			for _, e := range ends("m", to, "n.") {
				m.happens(run, e)
				m.settle()
			}
			if good := strings.Count(m.ending(run), "]=success"); good != to || run.State != RunSuccess {
				t.Errorf("from %d to %d, %d have succeeded: %s", from, to, good, m.ending(run))
			}
		}
	}
}

// upTo is the list [1,2,…,n].
func upTo(n int) string { return "[" + strings.Join(strings.Split("123456789"[:n], ""), ",") + "]" }

// ends are the events that n instances of a task succeed, and then what follows, where it runs.
func ends(task string, n int, then string) (events []string) {
	for i := range n {
		events = append(events, fmt.Sprintf("%s[%d].", task, i))
	}
	if n > 0 {
		events = append(events, then)
	}
	return events
}

func TestARemovedInstanceUpstreamDoesNotCountAndGoesOnDown(t *testing.T) {
	m, _ := story(t, `
tasks:
  list: echo
  s: {needs: list, for_each: "${{ tasks.list.results.x }}", run: echo}
  m: {needs: s, for_each: "${{ tasks.s.results.y }}", run: echo}
`, "list.x=[1,2,3,4,5] s[0].y=a s[1].y=b s[2].y=c s[3].y=d s[4].y=e m[0]. m[1]. m[2]. m[3]. m[4].")
	run := m.runs[0]
	m.again("^(list|s|m)$")
	for _, e := range []string{"list.x=[1,2,3]", "s[0].y=a", "s[1].y=b", "s[2].y=c"} {
		m.happens(run, e)
		m.settle()
	}
	if got := m.ending(run); got != "list=success s[0]=success s[1]=success s[2]=success s[3]=removed s[4]=removed "+
		"m[0]=queued* m[1]=queued* m[2]=queued* m[3]=removed m[4]=removed | running" {
		t.Error(got)
	}
}

func TestAClearOfOneInstanceAndOfItsList(t *testing.T) {
	m, _ := story(t, mappedOver, "list.x=[1,2] m[0]. m[1]. n.")
	m.parallelism = 0
	m.apply(m.clear(ClearArgs{Selector: Selector{Tasks: []TaskPattern{{Regex: "m[0]"}, {Regex: "^list$"}}}}))
	m.settle()
	if got := m.ending(m.runs[0]); got != "list=waiting m[0]=waiting m[1]=success n=success | running" {
		t.Error(got)
	}
}

func TestWhatAnInstanceNeedsIsAllOfItsUpstream(t *testing.T) {
	m, _ := story(t, `
tasks:
  a: echo
  b: {needs: a, for_each: [x, y], run: echo}
  c: {needs: b, for_each: [x, y], run: echo}
  d: {needs: c, run: echo}
`, "a. b[0]. b[1]. c[0]. c[1]. d.")
	var names []string
	for _, r := range m.clear(ClearArgs{Selector: Selector{TaskRegex: "c[1]", Upstream: true}}).Instances {
		names = append(names, InstanceName(r.Task, r.MapIndex))
	}
	if got := strings.Join(names, " "); got != "a b[0] b[1] c[1]" {
		t.Error(got)
	}
}

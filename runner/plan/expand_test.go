package plan

import (
	"strings"
	"testing"
)

// mappedOver is a file in which m expands over what list hands on, and n follows.
const mappedOver = `
tasks:
  list: echo
  m: {needs: list, for_each: "${{ tasks.list.results.x }}", run: echo, retries: 1}
  n: {needs: m, run: echo}
`

func TestMappedStories(t *testing.T) {
	three := "tasks: {m: {for_each: [x, y, z], run: echo, retries: 1, retry_delay: 1m}, n: {needs: m, run: echo}}"
	empty := "tasks: {a: echo, m: {needs: a, for_each: [], run: echo}, n: {needs: m, run: echo}, o: {needs: n, run: echo, trigger_rule: none_failed}}"
	for _, s := range []struct{ name, graph, events, end string }{
		{"a_literal_expands_at_once", three, "", "m[0]=queued* m[1]=queued* m[2]=queued* n=waiting | running"},
		{"what_follows_waits_for_all_of_them", three, "m[1]. m[0].", "m[0]=success m[1]=success m[2]=queued* n=waiting | running"},
		{"and_runs_after_the_last", three, "m[1]. m[0]. m[2]. n.", "m[0]=success m[1]=success m[2]=success n=success | success"},
		{"one_that_fails_blocks_what_follows", strings.Replace(three, "retries: 1", "retries: 0", 1), "m[0]. m[1]! m[2].", "m[0]=success m[1]=failed m[2]=success n=upstream_failed | failed"},
		{"each_has_retries_of_its_own", three, "m[0]! m[1]. m[2]! +1m m[0]. m[2]! n.", "m[0]=success m[1]=success m[2]=failed n=upstream_failed | failed"},
		{"before_its_upstream_ends_one_stands_for_all", mappedOver, "", "list=queued* m=waiting n=waiting | running"},
		{"a_result_is_the_list", mappedOver, "list.x=[1,2]", "list=success m[0]=queued* m[1]=queued* n=waiting | running"},
		{"an_upstream_that_fails_blocks_the_one", mappedOver, "list!", "list=failed m=upstream_failed n=upstream_failed | failed"},
		{"an_upstream_that_is_skipped_skips_the_one", mappedOver, "list~", "list=skipped m=skipped n=skipped | success"},
		{"an_empty_list_is_skipped", mappedOver, "list.x=[]", "list=success m=skipped n=skipped | success"},
		{"and_so_on_down_the_line", empty, "a. o.", "a=success m=skipped n=skipped o=success | success"},
		{"also_where_all_lists_are_empty", "tasks: {a: echo, b: echo, k: {needs: [a, b], for_each: [], run: echo}, m: {needs: k, for_each: [], run: echo}, n: {needs: m, for_each: [], run: echo}}",
			"a. b.", "a=success b=success k=skipped m=skipped n=skipped | success"},
		{"no_list_fails_the_task", mappedOver, "list.x=nonsense", "list=success m=failed n=upstream_failed | failed"},
		{"nor_does_no_value", mappedOver, "list.", "list=success m=failed n=upstream_failed | failed"},
		{"when_is_asked_of_each_item", "tasks: {m: {for_each: [1, 2], when: '${{ item > 1 }}', run: echo}}", "", "m[0]=skipped m[1]=queued* | running"},
		{"a_trigger_rule_counts_every_instance", "tasks: {m: {for_each: [x, y], run: echo}, n: {needs: m, run: echo, trigger_rule: one_success}}",
			"m[1].", "m[0]=queued* m[1]=success n=queued* | running"},
		{"a_list_is_known_in_the_step_of_a_skip", "tasks: {a: echo, m: {needs: a, trigger_rule: none_failed, for_each: [x, y], run: echo}, z: echo}",
			"a~", "a=skipped m[0]=queued* m[1]=queued* z=queued* | running"},
		{"a_mapped_task_maps_over_another", `
tasks:
  m: {for_each: [x, y], run: echo}
  k: {needs: m, for_each: "${{ tasks.m.results.f }}", run: echo, trigger_rule: all_done}
`, "m[0].f=1 m[1]~", "m[0]=success m[1]=skipped k[0]=queued* | running"},
		{"or_over_nothing_if_none_handed_on", `
tasks:
  m: {for_each: [x, y], run: echo}
  k: {needs: m, for_each: "${{ tasks.m.results.f }}", run: echo, trigger_rule: all_done}
`, "m[0]. m[1].", "m[0]=success m[1]=success k=skipped | success"},
	} {
		t.Run(s.name, func(t *testing.T) {
			if _, end := story(t, s.graph, s.events); end != s.end {
				t.Errorf("%s\n got %s\nwant %s", s.events, end, s.end)
			}
		})
	}
}

func TestTooManyItemsFailTheTaskBeforeAnyStarts(t *testing.T) {
	m, end := story(t, "tasks: {list: echo, m: {needs: list, for_each: {items: '${{ tasks.list.results.x }}', limit: 2}, run: echo}}", "list.x=[1,2,3]")
	if end != "list=success m=failed | failed" || len(m.attempts) != 1 {
		t.Errorf("%s, %d attempts", end, len(m.attempts))
	}
	if log := strings.Join(m.log, "\n"); !strings.Contains(log, "m:failed for_each: the list has 3 items, the limit is 2") {
		t.Error(log)
	}
}

// again clears tasks and settles.
func (m *model) again(tasks string) {
	m.t.Helper()
	m.apply(m.clear(ClearArgs{Selector: Selector{TaskRegex: tasks}}))
	m.settle()
}

func TestAListThatIsShorterRemovesTheSurplusAndALongerOneAdds(t *testing.T) {
	m, end := story(t, mappedOver, "list.x=[1,2,3] m[0]. m[1]. m[2]. n.")
	run := m.runs[0]
	want := func(what, end string) {
		t.Helper()
		if got := m.ending(run); got != end {
			t.Errorf("%s:\n got %s\nwant %s", what, got, end)
		}
	}
	want("at first", end)
	m.again("^(list|m)$")
	want("cleared", "list=queued* m[0]=waiting m[1]=waiting m[2]=waiting n=success | running")
	m.happens(run, "list.x=[1]")
	m.settle()
	want("shorter", "list=success m[0]=queued* m[1]=removed m[2]=removed n=success | running")
	m.happens(run, "m[0].")
	m.settle()
	want("done", "list=success m[0]=success m[1]=removed m[2]=removed n=success | success")
	m.again("^(list|m)$")
	m.happens(run, "list.x=[1,2,3,4]")
	m.settle()
	want("longer", "list=success m[0]=queued* m[1]=queued* m[2]=queued* m[3]=queued* n=success | running")
	if try := m.instance(run.ID, "m", 1).Try; try != 2 {
		t.Errorf("m[1] comes back with try %d", try)
	}
	m.happens(run, "m[0].")
	m.again("^(list|n)$")
	m.happens(run, "list.x=[]")
	m.settle()
	want("empty, but nothing of m waits", "list=success m[0]=success m[1]=queued* m[2]=queued* m[3]=queued* n=waiting | running")
	m.again("^m$")
	want("cleared while it runs", "list=success m=skipped m[0]=removed m[1]=removed* m[2]=removed* m[3]=removed* n=skipped | running")
	for _, e := range []string{"m[1]-", "m[2].", "m[3]."} {
		m.happens(run, e)
	}
	m.settle()
	want("what ran is cancelled", "list=success m=skipped m[0]=removed m[1]=removed m[2]=removed m[3]=removed n=skipped | success")
}

func TestWhatAListTakesAwayAnUndoGivesBack(t *testing.T) {
	m, _ := story(t, "tasks: {m: {for_each: [x, y, z], run: echo}}", "m[0]. m[1]. m[2].")
	m.pipes[0].def = file(t, "pipeline: p\ntasks: {m: {for_each: [x], run: echo}}")
	m.pipes[0].paused = true
	m.again("^m$")
	m.pipes[0].paused = false
	m.parallelism = 0
	m.settle()
	run := m.runs[0]
	if got := m.ending(run); got != "m[0]=waiting m[1]=removed m[2]=removed | running" {
		t.Fatal(got)
	}
	m.apply(m.undo(1))
	m.settle()
	if got := m.ending(run); got != "m[0]=success m[1]=success m[2]=success | success" {
		t.Error(got)
	}
}

func TestATaskMayBecomeMappedAndCeaseToBe(t *testing.T) {
	m, _ := story(t, "tasks: {m: echo}", "m.")
	run := m.runs[0]
	m.pipes[0].def = file(t, "pipeline: p\ntasks: {m: {for_each: [x, y], run: echo}}")
	m.again("^m$")
	if got := m.ending(run); got != "m=removed m[0]=queued* m[1]=queued* | running" {
		t.Error(got)
	}
	m.happens(run, "m[0].")
	m.happens(run, "m[1].")
	m.settle()
	m.pipes[0].def = file(t, "pipeline: p\ntasks: {m: echo}")
	m.again("^m$")
	if got := m.ending(run); got != "m=queued* m[0]=removed m[1]=removed | running" {
		t.Error(got)
	}
}

func TestAMappedTaskDependsOnItsPastIndexByIndex(t *testing.T) {
	m := newModel(t, file(t, "pipeline: p\ntasks: {m: {for_each: [x, y], run: echo, depends_on_past: true}}"))
	first := m.add("p", 0)
	second := m.add("p", 1)
	m.settle()
	m.happens(first, "m[1].")
	m.settle()
	if got := m.ending(second); got != "m[0]=waiting m[1]=queued* | running" {
		t.Error(got)
	}
}

func TestAStartCarriesItsItem(t *testing.T) {
	m := newModel(t, file(t, "pipeline: p\ntasks: {m: {for_each: [{k: x}, 7], run: echo}}"))
	m.add("p", 0)
	d := m.step()
	if len(d.Start) != 2 || d.Start[0].Item.(map[string]any)["k"] != "x" || d.Start[1].Item != 7 {
		t.Errorf("%+v", d.Start)
	}
	m.reports = []Report{{AttemptKey: d.Start[1].AttemptKey, Event: Unbegun}}
	if d = m.step(); len(d.Start) != 1 || d.Start[0].Item != 7 {
		t.Errorf("after a crash: %+v", d.Start)
	}
	m.pipes[0].def = file(t, "pipeline: p\ntasks: {m: {for_each: [1], run: echo}}")
	m.reports = []Report{{AttemptKey: AttemptKey{1, "m", 1, 1}, Event: Unbegun}}
	if d = m.step(); len(d.Start) != 0 || m.instance(1, "m", 1).State != Removed {
		t.Errorf("its item is gone: %+v", d)
	}
}

func TestAnInstanceIsChosenByItsName(t *testing.T) {
	text := "pipeline: p\ntasks: {calc: {for_each: [x, y, z], run: echo}, calc3: echo, after: {needs: calc, run: echo}}"
	for _, c := range []struct{ regex, chosen string }{
		{"calc[1]", "calc[1]"},
		{"^calc[1]$", "calc[1]"},
		{"calc[9]", ""},
		{`^calc\[[01]\]$`, "calc[0] calc[1]"},
		{`\[2\]$`, "calc[2]"},
		{"^calc$", "calc[0] calc[1] calc[2]"},
		{"c[a]lc", "calc[0] calc[1] calc[2] calc3"},
	} {
		m := newModel(t, file(t, text))
		run := m.add("p", 0)
		m.settle()
		for _, e := range []string{"calc[0].", "calc[1].", "calc[2].", "calc3.", "after."} {
			m.happens(run, e)
			m.settle()
		}
		p, err := Clear(m.now, []*PipelineScope{m.scope("p")}, ClearArgs{Selector: Selector{TaskRegex: c.regex}})
		var names []string
		if err == nil {
			for _, r := range p.Instances {
				names = append(names, InstanceName(r.Task, r.MapIndex))
			}
		}
		if got := strings.Join(names, " "); got != c.chosen || err == nil != (c.chosen != "") {
			t.Errorf("%s chooses %q, %v; want %q", c.regex, got, err, c.chosen)
		}
	}
}

func TestOneTextChoosesAnInstanceAndWhatFollows(t *testing.T) {
	m, _ := story(t, mappedOver, "list.x=[1,2] m[0]. m[1]. n.")
	sel, err := ParseSelect("task=m[1]+", nil)
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range m.clear(ClearArgs{Selector: sel}).Instances {
		names = append(names, InstanceName(r.Task, r.MapIndex))
	}
	if got := strings.Join(names, " "); got != "m[1] n" {
		t.Error(got)
	}
}

func TestOneInstanceIsMarkedAndWhatItBlockedIsDecidedAgain(t *testing.T) {
	m, end := story(t, "tasks: {m: {for_each: [x, y], run: echo}, n: {needs: m, run: echo}}", "m[0]. m[1]!")
	if end != "m[0]=success m[1]=failed n=upstream_failed | failed" {
		t.Fatal(end)
	}
	m.apply(m.mark(MarkArgs{Selector: Selector{TaskRegex: "m[1]"}, As: Success}))
	m.settle()
	if got := m.ending(m.runs[0]); got != "m[0]=success m[1]=success n=queued* | running" {
		t.Error(got)
	}
}

func TestWhyOfAMappedTask(t *testing.T) {
	for _, c := range []struct {
		events, task string
		index        int
		want         string
	}{
		{"", "m", -1, "m of 2026-03-01 waits: upstream list is queued"},
		{"", "m", 2, "m[2] of 2026-03-01 does not exist: its list has no item"},
		{"list.x=[1,2]", "m", -1, "m of 2026-03-01 has 2 instances: 2 queued; tidemark why p 2026-03-01 'm[0]' says more of one"},
		{"list.x=[1,2] m[0]. m[1]!", "m", -1, "has 2 instances: 1 retrying, 1 success; tidemark why p 2026-03-01 'm[1]'"},
		{"list.x=[1,2] m[0].", "m", 0, "m[0] of 2026-03-01 succeeded"},
		{"list.x=[1,2] m[0].", "n", -1, "n of 2026-03-01 waits: of upstream m 1 of 2 instances ended, m[1] is queued"},
	} {
		m, _ := story(t, mappedOver, c.events)
		s := m.ask(c.task, 0)
		s.MapIndex = c.index
		if got := strings.ReplaceAll(Why(m.now, s).Sentence, "T00:00:00Z", ""); !strings.Contains(got, c.want) {
			t.Errorf("%s, %s[%d]: %s", c.events, c.task, c.index, got)
		}
	}
}

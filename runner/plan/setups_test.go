package plan

import (
	"strings"
	"testing"
	"time"
)

const cluster = "up:setup > load > down:undoes=up"

func TestSetupsAndTeardowns(t *testing.T) {
	for _, s := range []struct{ name, graph, events, end string }{
		{"the_teardown_runs_when_the_work_succeeded", cluster, "up. load.", "up=success load=success down=queued* | running"},
		{"and_when_it_failed", cluster, "up. load! down.", "up=success load=failed down=success | failed"},
		{"and_when_it_was_skipped", cluster, "up. load~ down.", "up=success load=skipped down=success | success"},
		{"and_when_it_never_ran", "up:setup > a > b > down:undoes=up", "up. a! down.",
			"up=success a=failed b=upstream_failed down=success | failed"},
		{"not_before_all_the_work_has_ended", "up:setup > a > c > down:undoes=up, up > b > c", "up. a!",
			"up=success a=failed b=queued* c=upstream_failed down=waiting | running"},
		{"a_failed_setup_has_nothing_to_undo", cluster, "up!", "up=failed load=upstream_failed down=upstream_failed | failed"},
		{"nor_has_a_skipped_one", cluster, "up~", "up=skipped load=skipped down=skipped | success"},
		{"one_of_two_setups_is_enough", "x:setup > load > down:undoes=x+y, y:setup > load", "x. y! down.",
			"x=success y=failed load=upstream_failed down=success | failed"},
		{"unless_both_failed", "x:setup > load > down:undoes=x+y, y:setup > load", "x! y!",
			"x=failed y=failed load=upstream_failed down=upstream_failed | failed"},
		{"a_failed_teardown_does_not_fail_the_run", cluster, "up. load. down!", "up=success load=success down=failed | success"},
		{"unless_it_decides", "up:setup > load > down:undoes=up:decides", "up. load. down!", "up=success load=success down=failed | failed"},
		{"without_needs_it_comes_after_all_that_follows_its_setup", "up:setup > a > b, down:undoes=up", "up. a.",
			"up=success a=success b=queued* down=waiting | running"},
		{"but_not_after_what_needs_it", "up:setup > a, down:undoes=up > bye", "up. a.",
			"up=success a=success down=queued* bye=waiting | running"},
		{"work_far_behind_a_failed_setup_does_not_run_whatever_its_rule", "up:setup > a > b:all_done > down:undoes=up", "up!",
			"up=failed a=upstream_failed b=upstream_failed down=upstream_failed | failed"},
		{"nor_behind_a_skipped_one", "up:setup > a > b:all_done > down:undoes=up", "up~",
			"up=skipped a=skipped b=skipped down=skipped | success"},
		{"what_comes_after_the_teardown_follows_its_own_rule", "up:setup > a > down:undoes=up > b, a > c:all_done", "up! c.",
			"up=failed a=upstream_failed down=upstream_failed b=upstream_failed c=success | failed"},
		{"a_setup_without_a_teardown_counts_for_all_that_follows", "up:setup > a > b:all_done", "up!",
			"up=failed a=upstream_failed b=upstream_failed | failed"},
		{"setups_within_setups_are_undone_in_reverse", "x:setup > y:setup > load, tx:undoes=x, ty:undoes=y", "x. y. load. ty.",
			"x=success y=success load=success ty=success tx=queued* | running"},
	} {
		t.Run(s.name, func(t *testing.T) {
			if _, end := story(t, s.graph, s.events); end != s.end {
				t.Errorf("%q, %q\n got %s\nwant %s", s.graph, s.events, end, s.end)
			}
		})
	}
}

func TestReasonsOfTeardownsNameTheSetup(t *testing.T) {
	for _, s := range []struct{ graph, events, log string }{
		{cluster, "up!", "down:upstream_failed upstream up failed"},
		{cluster, "up~", "down:skipped upstream up was skipped"},
		{"up:setup > a > b:all_done > down:undoes=up", "up!", "b:upstream_failed upstream up failed"},
		{"x:setup > a > down:undoes=x+y, y:setup, bad > a", "x! y~ bad.", "down:upstream_failed upstream x failed"},
	} {
		m, _ := story(t, s.graph, s.events)
		if log := strings.Join(m.log, "\n"); !strings.Contains(log+"\n", s.log+"\n") {
			t.Errorf("%q, %q: no %q in\n%s", s.graph, s.events, s.log, log)
		}
	}
}

func TestATeardownOutlivesTheTimeOfItsRun(t *testing.T) {
	for _, s := range []struct{ name, graph, events, end string }{
		{"it_waits_for_what_is_cancelled", cluster, "up. load^ +1h", "up=success load=failed* down=waiting | running"},
		{"then_it_runs_and_the_run_has_failed", cluster, "up. load^ +1h load- down.", "up=success load=failed down=success | failed"},
		{"one_that_runs_goes_on", cluster, "up. load. down^ +1h", "up=success load=success down=running* | running"},
		{"and_a_run_whose_work_was_done_in_time_is_well", cluster, "up. load. down^ +1h down.", "up=success load=success down=success | success"},
		{"also_if_the_teardown_fails", cluster, "up. load. down^ +1h down!", "up=success load=success down=failed | success"},
		{"a_setup_that_is_cancelled_leaves_nothing_to_undo", cluster, "up^ +1h up-", "up=failed load=skipped down=skipped | failed"},
		{"what_never_began_fails_so_that_the_run_does", "up:setup > load:retries=1 > down:undoes=up", "up. +59m load! +1m down.",
			"up=success load=failed down=success | failed"},
	} {
		m := newModel(t, graph(t, s.graph))
		m.pipes[0].def.Timetable, m.pipes[0].def.RunTimeout = nil, time.Hour
		run := m.add("p", 0)
		m.settle()
		for _, event := range strings.Fields(s.events) {
			m.happens(run, event)
			m.settle()
		}
		if end := m.ending(run); end != s.end {
			t.Errorf("%s\n got %s\nwant %s\n%s", s.name, end, s.end, strings.Join(m.log, "\n"))
		}
	}
}

func TestMarkingARunLeavesItsTeardownsToRun(t *testing.T) {
	for _, s := range []struct {
		name, events string
		as           State
		rows, run    string
		then, end    string
	}{
		{"what_runs_fails_first", "up. load^", Failed, "0301 load mark of the run", "0301 none ends when its teardowns have", "load- down.",
			"up=success load=failed down=success | failed"},
		{"what_never_began_fails_where_nothing_else_did", "up. load!", Failed, "0301 load mark of the run", "0301 none ends when its teardowns have",
			"down.", "up=success load=failed down=success | failed"},
		{"success_leaves_it_too", "up. load^", Success, "0301 load mark of the run", "0301 none ends when its teardowns have", "load- down.",
			"up=success load=success down=success | success"},
		{"a_setup_that_never_ran_has_nothing_to_undo", "", Success, "0301 up mark of the run, 0301 load mark of the run",
			"0301 none ends when its teardowns have", "up- down.", "up=success load=success down=success | success"},
		{"a_teardown_that_has_ended_is_marked_as_all_else", "up. load. down!", Success, "0301 down mark of the run", "0301 none is success", "",
			"up=success load=success down=success | success"},
		{"whose_work_was_all_well_ends_well", "up. load.", Failed, "", "", "down.",
			"up=success load=success down=success | success"},
	} {
		t.Run(s.name, func(t *testing.T) {
			m, _ := story(t, "up:setup > load:retries=1 > down:undoes=up", s.events)
			args := marks("--all", s.as)
			args.Runs = true
			p := m.mark(args)
			if rowsOfPlan(p) != s.rows || runsOfPlan(p) != s.run {
				t.Errorf("%s | %s", rowsOfPlan(p), runsOfPlan(p))
			}
			if warned := len(p.Warnings) > 0; warned != (s.as == Failed && strings.HasSuffix(s.end, "success")) {
				t.Errorf("%q", p.Warnings)
			}
			m.apply(p)
			m.settle()
			for _, event := range strings.Fields(s.then) {
				m.happens(m.runs[0], event)
				m.settle()
			}
			if end := m.ending(m.runs[0]); end != s.end {
				t.Errorf("it ends as %s", end)
			}
		})
	}
}

func TestARunThatHasNotBegunIsMarkedWithItsTeardowns(t *testing.T) {
	m := newModel(t, graph(t, cluster))
	m.add("p", 0)
	args := marks("--all", Success)
	args.Runs = true
	m.apply(m.mark(args))
	if end := m.ending(m.runs[0]); end != "up=success load=success down=success | success" {
		t.Error(end)
	}
}

func TestOrdersTakeSetupsAndTeardownsAlong(t *testing.T) {
	const two = "up:setup > a > b > down:undoes=up, up > c > down, a > other"
	for _, s := range []struct{ name, graph, events, args, rows string }{
		{"work_takes_its_setup_and_teardown", two, "up. a. b. c. other. down.", "b",
			"0301 up rerun setup of b, 0301 b rerun matched, 0301 down rerun teardown of up"},
		{"a_setup_takes_its_teardown", two, "up. a. b. c. other. down.", "up", "0301 up rerun matched, 0301 down rerun teardown of up"},
		{"a_teardown_takes_nothing", two, "up. a. b. c. other. down.", "down", "0301 down rerun matched"},
		{"nor_does_what_is_no_work_of_the_setup", two, "up. a. b. c. other. down.", "other", "0301 other rerun matched"},
		{"whatever_their_states_are", two, "up. a. b! c. other. down.", "failed",
			"0301 up rerun setup of b, 0301 b rerun matched, 0301 down rerun teardown of up"},
		{"an_edge_that_was_asked_for_is_the_reason", two, "up. a. b. c. other. down.", "b -d",
			"0301 up rerun setup of b, 0301 b rerun matched, 0301 down rerun after b"},
		{"what_runs_is_restarted", two, "up. a. b. c. other. down^", "c",
			"0301 up rerun setup of c, 0301 c rerun matched, 0301 down restart teardown of up"},
		{"what_waits_needs_nothing", two, "up. a!", "other", "0301 up rerun setup of other"},
	} {
		if s.name == "what_waits_needs_nothing" {
			s.graph, s.events, s.args, s.rows = cluster, "up^", "load", ""
		}
		m, _ := story(t, s.graph, s.events)
		p := m.clear(ClearArgs{Selector: selects(s.args)})
		if got := rowsOfPlan(p); got != s.rows {
			t.Errorf("%s\n got %s\nwant %s", s.name, got, s.rows)
		}
	}
}

func TestAClearSaysWhatItAdded(t *testing.T) {
	m, _ := story(t, cluster, "up. load! down.")
	p := m.clear(ClearArgs{Selector: selects("load")})
	if got := p.Selection; strings.Join(got.MatchedTasks, " ") != "load" || strings.Join(got.AddedUpstream, " ") != "up" ||
		strings.Join(got.AddedDownstream, " ") != "down" {
		t.Errorf("%+v", got)
	}
	before := m.ending(m.runs[0])
	op := m.apply(p)
	m.settle()
	if end := m.ending(m.runs[0]); end != "up=queued* load=waiting down=waiting | running" {
		t.Error(end)
	}
	m.happens(m.runs[0], "up.")
	m.settle()
	m.happens(m.runs[0], "load.")
	m.settle()
	m.happens(m.runs[0], "down.")
	m.settle()
	if end := m.ending(m.runs[0]); end != "up=success load=success down=success | success" || before == end {
		t.Error(end)
	}
	if op != 1 {
		t.Error(op)
	}
}

func TestAnUndoGivesBackWhatWasTakenAlong(t *testing.T) {
	m, before := story(t, cluster, "up. load! down.")
	op := m.apply(m.clear(ClearArgs{Selector: selects("load")}))
	m.apply(m.undo(op))
	if after := m.ending(m.runs[0]); after != before {
		t.Errorf("%s, was %s", after, before)
	}
}

func TestABackfillOfWorkMakesItsSetupAndTeardown(t *testing.T) {
	const g = "up:setup > load > down:undoes=up, load > report, fetch > report"
	m := newModel(t, graph(t, g))
	m.now = day(3)
	args := BackfillArgs{Selector: selects("load"), Reprocess: ReprocessNone}
	args.Start, args.End = day(0), day(0)
	p := m.backfill(args)
	if got := rowsOfPlan(p); got != "0301 up create setup of load, 0301 load create matched, 0301 down create teardown of up" {
		t.Error(got)
	}
	m.apply(p)
	m.pipes[0].def.Timetable = nil
	run := m.at("p", day(0))
	for _, event := range strings.Fields("+0s up. load! down.") {
		m.happens(run, event)
		m.settle()
	}
	if end := m.ending(run); end != "up=success load=failed down=success | failed" {
		t.Fatal(end)
	}
	schedule(t, m.pipes[0].def, m.pipes[0].def.Catchup)
	args.TaskRegex, args.Tasks = "report", nil
	if got := rowsOfPlan(m.backfill(args)); got != "0301 report create matched" {
		t.Error(got)
	}
	args.TaskRegex, args.Reprocess = "", ReprocessFailed
	p = m.backfill(args)
	if got := rowsOfPlan(p); !strings.Contains(got, "0301 up rerun setup of load, 0301 load rerun matched, ") ||
		!strings.Contains(got, "0301 down rerun teardown of up") {
		t.Error(got)
	}
}

func TestWorkThatAMarkPutsBackHasItsSetupAgain(t *testing.T) {
	m, end := story(t, "fetch > load, up:setup > load > down:undoes=up", "up. fetch! down.")
	if !strings.HasSuffix(end, "failed") {
		t.Fatal(end)
	}
	p := m.mark(marks("fetch", Success))
	if got := rowsOfPlan(p); got != "0301 fetch mark matched, 0301 load rerun after fetch, 0301 up rerun setup of load, 0301 down rerun teardown of up" {
		t.Error(got)
	}
	m, _ = story(t, cluster, "up!")
	if got := rowsOfPlan(m.mark(marks("up", Success))); got != "0301 up mark matched, 0301 load rerun after up, 0301 down rerun after load" {
		t.Error(got)
	}
}

func TestWhyATeardownWaits(t *testing.T) {
	m, _ := story(t, cluster, "up. load^")
	m.apply(m.mark(marks("load", Failed)))
	m.settle()
	w := m.world()
	p := w.Pipelines[0]
	doc := Why(m.now, &WhyScope{Pipeline: p, Interval: daily(0), Task: "down", MapIndex: -1, Run: p.Running[0]})
	if !strings.Contains(doc.Sentence, "upstream load is failed, but is still being cancelled") {
		t.Error(doc.Sentence)
	}
	m, _ = story(t, "up:setup > a > b:all_done > down:undoes=up", "up^")
	p = m.world().Pipelines[0]
	doc = Why(m.now, &WhyScope{Pipeline: p, Interval: daily(0), Task: "b", MapIndex: -1, Run: p.Running[0]})
	if !strings.Contains(doc.Sentence, "upstream a is waiting, and upstream up is running") {
		t.Error(doc.Sentence)
	}
}

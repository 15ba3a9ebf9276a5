package plan

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// These rows are what users of Airflow expect, in areas that have no table of their own.
// What differs on purpose stands in a table that says so, and in docs/airflow.md.

// graphOf makes a pipeline from edges between setups s1, s2 …, teardowns t1, t2 … and work.
// An edge from a setup to a teardown says that the one undoes the other.
func graphOf(t *testing.T, edges string) *pipelines.Pipeline {
	t.Helper()
	p := &pipelines.Pipeline{Name: "p", Location: time.UTC, Start: day0}
	tasks := map[string]*pipelines.Task{}
	for _, chain := range strings.Split(edges, ",") {
		var before *pipelines.Task
		for _, id := range strings.Split(chain, ">") {
			id = strings.TrimSpace(id)
			task := tasks[id]
			if task == nil {
				task = &pipelines.Task{ID: id, Setup: id[0] == 's'}
				tasks[id] = task
				p.Tasks = append(p.Tasks, task)
			}
			if before != nil {
				task.Needs = append(task.Needs, before.ID)
				if before.Setup && id[0] == 't' {
					task.Teardown, task.TriggerRule, task.AllowFailure = append(task.Teardown, before.ID), pipelines.AllDoneSetupSuccess, true
				}
			}
			before = task
		}
	}
	if err := pipelines.Build(p); err != nil {
		t.Fatal(err)
	}
	return p
}

// standing has a running run whose instances stand as "a=success b=failed" says; the others wait.
func standing(t *testing.T, def *pipelines.Pipeline, states string) *model {
	t.Helper()
	m := newModel(t, def)
	def.Timetable = nil
	run := m.add("p", 0)
	run.State = RunRunning
	is := map[string]string{}
	for _, word := range strings.Fields(states) {
		task, state, _ := strings.Cut(word, "=")
		is[task] = state
	}
	for _, task := range def.Tasks {
		in := Instance{Task: task.ID, MapIndex: -1, TryLimit: 1}
		in.State, _ = ParseState(is[task.ID])
		if in.State.Live() {
			in.Try, in.Open = 1, true
			m.attempts[in.key(run)] = AttemptRunning
		}
		run.Instances = append(run.Instances, in)
	}
	return m
}

func TestWhatAClearTakesAlong(t *testing.T) {
	const (
		nested = "s1 > t1, s2 > t2, s3 > t3, s1 > s2 > s3 > w1 > w2, w2 > t1, w2 > t2, w2 > t3"
		inside = "s1 > t1, s1 > w1 > t1, s1 > s2, s2 > t2, s2 > w2 > w3 > t2"
		across = "s1 > t1, s2 > t2, s1 > w1 > s2 > w2, w2 > t1, w2 > t2, s3 > s2 > t3, s3 > t3"
		simple = "s1 > t1, s1 > w1 > t1"
		lined  = "s1 > t1, s2 > t2, s1 > w1 > t1, s2 > t1 > t2"
	)
	for _, s := range []struct{ edges, args, rows string }{
		{"s1 > w1 > w2 > w3", "w2 -d", "s1 w2 w3"},
		{"s1 > w1 > w2 > w3, w3 > t1", "w2 -d", "s1 t1 w2 w3"},
		{"s1 > w1 > w2 > w3, w3 > t1, t1 > w4, s1 > t1", "w1 -u", "s1 t1 w1"},
		{"s1 > w1 > w2, w1 > t1, s1 > t1", "w2 -d", "w2"},
		{inside, "w1 -u", "s1 t1 w1"},
		{inside, "w2 -d", "s2 t2 w2 w3"},
		{inside, "w3 -d", "s2 t2 w3"},
		{simple, "t1 -d", "t1"},
		{simple, "w1", "s1 t1 w1"},
		{simple, "s1 -u", "s1 t1"},
		{simple, "s1 -d", "s1 t1 w1"},
		{simple, "s1", "s1 t1"},
		{"s1 > w1 > t1, s1 > t1, w1 > w2, s2 > w2 > t2, s2 > t2", "w1 -d", "s1 s2 t1 t2 w1 w2"},
		{nested, "w1 -d", "s1 s2 s3 t1 t2 t3 w1 w2"},
		{nested, "w2 -d", "s1 s2 s3 t1 t2 t3 w2"},
		{nested, "s3", "s3 t3"},
		{nested, "s2", "s2 t2"},
		// In Airflow without s3: there t3, which names no work, does not wait for w2.
		{across, "w2 -d", "s1 s2 s3 t1 t2 t3 w2"},
		{across, "w2", "s1 s2 s3 t1 t2 t3 w2"},
		{lined, "t1", "t1"},
		{lined, "t1 -u", "s1 s2 t1 t2 w1"},
		{"s1 > t1", "t1 -u", "s1 t1"},
		{"s1 > t1", "s1 -d", "s1 t1"},
	} {
		def := graphOf(t, s.edges)
		all := ""
		for _, task := range def.Tasks {
			all += task.ID + "=success "
		}
		task, flags, _ := strings.Cut(s.args, " ")
		p := standing(t, def, all).clear(ClearArgs{Selector: selects("^" + task + "$ " + flags)})
		var rows []string
		for _, r := range p.Instances {
			rows = append(rows, r.Task)
		}
		slices.Sort(rows)
		if got := strings.Join(rows, " "); got != s.rows {
			t.Errorf("clear %s of %q\n got %s\nwant %s", s.args, s.edges, got, s.rows)
		}
	}
}

func TestHowARunStands(t *testing.T) {
	for _, s := range []struct {
		graph, states, run string
		airflow            string // where it says something else
	}{
		{"a > b > c", "a=success b=skipped c=skipped", "success", ""},
		{"b > a:always, c > a, d > c", "a=success", "running", ""},
		{"b > a:always, c > a, d > c", "a=success b=failed c=success d=success", "failed", "success: only leaves count"},
		{"a > b > d, a > c > d, b > e:one_failed, c > e, d > e", "a=success b=failed c=success d=success e=success", "failed", "success: only leaves count"},
		{"a > b, b > c", "a=running", "running", ""},
		{"a > b", "a=failed", "failed", ""},
		{"s:setup > w > t:undoes=s", "s=success w=failed t=success", "failed", ""},
		{"s:setup > w > t:undoes=s > u:undoes=s", "s=success w=success t=failed u=failed", "success", ""},
		// Which tasks decide: the work does, a teardown only if it says so.
		{"s:setup > w > t:undoes=s", "s=success w=success t=failed", "success", ""},
		{"s:setup > w > t:undoes=s", "s=success w=failed t=failed", "failed", ""},
		{"s:setup > w > t:undoes=s:decides > u:undoes=s", "s=success w=success t=failed u=success", "failed", ""},
		{"s:setup > w > t:undoes=s:decides > u:undoes=s", "s=success w=success t=success u=failed", "success", ""},
		// A task that cannot run any more holds no run up.
		{"a:past, b:past", "a=running", "running", ""},
	} {
		m := standing(t, graph(t, s.graph), s.states)
		m.settle()
		if got := m.runs[0].State.String(); got != s.run {
			t.Errorf("%q with %q is %s, want %s (Airflow: %s)", s.graph, s.states, got, s.run, s.airflow)
		}
	}
}

func TestSetupsSettleWorkBeforeItsTurn(t *testing.T) {
	for _, s := range []struct{ graph, states, end string }{
		{"a:setup > b > c", "a=skipped", "a=skipped b=skipped c=skipped | success"},
		{"a:setup > w > v, b:setup > w", "a=running b=skipped", "a=running* b=skipped w=skipped v=skipped | running"},
	} {
		m := standing(t, graph(t, s.graph), s.states)
		m.settle()
		if got := m.ending(m.runs[0]); got != s.end {
			t.Errorf("%q with %q: %s", s.graph, s.states, got)
		}
	}
}

func TestMarkingATaskPutsBackOnlyWhatItHeldUp(t *testing.T) {
	m := standing(t, graph(t, "a > b, a > c, a > d, a > e"), "a=failed b=success c=upstream_failed d=failed e=skipped")
	m.settle()
	if m.runs[0].State != RunFailed {
		t.Fatal(m.ending(m.runs[0]))
	}
	m.apply(m.mark(marks("^a$", Success)))
	if got := m.ending(m.runs[0]); got != "a=success b=success c=waiting d=waiting e=skipped | queued" {
		t.Error(got)
	}
}

func TestMarkingARunAsASuccessSparesTeardownsAtWork(t *testing.T) {
	for _, s := range []struct {
		states, rows, run string
	}{
		{"s=success a=running t=queued", "a b", "running"},
		{"s=success a=running", "a b", "running"},
		{"s=success a=failed b=success t=failed", "a t", "success"},
		{"s=success a=failed b=success t=success", "a", "success"},
		{"s=success a=failed b=success t=upstream_failed", "a t", "success"},
		{"s=success a=failed b=success t=removed", "a", "success"}, // in Airflow t too
	} {
		m := standing(t, graph(t, "s:setup > a > t:undoes=s, s > b > t"), s.states)
		if s.run == "success" {
			m.settle()
			if m.runs[0].State != RunFailed {
				t.Fatal(m.ending(m.runs[0]))
			}
		}
		args := marks("--all", Success)
		args.Runs = true
		p := m.mark(args)
		var rows []string
		for _, r := range p.Instances {
			rows = append(rows, r.Task)
		}
		m.apply(p)
		if got := strings.Join(rows, " "); got != s.rows || m.runs[0].State.String() != s.run {
			t.Errorf("%q: %s | %s", s.states, got, m.runs[0].State)
		}
	}
}

func TestFiltersOfAClear(t *testing.T) {
	for _, s := range []struct{ days, args, rows string }{
		{"failed failed failed", "1..2 failed", "0301 0302"},
		{"running running failed", "running", "0301 0302"},
		{"failed failed running", "failed", "0301 0302"},
		{"failed failed failed", "at:2 past", "0301 0302"},
		{"failed failed failed", "at:2 future", "0302 0303"},
		{"failed success failed", "failed upstream_failed", "0301 0303"},
		{"skipped failed upstream_failed", "1..3", "0301 0302 0303"}, // whatever the state is
		{"success success success", "at:1 past future --all", "0301 0302 0303"},
	} {
		m := newModel(t, graph(t, "a"))
		m.pipes[0].def.Timetable = nil
		for i, state := range strings.Fields(s.days) {
			run := m.add("p", i)
			run.State = RunFailed
			in := Instance{Task: "a", MapIndex: -1, Try: 2, TryLimit: 2}
			in.State, _ = ParseState(state)
			if in.State.Live() {
				run.State, in.Open = RunRunning, true
			}
			run.Instances = []Instance{in}
		}
		p := m.clear(ClearArgs{Selector: selects(s.args)})
		var rows []string
		for _, r := range p.Instances {
			rows = append(rows, r.IntervalStart.Format("0102"))
			if r.Try != 2 || r.TryLimit != 3 {
				t.Errorf("%+v: not all retries again", r)
			}
		}
		if got := strings.Join(rows, " "); got != s.rows {
			t.Errorf("clear %s of %s: %s", s.args, s.days, got)
		}
		m.apply(p)
		for _, r := range p.Runs {
			if run := m.run(r.Run); run.State.Final() {
				t.Errorf("clear %s leaves run %d as it was", s.args, run.ID)
			}
		}
	}
}

func TestAnEndedRunHasAnEndUntilItIsReopened(t *testing.T) {
	m, _ := story(t, "a", "a.")
	ends := func() bool { return !m.runs[0].EndedAt.IsZero() }
	if !ends() {
		t.Error("a success has no end")
	}
	m.apply(m.clear(ClearArgs{Selector: selects("--all")}))
	m.settle()
	if ends() {
		t.Error("a running run has an end")
	}
	m.happens(m.runs[0], "a!")
	m.settle()
	if !ends() || m.runs[0].State != RunFailed {
		t.Error("a failure has no end")
	}
}

// The latest run before that succeeded is known to the runs after it, whatever the schedule:
// to one that runs already, and to one that a later clear runs again.
func TestRunsKnowWhichSucceededLast(t *testing.T) {
	const daily = "start_date: 2026-03-01\nschedule: "
	for _, schedule := range []string{"", daily + "'@daily'\ncatchup: true\n", daily + "'@daily'\n", daily + "{every: 1d}\n",
		daily + "{every: 1d}\ncatchup: true\n", daily + "'0 0 * * *'\ncatchup: none\n"} {
		m := newModel(t, file(t, "pipeline: p\n"+schedule+"tasks: {a: {run: 'echo ${{ prev_success.start ?? ds }}'}}\n"))
		for n := range 4 {
			m.add("p", n)
		}
		m.settle()
		for n, event := range []string{"a!", "a.", "a!", "a."} {
			m.happens(m.runs[n], event)
			m.settle()
		}
		m.apply(m.clear(ClearArgs{Selector: selects("--all")}))
		m.happens(m.runs[1], "a.")
		m.settle()
		m.happens(m.runs[1], "a.")
		m.settle()
		var got []string
		for _, run := range m.world().Pipelines[0].Running {
			got = append(got, run.Interval.Start.Format("0102")+" after "+run.PrevSuccess.Start.Format("0102"))
		}
		if text := strings.Join(got, ", "); text != "0301 after 0101, 0303 after 0302, 0304 after 0302" {
			t.Errorf("%q: %s", schedule, text)
		}
	}
}

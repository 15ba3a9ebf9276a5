package plan

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// story runs one run of a graph. Each event is a task and what its open attempt does:
//
//	a^ starts   a. exit 0   a! exit 1   a~ exit 99   a? lost   a% timeout   a- killed
//	a.k=v exit 0, with a result   a[1]. the same of a mapped one
//	+5m the clock goes on by five minutes
//
// After each event the steps settle. The end is written as "a=success b=skipped | failed".
func story(t *testing.T, edges, events string) (*model, string) {
	t.Helper()
	def := graph
	if strings.Contains(edges, "tasks:") {
		def = file
	}
	m := newModel(t, def(t, edges))
	m.pipes[0].def.Timetable = nil
	run := m.add("p", 0)
	m.settle()
	for _, event := range strings.Fields(events) {
		m.happens(run, event)
		m.settle()
	}
	return m, m.ending(run)
}

// named splits "a[1]".
func named(name string) (task string, index int) {
	task, rest, ok := strings.Cut(name, "[")
	if !ok {
		return name, -1
	}
	index, _ = strconv.Atoi(strings.TrimSuffix(rest, "]"))
	return task, index
}

func (m *model) ending(run *Run) string {
	var words []string
	for i := range run.Instances {
		words = append(words, shortState(&run.Instances[i]))
	}
	return strings.Join(append(words, "|", run.State.String()), " ")
}

func (m *model) happens(run *Run, event string) {
	if d, err := time.ParseDuration(strings.TrimPrefix(event, "+")); err == nil {
		m.now = m.now.Add(d)
		return
	}
	event, value, ends := strings.Cut(event, "=")
	results := map[string]string(nil)
	if ends {
		task, key, _ := strings.Cut(event, ".")
		event, results = task+".", map[string]string{key: value}
	}
	task, what := event[:len(event)-1], event[len(event)-1]
	task, index := named(task)
	in := m.instance(run.ID, task, index)
	r := Report{AttemptKey: in.key(run), Event: Ended, Time: m.now, Results: results}
	switch what {
	case '^':
		r.Event = Started
	case '!':
		r.ExitCode = 1
	case '~':
		r.ExitCode = 99
	case '?':
		r.Event = Lost
	case '%':
		r.ExitCode, r.Signal, r.Reason = -1, 15, "timeout"
	case '-':
		r.ExitCode, r.Signal = -1, 9
	}
	m.reports = append(m.reports, r)
}

func TestStories(t *testing.T) {
	for _, s := range []struct{ name, graph, events, end string }{
		{"a_chain_runs_in_order", "a > b", "a^ a. b^ b.", "a=success b=success | success"},
		{"nothing_starts_before_its_upstream", "a > b", "a^", "a=running* b=waiting | running"},
		{"failure_blocks_what_follows_not_its_siblings", "a > b > c, a > d", "a. b!",
			"a=success b=failed c=upstream_failed d=queued* | running"},
		{"a_failed_middle_fails_the_run", "a > b > c:all_done", "a! c.", "a=failed b=upstream_failed c=success | failed"},
		{"an_allowed_failure_does_not", "a:allowed > b:all_done", "a! b.", "a=failed b=success | success"},
		{"what_an_allowed_failure_blocks_does_not_either", "a:allowed > b > c", "a!",
			"a=failed b=upstream_failed c=upstream_failed | success"},
		{"a_skip_cascades_in_one_step", "a > b > c, a > d:none_failed", "a~", "a=skipped b=skipped c=skipped d=queued* | running"},
		{"a_retry_waits_for_its_delay", "a:retries=1", "a! +59s", "a=retrying | running"},
		{"a_growing_delay_waits_at_least_as_long", "a:retries=2:exponential", "a! +59s", "a=retrying | running"},
		{"and_less_than_twice", "a:retries=2:exponential", "a! +2m", "a=queued* | running"},
		{"the_second_one_waits_twice_as_long", "a:retries=2:exponential", "a! +2m a! +119s", "a=retrying | running"},
		{"then_it_runs_again", "a:retries=1", "a! +1m a.", "a=success | success"},
		{"until_no_try_is_left", "a:retries=1", "a! +1m a!", "a=failed | failed"},
		{"a_lost_attempt_is_tried_again_apart_from_the_retries", "a", "a?", "a=queued* | running"},
		{"unless_four_in_a_row_are_lost", "a", "a? a? a? a?", "a=failed | failed"},
		{"an_end_between_begins_the_count_anew", "a:retries=1", "a? a? a! +5m a? a? a?", "a=queued* | running"},
		{"a_skip_is_no_failure_to_retry", "a:retries=3", "a~", "a=skipped | success"},
		{"a_timeout_is_a_failure", "a", "a^ a%", "a=failed | failed"},
		{"a_diamond_joins", "a > b > d, a > c > d", "a. b. c. d.", "a=success b=success c=success d=success | success"},
		{"one_success_does_not_wait_for_the_rest", "a > c:one_success, b > c", "a.", "a=success b=queued* c=queued* | running"},
		{"one_failed_starts_at_the_first_failure", "a > c:one_failed, b > c", "a! b. c.", "a=failed b=success c=success | failed"},
		{"always_needs_no_end", "a > b:always", "b.", "a=queued* b=success | running"},
	} {
		t.Run(s.name, func(t *testing.T) {
			if _, end := story(t, s.graph, s.events); end != s.end {
				t.Errorf("%q, %q\n got %s\nwant %s", s.graph, s.events, end, s.end)
			}
		})
	}
}

func TestReasonsSayWhy(t *testing.T) {
	for _, s := range []struct{ graph, events, log string }{
		{"a", "a!", "a:failed exit 1"},
		{"a", "a~", "a:skipped exit 99"},
		{"a", "a-", "a:failed killed by SIGKILL"},
		{"a", "a%", "a:failed timeout"},
		{"a", "a? a? a? a?", "a:failed runner lost it"},
		{"fetch > b", "fetch!", "b:upstream_failed upstream fetch failed"},
		{"fetch > b > c > d", "fetch!", "d:upstream_failed upstream fetch failed"},
		{"fetch > b", "fetch~", "b:skipped upstream fetch was skipped"},
		{"fetch > b:all_failed", "fetch.", "b:skipped upstream fetch succeeded"},
		{"fetch > b:all_skipped", "fetch!", "b:skipped upstream fetch failed"},
	} {
		m, _ := story(t, s.graph, s.events)
		if log := strings.Join(m.log, "\n"); !strings.Contains(log+"\n", s.log+"\n") {
			t.Errorf("%q, %q: no %q in\n%s", s.graph, s.events, s.log, log)
		}
	}
}

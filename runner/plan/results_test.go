package plan

import (
	"strings"
	"testing"
)

// TestResultsDecideWhatFollows: the when of b reads what a handed on.
func TestResultsDecideWhatFollows(t *testing.T) {
	for _, s := range []struct {
		name    string
		results map[string]string
		reason  string
		end     string
	}{
		{"enough", map[string]string{"n": "3"}, "", "a=success b=queued* | running"},
		{"too_few", map[string]string{"n": "1"}, "", "a=success b=skipped | success"},
		{"not_written", nil, "", "a=success b=skipped | success"},
		{"not_good_after_all", map[string]string{"n": "3"}, "bad results: line 1", "a=failed b=upstream_failed | failed"},
	} {
		m := newModel(t, file(t, "pipeline: p\ntasks:\n  a: x\n  b: {needs: a, run: x, when: \"${{ int(tasks.a.results.n ?? 0) > 2 }}\"}\n"))
		run := m.add("p", 0)
		m.settle()
		m.reports = append(m.reports, Report{AttemptKey: run.Instances[0].key(run), Event: Ended, Time: m.now, Results: s.results, Reason: s.reason})
		m.settle()
		if end := m.ending(run); end != s.end {
			t.Errorf("%s: %s, want %s\n%s", s.name, end, s.end, strings.Join(m.log, "\n"))
		}
	}
}

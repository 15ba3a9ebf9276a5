package plan

import (
	"strings"
	"testing"
	"time"
)

func TestWhatFindsNoRoomInItsTimeFails(t *testing.T) {
	for _, s := range []struct{ name, graph, events, end, log string }{
		{"there_is_room_in_time", "a, b", "a^ +59m a. b.", "a=success b=success | success", ""},
		{"none_comes_free", "a, b", "a^ +1h", "a=running* b=failed | running", "b:failed queue_timeout: no room within 1h"},
		{"it_comes_free_in_the_last_moment", "a, b", "a^ +59m +59s +1s,a.", "a=success b=queued* | running", ""},
		{"what_follows_it_is_blocked", "a, b > c", "a^ +1h a.", "a=success b=failed c=upstream_failed | failed", "c:upstream_failed upstream b failed"},
		{"its_time_does_not_run_while_it_needs_others", "a > b", "a^ +3h a. b.", "a=success b=success | success", ""},
		{"nor_while_its_retry_waits", "a:retries=1, b", "a! b^ +4m +59s", "a=retrying b=running* | running", ""},
		{"a_retry_has_it_too", "a:retries=1, b", "a! b^ +5m +59m +59s +1s", "a=failed b=running* | running", "a:failed queue_timeout: no room within 1h"},
	} {
		t.Run(s.name, func(t *testing.T) {
			m := newModel(t, graph(t, s.graph))
			m.pipes[0].def.Timetable, m.parallelism = nil, 1
			for _, task := range m.pipes[0].def.Tasks {
				task.QueueTimeout = time.Hour
			}
			run := m.add("p", 0)
			m.settle()
			for _, events := range strings.Fields(s.events) {
				for event := range strings.SplitSeq(events, ",") {
					m.happens(run, event)
				}
				m.settle()
			}
			if end := m.ending(run); end != s.end || !strings.Contains(strings.Join(m.log, "\n"), s.log) {
				t.Errorf("got %s\nwant %s\n%s", end, s.end, strings.Join(m.log, "\n"))
			}
		})
	}
}

func TestTheTimeForRoomBeginsAnew(t *testing.T) {
	for name, happens := range map[string]func(m *model, run *Run){
		"after_a_pause": func(m *model, run *Run) {
			m.pipes[0].paused = true
			m.settle()
			m.pipes[0].paused = false
		},
		"after_a_clear": func(m *model, run *Run) {
			m.apply(m.mark(MarkArgs{Selector: Selector{TaskRegex: "b", All: true}, As: Skipped}))
			m.settle()
			m.apply(m.clear(ClearArgs{Selector: Selector{TaskRegex: "b", All: true}}))
		},
	} {
		t.Run(name, func(t *testing.T) {
			m := newModel(t, graph(t, "a, b"))
			m.pipes[0].def.Timetable, m.parallelism = nil, 1
			m.pipes[0].def.Tasks[1].QueueTimeout = time.Hour
			run := m.add("p", 0)
			m.settle()
			m.happens(run, "a^")
			m.happens(run, "+59m")
			m.settle()
			happens(m, run)
			m.settle()
			m.happens(run, "+59m")
			if d := m.settle(); m.ending(run) != "a=running* b=waiting | running" || !d.Wake.Equal(m.now.Add(time.Minute)) {
				t.Errorf("%s, and wakes in %s", m.ending(run), d.Wake.Sub(m.now))
			}
			m.happens(run, "+1m")
			if m.settle(); m.ending(run) != "a=running* b=failed | running" {
				t.Error(m.ending(run))
			}
		})
	}
}

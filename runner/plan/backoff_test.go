package plan

import (
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// TestRetriesWaitLonger has for each policy the bounds of the first delays.
func TestRetriesWaitLonger(t *testing.T) {
	for _, c := range []struct {
		name     string
		task     pipelines.Task
		from, to []time.Duration // the least and the most of each delay, both inclusive
	}{
		{"fixed", pipelines.Task{RetryDelay: time.Minute}, seconds(60, 60, 60), seconds(60, 60, 60)},
		{"fixed_and_capped", pipelines.Task{RetryDelay: time.Minute, MaxRetryDelay: 20 * time.Second}, seconds(20, 20), seconds(20, 20)},
		{"doubles_and_adds_up_to_as_much", pipelines.Task{RetryDelay: time.Minute, RetryBackoff: pipelines.Exponential},
			seconds(60, 120, 240, 480), seconds(119, 239, 479, 959)},
		{"never_above_the_cap", pipelines.Task{RetryDelay: time.Minute, RetryBackoff: pipelines.Exponential, MaxRetryDelay: 3 * time.Minute},
			seconds(60, 120, 180, 180), seconds(119, 180, 180, 180)},
		{"from_nothing_a_second", pipelines.Task{RetryBackoff: pipelines.Exponential}, seconds(1, 1, 1), seconds(1, 1, 1)},
		{"never_above_a_day", pipelines.Task{RetryDelay: 20 * time.Hour, RetryBackoff: pipelines.Exponential},
			seconds(72000, 86400), seconds(86400, 86400)},
	} {
		c.task.Retries = 1000
		for i := range c.from {
			in := &Instance{Task: "a", MapIndex: -1, Try: i + 1, TryLimit: 1001}
			got := retryDelay(&Run{Pipeline: "p", Interval: daily(0)}, in, &c.task)
			if got < c.from[i] || got > c.to[i] {
				t.Errorf("%s: delay %d is %s, not between %s and %s", c.name, i+1, got, c.from[i], c.to[i])
			}
		}
	}
}

func seconds(list ...int) []time.Duration {
	all := make([]time.Duration, len(list))
	for i, n := range list {
		all[i] = time.Duration(n) * time.Second
	}
	return all
}

func TestTheSameAttemptAlwaysWaitsAsLongAndOthersDiffer(t *testing.T) {
	task := &pipelines.Task{RetryDelay: time.Hour, RetryBackoff: pipelines.Exponential, Retries: 3}
	delay := func(pipeline, name string, n, try int) time.Duration {
		return retryDelay(&Run{Pipeline: pipeline, Interval: daily(n)}, &Instance{Task: name, MapIndex: -1, Try: try, TryLimit: try + 3}, task)
	}
	first := delay("p", "a", 0, 1)
	if again := delay("p", "a", 0, 1); again != first {
		t.Errorf("%s, then %s", first, again)
	}
	for name, other := range map[string]time.Duration{"pipeline": delay("q", "a", 0, 1), "task": delay("p", "b", 0, 1),
		"interval": delay("p", "a", 1, 1), "try": delay("p", "a", 0, 2)} {
		if other == first {
			t.Errorf("another %s waits %s too", name, other)
		}
	}
}

func TestBackoffCountsFailuresSinceTheLastClear(t *testing.T) {
	task := &pipelines.Task{RetryDelay: time.Minute, RetryBackoff: pipelines.Exponential, Retries: 2}
	for name, in := range map[string]Instance{
		"cleared after three tries":    {Try: 4, TryLimit: 6},
		"two attempts were lost":       {Try: 3, TryLimit: 5},
		"fewer retries than it had":    {Try: 1, TryLimit: 9},
		"the first of a fresh attempt": {Try: 1, TryLimit: 3},
	} {
		if got := retryDelay(&Run{Interval: daily(0)}, &in, task); got < time.Minute || got >= 2*time.Minute {
			t.Errorf("%s: %s", name, got)
		}
	}
}

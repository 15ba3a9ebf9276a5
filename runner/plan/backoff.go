package plan

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// maxBackoff caps a delay that doubles where the task has no cap of its own; as in Airflow.
const maxBackoff = 24 * time.Hour

// retryDelay is how long an instance waits after the failed attempt that it has just had.
//
// An exponential delay doubles with each failure since the instance was last put back, and
// an attempt that the executor lost does not count. Up to as much again is added, so that
// tasks which failed together do not come back together. That share is a hash of what the
// attempt is, as in Airflow: the same attempt always waits as long.
func retryDelay(run *Run, in *Instance, task *pipelines.Task) time.Duration {
	delay := task.RetryDelay
	if task.RetryBackoff == pipelines.Exponential {
		limit := maxBackoff
		if task.MaxRetryDelay > 0 {
			limit = task.MaxRetryDelay
		}
		failures := task.Retries + 1 - (in.TryLimit - in.Try)
		base := max(doubled(delay, failures-1, limit), time.Second)
		delay = min(base+jitter(run, in, base), limit)
	}
	if task.MaxRetryDelay > 0 {
		delay = min(delay, task.MaxRetryDelay)
	}
	return delay
}

// doubled is d times two to the n, or limit where that is less.
func doubled(d time.Duration, n int, limit time.Duration) time.Duration {
	for ; n > 0 && d < limit; n-- {
		d *= 2
	}
	return min(d, limit)
}

// jitter is the attempt's own share of base, in whole seconds, always less than base.
func jitter(run *Run, in *Instance, base time.Duration) time.Duration {
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%s\x00%d\x00%d\x00%d",
		run.Pipeline, in.Task, in.MapIndex, run.Interval.Start.UnixMicro(), in.Try))
	share := binary.BigEndian.Uint64(sum[:]) % uint64(base/time.Second)
	return time.Duration(share) * time.Second
}

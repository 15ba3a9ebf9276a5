package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/executortest"
	"github.com/tidemark-dev/tidemark/runner/storetest"
)

// told is a fake that tells of every job.
type told struct {
	*fake
	jobs chan runner.Job
}

func (f *told) Start(jobs []runner.Job) error {
	for _, job := range jobs {
		f.jobs <- job
	}
	return f.fake.Start(jobs)
}

// vault is a loop in the real time, whose pipeline has a task with a secret that a program
// prints when the test lets it.
type vault struct {
	*told
	store *storetest.Memory
	fifo  *executortest.Fifo // gate
	came  *executortest.Fifo
	end   func()
}

func newVault(t *testing.T, program string) *vault {
	dir := t.TempDir()
	v := &vault{told: &told{newFake(0), make(chan runner.Job, 10)}, store: storetest.NewMemory(),
		fifo: executortest.NewFifo(t, filepath.Join(dir, "gate")), came: executortest.NewFifo(t, filepath.Join(dir, "came"))}
	r := loop(t, v.store, v.told, `
schedule: "@daily"
start_date: 2000-01-01
end_date: 2000-01-01
catchup: true
tasks:
  slow:
    run: "true"
    retries: 1
    retry_delay: 0s
    secrets: {KEY: {command: [sh, -c, "`+program+`"]}, TWICE: {env: HOME}}
  quick: "true"
`)
	r.Definitions.Workshop.Root, r.Poll = dir, 10*time.Millisecond
	r.Definitions.Workshop.Environ = []string{"PATH=" + os.Getenv("PATH"), "HOME=/h"}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() {
		defer close(done)
		r.Run(ctx)
	}()
	v.end = func() { cancel(); <-done }
	t.Cleanup(v.end)
	return v
}

func TestAProgramThatPrintsASecretHoldsNobodyUp(t *testing.T) {
	v := newVault(t, "read go <gate; echo s3cret")
	if job := <-v.jobs; job.Key != "1/quick/-1/1" {
		t.Errorf("%s begins first", job.Key)
	}
	v.fifo.Release()
	job := <-v.jobs
	if job.Key != "1/slow/-1/1" || !slices.Contains(job.Env, "KEY=s3cret") || !slices.IsSorted(job.Env) || !slices.Equal(job.Secrets, []string{"KEY", "TWICE"}) {
		t.Errorf("%+v", job)
	}
}

func TestASecretThatCannotBeHadIsAFailureOfTheAttempt(t *testing.T) {
	v := newVault(t, "test -e once && echo s3cret; touch once")
	<-v.jobs
	if job := <-v.jobs; job.Key != "1/slow/-1/2" || !slices.Contains(job.Env, "KEY=s3cret") {
		t.Errorf("after the failure comes %+v", job)
	}
}

func TestAnAttemptThatIsCancelledWhileItWaitsForASecretIsNeverBegun(t *testing.T) {
	v := newVault(t, "echo here >came; read go <gate; echo s3cret")
	<-v.jobs
	v.came.Await()
	if err := v.store.Other().Reset(1, "slow"); err != nil {
		t.Fatal(err)
	}
	v.came.Await()
	v.fifo.Release()
	if job := <-v.jobs; job.Key != "1/slow/-1/2" {
		t.Errorf("%s begins", job.Key)
	}
}

func TestALoopThatEndsLeavesNoProgramBehind(t *testing.T) {
	v := newVault(t, "read go <gate; echo s3cret")
	<-v.jobs
	v.end() // waits for its goroutines
	if len(v.jobs) > 0 {
		t.Errorf("%+v", <-v.jobs)
	}
}

package simulation

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing/synctest"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// poll is how often a runner asks whether somebody else has written.
const poll = 10 * time.Minute

// life is a runner from its start to its end.
type life struct {
	cancel context.CancelFunc
	done   chan struct{}
	reload chan runner.Definitions
	line   *line
	idle   bool // it was told to return when idle
	err    error
	out    runner.Outcome
}

func (h *history) definitions() runner.Definitions {
	return runner.Definitions{Pipelines: h.defs, Workshop: &runner.Workshop{Root: "/", LogDir: "/logs"}}
}

// run starts a runner.
func (h *history) run() {
	ctx, cancel := context.WithCancel(context.Background())
	l := &life{cancel: cancel, done: make(chan struct{}), reload: make(chan runner.Definitions), idle: h.one(4)}
	l.line = &line{history: h, outside: h.outside, reports: make(chan []runner.Report, 4096)}
	h.runner = l
	r := &runner.Runner{Store: &store{h.db, h}, Executor: l.line, Log: h.log(), Poll: poll,
		Definitions: h.definitions(), Reload: l.reload, Parallelism: h.parallelism, UntilIdle: l.idle,
		Observe: func(_ time.Time, d *plan.Decision) { h.tell("  %s", describe(d)); h.undone(d) }}
	h.tell("tidemark run (until idle: %v)", l.idle)
	go func() {
		defer close(l.done)
		defer func() {
			if r := recover(); r == errOver {
				l.err = errOver
			} else if r != nil {
				panic(r)
			}
		}()
		l.out, l.err = r.Run(ctx)
	}()
	h.settle()
}

// stop interrupts the runner and waits for its end.
func (h *history) stop() {
	if h.runner == nil {
		return
	}
	h.runner.cancel()
	<-h.runner.done
	h.runner = nil
}

// bury notices that the runner has ended by itself.
func (h *history) bury() {
	if h.runner == nil {
		return
	}
	select {
	case <-h.runner.done:
	default:
		return
	}
	l := h.runner
	h.stop()
	switch {
	case l.err == errOver:
		panic(errOver)
	case l.err == nil && l.idle:
		h.tell("idle, stuck: %v", l.out.Stuck)
		h.idle(l.out)
	case l.err == nil:
		h.wrong("the runner returned, though nobody asked it to")
	case errors.Is(l.err, errCrash):
		if h.one(3) {
			h.reopen()
		}
	case strings.Contains(l.err.Error(), poison):
	default:
		h.check(l.err)
	}
}

// reload tells the runner that the files have changed.
func (h *history) reload() {
	synctest.Wait()
	if h.runner == nil {
		return
	}
	select {
	case h.runner.reload <- h.definitions():
	case <-h.runner.done:
	}
}

// describe writes a decision in a line.
func describe(d *plan.Decision) string {
	var words []string
	add := func(format string, args ...any) { words = append(words, fmt.Sprintf(format, args...)) }
	for _, c := range d.Create {
		add("create %s", at(c.Pipeline, c.Interval.Start))
	}
	for _, s := range d.Skip {
		add("skip %s…%s", at(s.Pipeline, s.First.Start), s.Last.Start.Format("02T15"))
	}
	for _, c := range d.Runs {
		add("run %d %s→%s (born %d)", c.Run.ID, c.From, c.To, len(c.Born))
	}
	for _, c := range d.Tasks {
		add("%d/%s %s→%s", c.Run.ID, c.Task, c.From, c.To)
	}
	for _, c := range d.Attempts {
		add("%s is %s", c.AttemptKey, c.To)
	}
	for _, k := range d.Cancel {
		add("cancel %s", k)
	}
	for _, s := range d.Start {
		add("start %s", s.AttemptKey)
	}
	return strings.Join(words, ", ")
}

func at(pipeline string, t time.Time) string { return pipeline + "@" + t.UTC().Format("02T15") }

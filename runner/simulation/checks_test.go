package simulation

import (
	"context"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// inspect looks at what the database holds now and compares it with what it held before,
// with what really runs, and with what must always be.
func (h *history) inspect() {
	before := h.seen
	h.seen = h.look.read()
	h.cancelled(h.seen)
	if h.seen == before {
		return
	}
	h.appendOnly(before, h.seen)
	h.numbered(h.seen)
	h.finished(h.seen)
	h.bounded(before, h.seen)
	h.contiguous(h.seen)
	h.intended(h.seen)
	if h.one(16) {
		h.recount()
	}
}

// recount compares the counters with what they count.
func (h *history) recount() {
	wrong, err := h.other.Verify(context.Background())
	h.check(err)
	for _, w := range wrong {
		h.wrong("%s", w)
	}
}

// appendOnly: an attempt never goes away, never goes back, and does not change once it is
// over; a retry waits for its time.
func (h *history) appendOnly(before, now *record) {
	for k, was := range before.attempts {
		is, there := now.attempts[k]
		if !there || is.state < was.state || is.queued != was.queued || !was.state.Open() && is.state != was.state {
			h.wrong("attempt %s was %s and is %s (%v)", k, was.state, is.state, there)
		}
	}
	for k, is := range now.attempts {
		if _, old := before.attempts[k]; old {
			continue
		}
		in := before.instances[k.instanceKey]
		if in.state == plan.Retrying && in.try == k.try-1 && is.queued < in.notBefore && now.instances[k.instanceKey].try == k.try {
			h.wrong("attempt %s is begun %s too early", k, time.Duration(in.notBefore-is.queued)*time.Microsecond)
		}
	}
}

// numbered: the attempts of an instance are 1, 2, 3 … up to its try, and only the last may
// be open.
func (h *history) numbered(s *record) {
	count := map[instanceKey]int{}
	for k, a := range s.attempts {
		key := k.instanceKey
		count[key]++
		in, there := s.instances[key]
		switch {
		case !there:
			h.wrong("attempt %s has no task instance", k)
		case k.try > in.try:
			h.wrong("attempt %s is not known to its instance, which stands at %d", k, in.try)
		case a.state.Open() != (in.open && in.try == k.try):
			h.wrong("attempt %s is %s, its instance stands at %d, open: %v", k, a.state, in.try, in.open)
		}
	}
	for k, in := range s.instances {
		if count[k] != in.try {
			h.wrong("%s stands at try %d and has %d attempts", k, in.try, count[k])
		}
		if in.state.Live() && !in.open {
			h.wrong("%s is %s and nothing of it is open", k, in.state)
		}
	}
}

// finished: a run that is over has nothing left to do; every instance belongs to a run.
func (h *history) finished(s *record) {
	for k, in := range s.instances {
		switch r, there := s.runs[k.run]; {
		case !there:
			h.wrong("%s has no run", k)
		case r.state.Final() && (!in.state.Final() || in.open):
			h.wrong("run %d is %s, %s is %s, open: %v", k.run, r.state, k, in.state, in.open)
		}
	}
}

// bounded: no lane runs more than it may, and no more attempts are open than there are slots.
func (h *history) bounded(before, s *record) {
	type lane struct{ pipe, id int64 }
	active := map[lane]int{}
	for _, r := range s.runs {
		if r.state == plan.RunRunning {
			active[lane{r.pipe, r.lane}]++
		}
	}
	for l, n := range active {
		most := s.lanes[l.id]
		if most == 0 {
			most = h.definition(s.pipes[l.pipe].name).MaxActiveRuns
		}
		if n > most {
			h.wrong("lane %d of %s has %d running, may have %d", l.id, s.pipes[l.pipe].name, n, most)
		}
	}
	open := 0
	for _, a := range s.attempts {
		if a.state.Open() {
			open++
		}
	}
	if open > h.parallelism {
		h.wrong("%d attempts are open, %d may be", open, h.parallelism)
	}
}

// contiguous: up to where the live schedule stands each interval has a run or stands on
// record as passed over, and no scheduled run was both.
func (h *history) contiguous(s *record) {
	for id, p := range s.pipes {
		has := map[int64]plan.Kind{}
		for _, r := range s.runs {
			if r.pipe == id {
				has[r.start] = r.kind
			}
		}
		for period := range h.definition(p.name).Timetable.Periods() {
			start := period.Start.UnixMicro()
			if period.End.UnixMicro() > p.lastEnd {
				break
			}
			n := 0
			for _, sk := range s.skipped {
				if sk.pipe == id && sk.start <= start && start < sk.end {
					n++
				}
			}
			kind, made := has[start]
			if n > 1 || n == 1 && made && kind == plan.Scheduled || n == 0 && !made {
				h.wrong("interval %s: run %v (%s), passed over %d times", at(p.name, period.Start), made, kind, n)
			}
		}
	}
}

// intended: what really began is on record, and how it ended is what the record says.
func (h *history) intended(s *record) {
	for key, p := range h.outside.begun {
		k, err := runner.ParseKey(key)
		h.check(err)
		a, there := s.attempts[attemptKey{instanceKey{k.Run, k.Task, k.MapIndex}, k.Try}]
		if !there {
			h.wrong("%s was begun and is not on record", key)
		}
		if a.state == plan.AttemptSuccess && !(p.over && p.end.Event == runner.Ended && p.end.ExitCode == 0) ||
			a.state == plan.AttemptFailed && !(p.over && p.end.Event == runner.Ended && p.end.ExitCode != 0) ||
			a.state == plan.AttemptSkipped && !(p.over && p.end.ExitCode == 99) {
			h.wrong("%s is %s on record; it really is over: %v, %+v", key, a.state, p.over, p.end)
		}
	}
}

// cancelled: a runner that had the time to see it has asked the executor to end what nobody
// wants any more.
func (h *history) cancelled(s *record) {
	if h.runner == nil || time.Since(h.lastOrder) <= poll {
		return
	}
	for _, p := range h.outside.held {
		k, err := runner.ParseKey(p.key)
		h.check(err)
		in := s.instances[instanceKey{k.Run, k.Task, k.MapIndex}]
		if !p.over && !p.cancelled && in.open && !in.state.Live() && s.runs[k.Run].state == plan.RunRunning {
			h.wrong("%s runs, its instance is %s, and nobody has cancelled it", p.key, in.state)
		}
	}
}

// undone: a teardown is begun when a setup of its own has succeeded, and nothing that it
// comes after is left to run or is still being cancelled.
func (h *history) undone(d *plan.Decision) {
	for _, a := range d.Attempts {
		i := slices.IndexFunc(d.Start, func(s plan.Start) bool { return s.AttemptKey == a.AttemptKey })
		if a.To != plan.AttemptQueued || i < 0 {
			continue
		}
		def, run := d.Start[i].Def, d.Start[i].Run
		t := def.Index(a.Task)
		if t < 0 || len(def.Tasks[t].Teardown) == 0 {
			continue
		}
		setups, prepared := 0, 0
		for j := range run.Instances {
			in := &run.Instances[j]
			if u := def.Index(in.Task); u < 0 || !slices.Contains(def.Upstream(t), u) {
				continue
			}
			if !in.State.Final() || in.Open {
				h.wrong("%s is begun although %s is %s, open: %v", a.AttemptKey, in.Task, in.State, in.Open)
			}
			if slices.Contains(def.Tasks[t].Teardown, in.Task) {
				setups++
				if in.State == plan.Success {
					prepared++
				}
			}
		}
		if setups > 0 && prepared == 0 {
			h.wrong("%s is begun although no setup of it succeeded", a.AttemptKey)
		}
		tornDown.Add(1)
	}
}

// audit: at the end nothing runs, and whatever was handed over has ended.
func (o *outside) audit() {
	for _, p := range o.held {
		if !p.over {
			o.wrong("%s runs still, and nobody waits for it", p.key)
		}
	}
}

// idle: a runner that was told to return when idle has left nothing that moves.
func (h *history) idle(out runner.Outcome) {
	s := h.look.read()
	stuck := map[string]int{}
	for _, one := range out.Stuck {
		stuck[one.Pipeline] = one.Runs
	}
	for id, r := range s.runs {
		if !r.state.Final() && stuck[s.pipes[r.pipe].name] == 0 {
			h.wrong("the runner is idle and does not say that run %d is left", id)
		}
	}
	for k, a := range s.attempts {
		if a.state.Open() {
			h.wrong("the runner is idle and %s is open", k)
		}
	}
}

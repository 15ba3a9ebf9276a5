package simulation

import (
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/runner"
)

// outside is the executor with its processes. It outlives every runner.
type outside struct {
	*history
	held  []*process          // begun and not forgotten, in the order of their beginning
	begun map[string]*process // ever
	young bool                // since its last restart no runner has called: it cannot tell what was never begun
	late  []runner.Report     // on their way
	said  []runner.Report     // to be delivered
	told  []runner.Report     // of the runner that is, to be repeated
}

// process is one attempt, as it really is.
type process struct {
	key       string
	started   bool
	over      bool
	end       runner.Report
	startedAt time.Time
	cancelled bool
	result    string // what it wrote to $TIDEMARK_RESULTS
}

func newOutside(h *history) *outside { return &outside{history: h, begun: map[string]*process{}} }

func (o *outside) find(key string) *process {
	if i := slices.IndexFunc(o.held, func(p *process) bool { return p.key == key }); i >= 0 {
		return o.held[i]
	}
	return nil
}

func (o *outside) begin(key string) {
	if o.find(key) != nil {
		return // a second start is harmless
	}
	if o.begun[key] != nil {
		o.wrong("%s is started again after the executor was told to forget it", key)
	}
	o.add(key)
}

func (o *outside) add(key string) *process {
	p := &process{key: key}
	o.held, o.begun[key] = append(o.held, p), p
	return p
}

// speak lets processes come further, and says so: at once, late, twice or never.
func (o *outside) speak() {
	for _, p := range slices.Clone(o.held) {
		if !p.over && o.one(2) {
			for _, r := range o.advance(p) {
				o.report(r)
			}
		}
	}
	for i := 0; i < len(o.late); i++ {
		if o.one(2) {
			o.deliver(o.late[i])
			o.late = slices.Delete(o.late, i, i+1)
			i--
		}
	}
	if len(o.told) > 0 && o.one(4) {
		if r := o.told[o.rng.IntN(len(o.told))]; r.Event != runner.Unbegun {
			o.tell("again: %s", words(r))
			o.deliver(r)
		}
	}
}

func (o *outside) report(r runner.Report) {
	switch o.rng.IntN(8) {
	case 0:
		o.tell("lost on its way: %s", words(r))
	case 1, 2:
		o.tell("late: %s", words(r))
		o.late = append(o.late, r)
	default:
		o.tell("%s", words(r))
		o.deliver(r)
	}
}

// deliver says something to the runner, if there is one, when everybody waits again: were it
// said at once, the runner would work beside the one who plays fate.
func (o *outside) deliver(reports ...runner.Report) { o.said = append(o.said, reports...) }

func (o *outside) flush() {
	if o.runner != nil && len(o.said) > 0 {
		o.told = append(o.told, o.said...)
		o.runner.line.reports <- o.said
	}
	o.said = nil
}

// advance starts or ends a process.
func (o *outside) advance(p *process) []runner.Report {
	now := time.Now()
	var said []runner.Report
	if !p.started && !o.one(6) {
		p.started, p.startedAt = true, now
		said = append(said, runner.Report{Key: p.key, Event: runner.Started, Time: now})
		if !o.one(3) {
			return said
		}
	}
	return append(said, o.end(p, o.howItEnds(p)))
}

func (o *outside) howItEnds(p *process) runner.Report {
	r := runner.Report{Event: runner.Ended}
	switch n := o.rng.IntN(12); {
	case !p.started:
		r.ExitCode, r.Reason = -1, "cannot start"
	case p.cancelled && n < 8:
		r.ExitCode, r.Signal, r.Reason = -1, 15, "cancelled"
	case n < 7:
	case n < 9:
		r.ExitCode = 1
	case n < 10:
		r.ExitCode = 99
	case n < 11:
		r.ExitCode, r.Signal = -1, 9
	default:
		r.Event, r.Reason = runner.Lost, "gone"
	}
	return r
}

func (o *outside) end(p *process, r runner.Report) runner.Report {
	r.Key, r.Time = p.key, time.Now()
	p.over, p.end = true, r
	if r.Event == runner.Ended && p.started {
		o.leave(p)
	}
	return r
}

// succeed ends all that runs, and well.
func (o *outside) succeed() {
	for _, p := range slices.Clone(o.held) {
		if !p.over {
			p.started, p.startedAt = true, time.Now()
			o.deliver(runner.Report{Key: p.key, Event: runner.Started, Time: time.Now()}, o.end(p, runner.Report{Event: runner.Ended}))
		}
	}
}

// known is all that can be said of a process.
func known(p *process) []runner.Report {
	var said []runner.Report
	if p.started {
		said = append(said, runner.Report{Key: p.key, Event: runner.Started, Time: p.startedAt})
	}
	if p.over {
		said = append(said, p.end)
	}
	return said
}

// redial is a line that broke and was mended: all that is not forgotten is said again.
func (o *outside) redial() {
	o.late = nil
	var all []runner.Report
	for _, p := range o.held {
		all = append(all, known(p)...)
	}
	if o.runner != nil && len(all) > 0 {
		o.tell("the line is mended: %d reports are said again", len(all))
		o.deliver(all...)
	}
}

// dies is the end of the keeper alone: what ran is lost.
func (o *outside) dies() {
	o.tell("the executor dies")
	for _, p := range o.held {
		if !p.over {
			o.report(o.end(p, runner.Report{Event: runner.Lost, Reason: "the keeper died"}))
		}
	}
}

// reboot ends all that runs. What began before is in the journal; of what is not, nobody
// can say that it never began.
func (o *outside) reboot() {
	o.late, o.young = nil, true
	for _, p := range o.held {
		if !p.over {
			o.end(p, runner.Report{Event: runner.Lost, Reason: "the machine restarted"})
		}
	}
}

// lose answers for an attempt of which there is no record, and remembers the answer.
func (o *outside) lose(key string) runner.Report {
	return o.end(o.add(key), runner.Report{Event: runner.Lost, Reason: "no record of it"})
}

func words(r runner.Report) string {
	switch {
	case r.Event == runner.Started:
		return r.Key + " started"
	case r.Event == runner.Lost:
		return r.Key + " is lost"
	case r.Event == runner.Unbegun:
		return r.Key + " was never begun"
	case r.Reason != "":
		return r.Key + " ended: " + r.Reason
	}
	return r.Key + " ended with " + string(rune('0'+r.ExitCode%10))
}

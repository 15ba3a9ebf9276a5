package plan

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/pipelines/prose"
	"github.com/tidemark-dev/tidemark/pipelines/timetable"
)

// WhyDoc says why a task instance is in its state and what it waits for: the document
// tidemark.why/1.
type WhyDoc struct {
	Schema        string     `json:"schema"`
	Pipeline      string     `json:"pipeline"`
	IntervalStart time.Time  `json:"interval_start"`
	Task          string     `json:"task"`
	State         string     `json:"state"` // a state's name, or "absent"
	Sentence      string     `json:"sentence"`
	Checks        []Check    `json:"checks"`
	StartsWhen    *time.Time `json:"starts_when"` // nil where no instant is known
}

// Check is one condition of a start, and whether it holds.
type Check struct {
	Name   string `json:"name"`
	OK     bool   `json:"ok"`
	Detail string `json:"detail"`
}

// WhyScope is what there is to know about one task of one interval.
type WhyScope struct {
	Pipeline *PipelineState // with its definition and its lanes
	Interval timetable.Interval
	Task     string
	MapIndex int                // -1: not mapped
	Run      *Run               // with its instances; nil: none at this interval
	Reason   string             // of the instance's final state, or of its newest attempt's end
	EndedAt  time.Time          // of the newest attempt; zero: none has ended
	Skipped  *timetable.Stretch // the recorded stretch that the interval lies in

	NoRunner    bool // none is at work, as far as is known
	Active      int  // running runs of the run's lane
	Ahead       int  // queued runs of the lane that start before the run
	Live        int  // attempts with the executor, over all pipelines
	Parallelism int  // how many may be; 0: not known

	ActiveTasks int            // of them, in this pipeline
	Pools       map[string]int // slots of the pools; nil: not known
	Taken       map[string]int // slots of them that attempts take
}

// Why explains, in one sentence and the list of what was looked at.
func Why(now time.Time, s *WhyScope) WhyDoc {
	y := &inquiry{WhyScope: s, now: now, doc: WhyDoc{Schema: "tidemark.why/1", Pipeline: s.Pipeline.Name,
		IntervalStart: s.Interval.Start.UTC(), Task: s.Task, State: absent, Checks: []Check{}}}
	switch in := y.instance(); {
	case s.Run == nil:
		y.noRun()
	case s.MapIndex < 0 && (in == nil || in.State == Removed) && y.mapped():
	case in == nil:
		y.noInstance()
	default:
		y.doc.State = in.State.String()
		y.existing(in)
	}
	return y.doc
}

// inquiry is an answer in the making.
type inquiry struct {
	*WhyScope
	now time.Time
	doc WhyDoc
}

func (y *inquiry) instance() *Instance {
	if y.Run == nil {
		return nil
	}
	for i := range y.Run.Instances {
		if in := &y.Run.Instances[i]; in.Task == y.Task && in.MapIndex == y.MapIndex {
			return in
		}
	}
	return nil
}

// say sets the sentence, which begins with the task and the interval.
func (y *inquiry) say(format string, args ...any) {
	y.doc.Sentence = InstanceName(y.Task, y.MapIndex) + " of " + stamp(y.Interval.Start) + " " + fmt.Sprintf(format, args...) + "."
}

func (y *inquiry) check(name string, ok bool, format string, args ...any) {
	y.doc.Checks = append(y.doc.Checks, Check{name, ok, fmt.Sprintf(format, args...)})
}

// obstacles are the details of the checks that do not hold. A trigger rule goes without
// saying where an upstream task holds it up.
func (y *inquiry) obstacles() string {
	var all []string
	upstream := false
	for _, c := range y.doc.Checks {
		if c.OK || upstream && c.Name == triggerRule {
			continue
		}
		upstream = upstream || strings.HasPrefix(c.Name, "upstream ")
		all = append(all, c.Detail)
	}
	return strings.Join(all, ", and ")
}

const triggerRule = "trigger_rule"

// existing explains an instance that exists.
func (y *inquiry) existing(in *Instance) {
	switch in.State {
	case Queued:
		y.check("attempt", true, "attempt %d is with the executor", in.Try)
		y.check("runner", !y.NoRunner, "%s", y.runner())
		y.say("is queued: attempt %d is with the executor, and %s", in.Try, y.unheard(in))
	case Running:
		y.check("attempt", true, "attempt %d runs since %s", in.Try, stamp(in.StartedAt))
		y.check("runner", !y.NoRunner, "%s", y.runner())
		if y.NoRunner {
			y.say("was running when a runner last looked, since %s, attempt %d of at most %d: %s", stamp(in.StartedAt), in.Try, in.TryLimit, y.runner())
			return
		}
		y.say("is running since %s, attempt %d of at most %d", stamp(in.StartedAt), in.Try, in.TryLimit)
	case Success, Failed, Skipped, UpstreamFailed, Removed:
		y.ended(in)
	default:
		y.pending(in)
	}
}

// ended explains a final state: how it came, after how many attempts, and when.
func (y *inquiry) ended(in *Instance) {
	word := map[State]string{Success: "succeeded", Failed: "failed", Skipped: "was skipped", UpstreamFailed: "did not run", Removed: "was removed"}[in.State]
	if y.Reason != "" {
		word += ": " + y.Reason
	}
	y.check("reason", in.State == Success || in.State == Skipped || in.State == Removed, "%s", word)
	if in.Try > 0 {
		y.check("attempts", true, "%d of at most %d", in.Try, in.TryLimit)
		word += fmt.Sprintf(", after %s", prose.Plural(in.Try, "attempt"))
	}
	if !y.EndedAt.IsZero() {
		word += ", at " + stamp(y.EndedAt)
	}
	if in.Open {
		y.check("attempt", false, "attempt %d is being cancelled", in.Try)
	}
	y.say("%s", word)
}

// runner says whether one is at work.
func (y *inquiry) runner() string {
	if y.NoRunner {
		return "no runner is at work (tidemark run)"
	}
	return "a runner is at work"
}

// unheard says why nothing has been heard of an attempt's process.
func (y *inquiry) unheard(in *Instance) string {
	if y.NoRunner {
		return y.runner()
	}
	if def := y.Pipeline.Def; def != nil {
		if t, ok := def.Task(in.Task); ok && slices.ContainsFunc(t.Secrets, func(s pipelines.Secret) bool { return len(s.Command) > 0 }) {
			return "it waits for the programs that print its secrets, or for its process"
		}
	}
	return "it waits for a slot there, or its process has not been reported yet"
}

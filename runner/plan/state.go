package plan

import "fmt"

// State is the state of a task instance.
type State uint8

// The states of a task instance. The first four are unfinished, the others final.
// Their numbers are stored: they never change.
const (
	Waiting        State = iota // for its upstream, a slot or a date
	Queued                      // handed to the executor, intent on disk
	Running                     // a process exists
	Retrying                    // failed, tries again after NotBefore
	Success                     // exit code 0
	Failed                      // no try left
	Skipped                     // its when, its trigger rule or its exit code says so
	UpstreamFailed              // what it needs did not succeed
	Removed                     // its task's for_each has no item of its index any more; it does not count
)

var stateNames = [...]string{"waiting", "queued", "running", "retrying", "success", "failed", "skipped", "upstream_failed", "removed"}

// States lists every state in order.
var States = []State{Waiting, Queued, Running, Retrying, Success, Failed, Skipped, UpstreamFailed, Removed}

// String returns the state's one name in YAML, SQL, CLI and pages.
func (s State) String() string { return stateNames[s] }

// known is a pointer to the state, one for all rows of a plan: nobody writes through it.
func (s State) known() *State { return &statesKnown[s] }

var statesKnown = [len(stateNames)]State(States)

// Final says whether only an order can change the state.
func (s State) Final() bool { return s >= Success }

// Live says whether an attempt of this instance is with the executor.
func (s State) Live() bool { return s == Queued || s == Running }

// MarshalText writes the name.
func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *State) UnmarshalText(text []byte) error {
	v, ok := ParseState(string(text))
	if !ok {
		return fmt.Errorf("no task instance state is named %q", text)
	}
	*s = v
	return nil
}

// ParseState returns the state of that name.
func ParseState(name string) (State, bool) {
	for i, n := range stateNames {
		if n == name {
			return State(i), true
		}
	}
	return 0, false
}

// RunState is the state of a run.
type RunState uint8

// The states of a run. Their numbers are stored.
const (
	RunQueued  RunState = iota // a row, no more: its task instances appear when it starts
	RunRunning                 // its tasks are looked at in every turn
	RunSuccess                 // nothing is left and no failure counts
	RunFailed                  // nothing is left and a failure counts
)

var runStateNames = [...]string{"queued", "running", "success", "failed"}

// String returns the state's one name.
func (s RunState) String() string { return runStateNames[s] }

// Final says whether only an order can change the state.
func (s RunState) Final() bool { return s >= RunSuccess }

// MarshalText writes the name.
func (s RunState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *RunState) UnmarshalText(text []byte) error {
	for i, n := range runStateNames {
		if n == string(text) {
			*s = RunState(i)
			return nil
		}
	}
	return fmt.Errorf("no run state is named %q", text)
}

// AttemptState is the state of one try.
type AttemptState uint8

// The states of an attempt. Their numbers are stored.
const (
	AttemptQueued AttemptState = iota
	AttemptRunning
	AttemptSuccess
	AttemptFailed
	AttemptSkipped
	AttemptCancelled
	AttemptLost
)

var attemptStateNames = [...]string{"queued", "running", "success", "failed", "skipped", "cancelled", "lost"}

// String returns the state's one name.
func (s AttemptState) String() string { return attemptStateNames[s] }

// Open says whether the executor still holds it.
func (s AttemptState) Open() bool { return s <= AttemptRunning }

// MarshalText writes the name.
func (s AttemptState) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// UnmarshalText reads the name.
func (s *AttemptState) UnmarshalText(text []byte) error {
	for i, n := range attemptStateNames {
		if n == string(text) {
			*s = AttemptState(i)
			return nil
		}
	}
	return fmt.Errorf("no attempt state is named %q", text)
}

// Kind says who asked for a run.
type Kind uint8

// The kinds of run. Their numbers are stored.
const (
	Scheduled  Kind = iota // the live schedule
	Backfilled             // a backfill
	Manual                 // trigger
)

var kindNames = [...]string{"scheduled", "backfill", "manual"}

// String returns the kind's one name.
func (k Kind) String() string { return kindNames[k] }

// MarshalText writes the name.
func (k Kind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

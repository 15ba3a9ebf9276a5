package plan

import "encoding/json"

// Action is what happens to a task instance, RunAction what happens to a run. The document
// promises a few words for each, once for ever; where the planner is more precise, the
// document's action is the promised word, and its change the precise one.
type (
	Action    string
	RunAction string
)

// The actions.
const (
	Rerun   = "rerun"   // final, or waiting for a retry: waits again, with all its retries
	Restart = "restart" // with the executor: that attempt is cancelled, then it runs again
	Create  = "create"  // does not exist yet
	Cancel  = "cancel"
	Marked  = "mark"    // gets the end that a person says
	Restore = "restore" // gets back the state that it had before an order
	Reopen  = "reopen"  // a finished run is looked at again
	Remove  = "remove"  // a run, or an instance, that an order made and that never started
	None    = "none"
)

// Promised is the document's word: an instance that an undo removes is as it was before.
func (a Action) Promised() string {
	if a == Remove {
		return Restore
	}
	return string(a)
}

// Promised is the document's word: what is neither made nor opened again is none, whatever
// the state in which it ends.
func (a RunAction) Promised() string {
	if a == Create || a == Reopen {
		return string(a)
	}
	return None
}

// MarshalText writes the promised word.
func (a Action) MarshalText() ([]byte, error) { return []byte(a.Promised()), nil }

// MarshalText writes the promised word.
func (a RunAction) MarshalText() ([]byte, error) { return []byte(a.Promised()), nil }

// change is the precise word, where the promised one is another.
func change(precise, promised string) string {
	if precise == promised {
		return ""
	}
	return precise
}

// UnmarshalJSON reads a plan's document; the actions are the precise ones again.
func (p *Plan) UnmarshalJSON(text []byte) error {
	type document Plan
	if err := json.Unmarshal(text, (*document)(p)); err != nil {
		return err
	}
	for i := range p.Instances {
		if r := &p.Instances[i]; r.Change != "" {
			r.Action = Action(r.Change)
		}
	}
	for i := range p.Runs {
		if r := &p.Runs[i]; r.Change != "" {
			r.Action = RunAction(r.Change)
		}
	}
	return nil
}

package plan

import (
	"encoding/json"
	"slices"
	"testing"
)

// keepsItsWord checks that a plan's document has the promised actions and no others, and
// that it is the same plan again when it is read.
func keepsItsWord(t testing.TB, p *Plan) {
	t.Helper()
	if len(p.Instances)+len(p.Runs) > 1000 {
		return // of large ones the first few are enough, and are in other tests
	}
	text, err := json.Marshal(p)
	var doc struct {
		Instances, Runs []struct{ Action string }
		Counts          struct {
			By map[string]int `json:"by_action"`
		}
	}
	if err == nil {
		err = json.Unmarshal(text, &doc)
	}
	if err != nil {
		t.Fatal(err)
	}
	counts := map[string]int{}
	for _, r := range doc.Instances {
		counts[r.Action]++
		if !slices.Contains([]string{"rerun", "restart", "create", "cancel", "mark", "restore"}, r.Action) {
			t.Errorf("a task instance has the action %q", r.Action)
		}
	}
	for _, r := range doc.Runs {
		if !slices.Contains([]string{"create", "reopen", "none"}, r.Action) {
			t.Errorf("a run has the action %q", r.Action)
		}
	}
	for action, n := range doc.Counts.By {
		if counts[action] != n {
			t.Errorf("by_action says %s %d, the rows %d", action, n, counts[action])
		}
	}
	var again Plan
	if err := json.Unmarshal(text, &again); err != nil {
		t.Fatal(err)
	}
	if digest(&again) != p.Digest {
		t.Errorf("a plan that is read again is another one: %s", text)
	}
}

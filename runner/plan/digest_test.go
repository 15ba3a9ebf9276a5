package plan

import "testing"

// TestWhatAPlanDoesToABackfillIsSigned: to pause one is another plan than to let it go on.
func TestWhatAPlanDoesToABackfillIsSigned(t *testing.T) {
	digests := map[string]bool{}
	for _, h := range []Hold{{Backfill: 3, Paused: true}, {Backfill: 3, WasPaused: true}, {Backfill: 4, Paused: true}} {
		p, err := PauseBackfill("p", h, false, PauseArgs{})
		if err != nil {
			t.Fatal(err)
		}
		digests[p.Digest] = true
	}
	if len(digests) != 3 {
		t.Errorf("three plans have %d digests", len(digests))
	}
}

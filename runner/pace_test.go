package runner

import (
	"testing"
	"time"
)

func TestAsMuchIsHandedAheadAsEndedWithinTheWindow(t *testing.T) {
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	var p pace
	for i := 9; i >= 0; i-- {
		p.end(now.Add(-time.Duration(i) * window / 5))
	}
	if n := p.ahead(now, 100); n != 6 {
		t.Errorf("%d ahead, want the 6 that ended within the window", n)
	}
	if n := p.ahead(now, 4); n != 4 {
		t.Errorf("%d ahead, more than the limit of 4", n)
	}
	if n := p.ahead(now.Add(2*window), 100); n != 0 {
		t.Errorf("%d ahead after a pause, want none", n)
	}
}

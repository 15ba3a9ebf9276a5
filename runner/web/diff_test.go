package web

import (
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// A comparison read along its old lines is the old text, along its new ones the new text; and
// a text has nothing to say to itself.
func TestADiffHoldsBothTexts(t *testing.T) {
	texts := rapid.SliceOfN(rapid.SampledFrom([]string{"a", "b", "c", ""}), 0, 12)
	rapid.Check(t, func(t *rapid.T) {
		before, after := texts.Draw(t, "before"), texts.Draw(t, "after")
		lines := diff(before, after)
		old, now := []string{}, []string{}
		changes := 0
		for _, l := range lines {
			if l.Op != "+" {
				old = append(old, l.Text)
			}
			if l.Op != "-" {
				now = append(now, l.Text)
			}
			if l.Op != "" {
				changes++
			}
			if l.Old != 0 && l.Old != len(old) || l.New != 0 && l.New != len(now) {
				t.Fatalf("a line has the wrong number: %+v", l)
			}
		}
		if !slices.Equal(old, before) || !slices.Equal(now, after) {
			t.Fatalf("%q to %q reads %q to %q", before, after, old, now)
		}
		if slices.Equal(before, after) && changes > 0 {
			t.Fatalf("%d changes of nothing", changes)
		}
		shown := 0
		for _, l := range fold(lines) {
			shown += max(1, l.Hidden)
		}
		if shown != len(lines) {
			t.Fatalf("%d of %d lines are shown or counted", shown, len(lines))
		}
	})
}

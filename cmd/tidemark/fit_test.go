package main

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
)

func TestNoRowIsWiderThanTheTerminal(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var rows [][]string
		for range 1 + rng.IntN(4) {
			var r []string
			for i := range 6 {
				r = append(r, strings.Repeat("é", rng.IntN(10+20*i)))
			}
			rows = append(rows, r)
		}
		width := 90 + rng.IntN(200)
		for _, r := range fit(rows, width, "…") {
			total := 0
			for _, cell := range r {
				total += ui.Width(cell) + 2
			}
			if total > width {
				t.Fatalf("%d columns, not %d: %q", total, width, r)
			}
		}
	}
}

func TestWhatFitsIsNotCut(t *testing.T) {
	rows := [][]string{{"TASK", "N"}, {"a_task_with_a_long_name", "12"}}
	if got := fmt.Sprint(fit(rows, 80, "…")); got != fmt.Sprint(rows) {
		t.Error(got)
	}
}

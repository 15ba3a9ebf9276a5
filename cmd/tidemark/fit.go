package main

import (
	"strings"

	"github.com/tidemark-dev/tidemark/cmd/tidemark/internal/ui"
)

// leastColumn is as narrow as a column may become before the next one gives way.
const leastColumn = 12

// rows writes aligned columns. On a terminal the widest give way until a row fits; a pipe
// gets them whole.
func (c *call) rows(rows [][]string) {
	if c.Term.Interactive {
		rows = fit(rows, c.Term.Width, c.Term.Ellipsis())
	}
	writeAligned(c.Out, rows)
}

// fit cuts the cells of the last column, reasons and lists, then of the first one, names,
// then of the widest.
func fit(rows [][]string, width int, mark string) [][]string {
	var widths []int
	for _, r := range rows {
		for i, cell := range r {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], ui.Width(cell))
		}
	}
	total := 0
	for _, w := range widths {
		total += w + 2
	}
	for total > width {
		i := len(widths) - 1
		if widths[i] <= leastColumn {
			i = 0
		}
		if widths[i] <= leastColumn {
			i = widest(widths)
		}
		if widths[i] <= leastColumn {
			break
		}
		widths[i]--
		total--
	}
	cut := make([][]string, len(rows))
	for i, r := range rows {
		for j, cell := range r {
			cut[i] = append(cut[i], ui.Cut(cell, widths[j], mark))
		}
	}
	return cut
}

func widest(widths []int) (at int) {
	for i, w := range widths {
		if w >= widths[at] {
			at = i
		}
	}
	return at
}

// lines writes a sentence; on a terminal it goes on in the next line, indented, where it
// is too long.
func (c *call) lines(first, next, text string) {
	if !c.Term.Interactive {
		c.Printf("%s%s\n", first, text)
		return
	}
	line, indent := first, ui.Width(first)
	for i, word := range strings.Split(text, " ") {
		if ui.Width(line)+1+ui.Width(word) > c.Term.Width && ui.Width(line) > indent {
			c.Printf("%s\n", line)
			line, indent = next+word, ui.Width(next)
			continue
		}
		if i > 0 {
			line += " "
		}
		line += word
	}
	c.Printf("%s\n", line)
}

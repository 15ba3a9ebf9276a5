package pipelines

import (
	"slices"
	"strings"
)

// Nearest returns the word that a person most likely meant: the one in from with the smallest edit distance, if it
// is near enough to be a slip and not another word. It returns "" when nothing is near.
func Nearest(word string, from []string) string {
	best, nearest := "", nearEnough(word)+1
	for _, w := range from {
		d := editDistance(strings.ToLower(word), strings.ToLower(w), nearest+1)
		if d >= len(w) && d >= len(word) {
			continue // nothing of the word is left
		}
		if d < nearest || d == nearest && best != "" && w < best {
			best, nearest = w, d
		}
	}
	return best
}

// nearEnough is the number of slips that still make a word the same word.
func nearEnough(word string) int { return min(1+len(word)/4, 4) }

// editDistance counts inserted, removed, replaced and swapped neighbouring bytes; it gives up at limit.
func editDistance(a, b string, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, last, row := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = i
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			if a[i-1] != b[j-1] {
				change++
			}
			row[j] = min(last[j]+1, row[j-1]+1, change)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		if slices.Min(row) >= limit {
			return limit
		}
		before, last, row = last, row, before
	}
	return min(last[len(b)], limit)
}

// didYouMean is the help for a word that is not in from.
func didYouMean(word string, from []string) string {
	if w := Nearest(word, from); w != "" {
		return "did you mean " + quote(w) + "?"
	}
	if len(from) == 0 || len(from) > 12 {
		return ""
	}
	known := slices.Sorted(slices.Values(from))
	return "known here: " + strings.Join(known, ", ")
}

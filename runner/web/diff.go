package web

import "strings"

// diffLine is a line of a text, or of what changed between two.
type diffLine struct {
	Old, New int    // its number in each; 0: not there
	Op       string // "+" new, "-" gone, "" in both, "…" left out
	Text     string
	Hidden   int // how many are left out
	Problems []problemDoc
}

// linesOf are the lines of a text.
func linesOf(text string) []string {
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// diffCells bounds the work of a comparison; beyond it all that differs is one block.
const diffCells = 4_000_000

// diff compares two texts by lines: the longest common subsequence stays.
func diff(before, after []string) []diffLine {
	head := 0
	for head < len(before) && head < len(after) && before[head] == after[head] {
		head++
	}
	tail := 0
	for tail < len(before)-head && tail < len(after)-head && before[len(before)-1-tail] == after[len(after)-1-tail] {
		tail++
	}
	var all []diffLine
	i, j := 0, 0
	same := func() { all = append(all, diffLine{Old: i + 1, New: j + 1, Text: after[j]}); i++; j++ }
	gone := func() { all = append(all, diffLine{Old: i + 1, Op: "-", Text: before[i]}); i++ }
	made := func() { all = append(all, diffLine{New: j + 1, Op: "+", Text: after[j]}); j++ }
	for range head {
		same()
	}
	a, b := before[head:len(before)-tail], after[head:len(after)-tail]
	if len(a)*len(b) <= diffCells {
		common := subsequences(a, b)
		for i-head < len(a) && j-head < len(b) {
			switch x, y := i-head, j-head; {
			case a[x] == b[y]:
				same()
			case common[x+1][y] >= common[x][y+1]:
				gone()
			default:
				made()
			}
		}
	}
	for i < len(before)-tail {
		gone()
	}
	for j < len(after)-tail {
		made()
	}
	for range tail {
		same()
	}
	return all
}

// subsequences holds for each pair of places how many lines the rests have in common.
func subsequences(a, b []string) [][]int32 {
	common := make([][]int32, len(a)+1)
	for i := range common {
		common[i] = make([]int32, len(b)+1)
	}
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}

// diffContext is how many lines around a change are shown.
const diffContext = 3

// fold leaves out the lines that are far from any change.
func fold(lines []diffLine) []diffLine {
	near := make([]bool, len(lines))
	for i, l := range lines {
		if l.Op == "" && len(l.Problems) == 0 {
			continue
		}
		for k := max(0, i-diffContext); k <= min(len(lines)-1, i+diffContext); k++ {
			near[k] = true
		}
	}
	var all []diffLine
	for i, l := range lines {
		switch {
		case near[i]:
			all = append(all, l)
		case len(all) > 0 && all[len(all)-1].Op == "…":
			all[len(all)-1].Hidden++
		default:
			all = append(all, diffLine{Op: "…", Hidden: 1})
		}
	}
	return all
}

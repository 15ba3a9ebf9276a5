package ui

import (
	"bufio"
	"io"
	"strings"
)

// Column is the head of a table's column.
type Column struct {
	Name  string
	Right bool // numbers
	Flex  bool // gives way when the terminal is narrow
}

// Table collects rows and writes them aligned for a person, tab-separated for a program.
type Table struct {
	columns []Column
	rows    [][]string
	under   map[int][]string // lines under a row, for a person
}

// NewTable begins a table. A name that ends in ">" is aligned right, one that ends in "~"
// gives way when the terminal is narrow: NewTable("task~", "tries>", "state").
func NewTable(names ...string) *Table {
	t := &Table{}
	for _, n := range names {
		c := Column{Right: strings.HasSuffix(n, ">"), Flex: strings.HasSuffix(n, "~")}
		c.Name = strings.TrimRight(n, ">~")
		t.columns = append(t.columns, c)
	}
	return t
}

// Add appends a row. Cells may be colored by the terminal that the table is written to.
func (t *Table) Add(cells ...string) { t.rows = append(t.rows, cells) }

// Under adds a line under the last row, as wide as the terminal; a program does not see it.
func (t *Table) Under(text string) {
	if t.under == nil {
		t.under = map[int][]string{}
	}
	t.under[len(t.rows)-1] = append(t.under[len(t.rows)-1], text)
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write writes the table: aligned with a head on a terminal, TSV with a header elsewhere.
func (t *Table) Write(w io.Writer, term Terminal) error {
	b := bufio.NewWriter(w)
	if term.Interactive {
		t.aligned(b, term)
	} else {
		t.separated(b)
	}
	return b.Flush()
}

// separated never truncates and never colors.
func (t *Table) separated(w *bufio.Writer) {
	clean := strings.NewReplacer("\t", " ", "\n", " ", "\r", " ")
	line := func(cells []string) {
		for i, cell := range cells {
			if i > 0 {
				w.WriteByte('\t')
			}
			w.WriteString(clean.Replace(Plain(cell)))
		}
		w.WriteByte('\n')
	}
	line(t.names(strings.ToLower))
	for _, row := range t.rows {
		line(row)
	}
}

func (t *Table) aligned(w *bufio.Writer, term Terminal) {
	widths := t.widths(term.Width)
	t.line(w, term, widths, t.names(strings.ToUpper), term.Dim)
	for i, row := range t.rows {
		t.line(w, term, widths, row, nil)
		for _, text := range t.under[i] {
			w.WriteString(strings.Repeat(" ", widths[0]+2) + Cut(oneLine(text), term.Width-widths[0]-2, term.Ellipsis()) + "\n")
		}
	}
}

func (t *Table) line(w *bufio.Writer, term Terminal, widths []int, cells []string, paint func(string) string) {
	var b strings.Builder
	for i, width := range widths {
		cell := ""
		if i < len(cells) {
			cell = Cut(oneLine(cells[i]), width, term.Ellipsis())
		}
		pad := strings.Repeat(" ", max(width-Width(cell), 0))
		if paint != nil {
			cell = paint(cell)
		}
		if i > 0 {
			b.WriteString("  ")
		}
		switch {
		case t.columns[i].Right:
			b.WriteString(pad + cell)
		case i == len(widths)-1:
			b.WriteString(cell)
		default:
			b.WriteString(cell + pad)
		}
	}
	w.WriteString(strings.TrimRight(b.String(), " ") + "\n")
}

// widths takes what is too wide from the flexible columns, the widest first. Others are never
// cut: half a date or half a number is worse than a line that wraps.
func (t *Table) widths(room int) []int {
	widths := make([]int, len(t.columns))
	total := 2 * (len(widths) - 1)
	for i, c := range t.columns {
		widths[i] = Width(c.Name)
		for _, row := range t.rows {
			if i < len(row) {
				widths[i] = max(widths[i], Width(oneLine(row[i])))
			}
		}
		total += widths[i]
	}
	const least = 8
	for ; total > room; total-- {
		widest := -1
		for i, c := range t.columns {
			if c.Flex && widths[i] > least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

func (t *Table) names(spell func(string) string) []string {
	names := make([]string, len(t.columns))
	for i, c := range t.columns {
		names[i] = spell(c.Name)
	}
	return names
}

func oneLine(s string) string {
	if i := strings.IndexAny(s, "\n\r\t"); i >= 0 {
		return strings.Join(strings.Fields(s), " ")
	}
	return s
}

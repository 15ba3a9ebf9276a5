package web

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// gridTable is the grid in words: for screen readers, for print and where no script runs.
type gridTable struct {
	Starts []time.Time
	Older  string // the start from which the intervals before these are shown; "": there are none
	Newer  string
	Rows   []tableRow
}

type tableRow struct {
	Task  string
	Cells []string // states in words, "" where there is none
}

// tableColumns is how many intervals the table shows.
const tableColumns = 14

func (s *Server) table(r *http.Request, p *pipelines.Pipeline) (*gridTable, error) {
	t := &gridTable{}
	for _, task := range p.Tasks {
		t.Rows = append(t.Rows, tableRow{Task: task.ID})
	}
	h, err := s.History()
	if err != nil || h == nil {
		return t, err
	}
	q := runner.ColumnQuery{Pipeline: p.Name, Limit: tableColumns + 1}
	if at := r.FormValue("at"); at != "" {
		if q.To, err = pipelines.ParseTime(at, p.Location, true); err != nil {
			q.To = time.Time{}
		}
	}
	columns, err := h.Columns(r.Context(), q)
	if err != nil || len(columns) == 0 {
		return t, err
	}
	if len(columns) > tableColumns {
		t.Older = pipelines.Label(columns[0].Interval.Start, p.Location)
		columns = columns[1:]
	}
	body, extra, err := s.cells.read(r.Context(), h, p, columns)
	for _, task := range extra {
		t.Rows = append(t.Rows, tableRow{Task: task})
	}
	for i, c := range columns {
		t.Starts = append(t.Starts, c.Interval.Start)
		for row := range t.Rows {
			t.Rows[row].Cells = append(t.Rows[row].Cells, cellWords(body[i*len(t.Rows)+row]))
		}
	}
	return t, err
}

// cellWords says a cell: its state, and whether a person marked it.
func cellWords(b byte) string {
	if b == 0 {
		return ""
	}
	words := strings.ReplaceAll(plan.State(b&15-1).String(), "_", " ")
	if b&markedBit != 0 {
		words += ", marked"
	}
	return words
}

// neighbours are the runs before and after one.
func (s *Server) neighbours(r *http.Request, p *pipelines.Pipeline, start time.Time) (before, after *time.Time) {
	h, err := s.History()
	if err != nil || h == nil {
		return nil, nil
	}
	near, err := h.Near(r.Context(), p.Name, start)
	if err != nil {
		return nil, nil
	}
	i, found := slices.BinarySearchFunc(near, start, time.Time.Compare)
	if i > 0 {
		before = &near[i-1]
	}
	if found {
		i++
	}
	if i < len(near) {
		after = &near[i]
	}
	return before, after
}

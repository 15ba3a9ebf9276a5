package web

import (
	"context"
	"slices"
	"sync"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// cellCache keeps the bytes of runs that have ended. They change only by an order, so all
// are forgotten when there is a new one; what is still active is read each time. It keeps at
// most as many bytes as a grid of 10,000 intervals and 3,000 tasks has.
type cellCache struct {
	mu     sync.Mutex
	orders int64
	size   int
	kept   map[cellKey][]byte
}

type cellKey struct {
	version string // of the definition whose tasks are the rows
	run     int64
	ended   int64
}

const keptCells = 32 << 20

// read gives the bytes of columns, column by column. A task that the definition no longer
// has gets a row behind the others: extra.
func (c *cellCache) read(ctx context.Context, h runner.History, p *pipelines.Pipeline, columns []runner.Column) (body []byte, extra []string, err error) {
	orders, err := h.Orders(ctx) // before the cells: an order in between makes them older, not newer
	if err != nil {
		return nil, nil, err
	}
	found := c.find(orders, p.Fingerprint, columns)
	a, b := missing(found)
	var fresh [][]byte
	if a <= b {
		if fresh, extra, err = readCells(ctx, h, p, columns[a:b+1]); err != nil {
			return nil, nil, err
		}
		copy(found[a:b+1], fresh)
		if len(extra) == 0 {
			c.keep(orders, p.Fingerprint, columns[a:b+1], fresh)
		}
	}
	height := len(p.Tasks) + len(extra)
	body = make([]byte, height*len(columns))
	for i, column := range found {
		copy(body[i*height:(i+1)*height], column)
	}
	if extra == nil {
		extra = []string{}
	}
	return body, extra, nil
}

// missing is the stretch of columns that must be read; empty where a is past b.
func missing(found [][]byte) (a, b int) {
	unknown := func(column []byte) bool { return column == nil }
	if a = slices.IndexFunc(found, unknown); a < 0 {
		return 0, -1
	}
	for b = len(found) - 1; !unknown(found[b]); b-- {
	}
	return a, b
}

func keyOf(version string, c runner.Column) (cellKey, bool) {
	ended := c.State == plan.RunSuccess || c.State == plan.RunFailed
	return cellKey{version, c.Run, c.EndedAt.UnixMicro()}, ended
}

func (c *cellCache) find(orders int64, version string, columns []runner.Column) [][]byte {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.kept == nil || c.orders != orders || c.size > keptCells {
		c.orders, c.size, c.kept = orders, 0, map[cellKey][]byte{}
	}
	found := make([][]byte, len(columns))
	for i, column := range columns {
		if key, ended := keyOf(version, column); ended {
			found[i] = c.kept[key]
		}
	}
	return found
}

func (c *cellCache) keep(orders int64, version string, columns []runner.Column, fresh [][]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.orders != orders {
		return
	}
	for i, column := range columns {
		key, ended := keyOf(version, column)
		if _, known := c.kept[key]; ended && !known {
			c.kept[key] = fresh[i]
			c.size += len(fresh[i])
		}
	}
}

// readCells reads the bytes of columns from the store. Of a mapped task's instances the
// worst is shown.
func readCells(ctx context.Context, h runner.History, p *pipelines.Pipeline, columns []runner.Column) (cells [][]byte, extra []string, err error) {
	row := make(map[string]int, len(p.Tasks))
	tasks := make([]string, len(p.Tasks))
	for i, t := range p.Tasks {
		row[t.ID], tasks[i] = i, t.ID
	}
	rest := map[int]bool{} // columns whose other cells are successes
	place := make(map[int64]int, len(columns))
	cells = make([][]byte, len(columns))
	for i, c := range columns {
		place[c.Run], cells[i] = i, make([]byte, len(p.Tasks))
	}
	err = h.CellsBut(ctx, p.Name, columns[0].Interval.Start, columns[len(columns)-1].Interval.Start, tasks, func(run int64) {
		if i, ok := place[run]; ok {
			rest[i] = true
		}
	}, func(c runner.Cell) {
		i, ok := place[c.Run]
		if !ok { // made since the columns were read
			return
		}
		at, ok := row[c.Task]
		if !ok {
			at = len(p.Tasks) + len(extra)
			row[c.Task], extra = at, append(extra, c.Task)
		}
		for at >= len(cells[i]) {
			cells[i] = append(cells[i], 0)
		}
		cell := byte(c.State) + 1
		if c.Marked {
			cell |= markedBit
		}
		if worse(cell, cells[i][at]) {
			cells[i][at] = cell
		}
	})
	for i := range rest {
		for at, cell := range cells[i][:len(p.Tasks)] {
			if cell == 0 {
				cells[i][at] = byte(plan.Success) + 1
			}
		}
	}
	return cells, extra, err
}

package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
)

// The grid travels as one byte a cell: a line of JSON that heads the columns, then for each
// column a byte for each row. Zero is a cell that does not exist; else the low four bits are
// the state's number plus one, and a bit says that a person marked it.
const markedBit = 0x20

// columnsHead is tidemark.cells/1. Columns are lists of the same length; instants are
// microseconds, each but the first as the distance from the one before, so that a regular
// schedule is the same number again and again.
type columnsHead struct {
	Schema  string   `json:"schema"`
	Version string   `json:"version"`         // of the definition that the rows are of
	Tasks   []string `json:"tasks,omitempty"` // the rows; left out where the caller has this version
	Extra   []string `json:"extra"`           // further rows: tasks that the definition no longer has
	Total   int      `json:"total"`           // runs in all
	Starts  []int64  `json:"starts"`
	Lengths []int64  `json:"lengths"`   // of the intervals
	Runs    string   `json:"runs"`      // a digit each: the run's state
	Kinds   string   `json:"kinds"`     // a digit each
	Took    []int64  `json:"durations"` // milliseconds; -1: not ended
}

// serveColumns heads all columns within the bounds, without cells.
func (s *Server) serveColumns(w http.ResponseWriter, r *http.Request) { s.serveGridData(w, r, false) }

// serveCells gives columns with their cells: the newest ?limit, or those from ?from to ?to.
func (s *Server) serveCells(w http.ResponseWriter, r *http.Request) { s.serveGridData(w, r, true) }

func (s *Server) serveGridData(w http.ResponseWriter, r *http.Request, cells bool) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	q, err := columnQuery(r, p)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "bad-request", err.Error(), "see /api/v1/openapi.json")
		return
	}
	body, err := s.gridData(r.Context(), p, q, cells, r.FormValue("version"))
	if err != nil {
		failed(w, r, storeFailure(err))
		return
	}
	sum := sha256.Sum256(body)
	etag := `"` + hex.EncodeToString(sum[:12]) + `"`
	h := w.Header()
	h.Set("Content-Type", "application/vnd.tidemark.cells")
	h.Set("ETag", etag)
	h.Set("Cache-Control", "no-cache")
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}

func columnQuery(r *http.Request, p *pipelines.Pipeline) (q runner.ColumnQuery, err error) {
	q.Pipeline = p.Name
	for name, to := range map[string]*time.Time{"from": &q.From, "to": &q.To} {
		if text := r.FormValue(name); text != "" {
			if *to, err = pipelines.ParseTime(text, p.Location, name == "to"); err != nil {
				return q, err
			}
		}
	}
	if text := r.FormValue("limit"); text != "" {
		q.Limit, err = strconv.Atoi(text)
	}
	return q, err
}

func (s *Server) gridData(ctx context.Context, p *pipelines.Pipeline, q runner.ColumnQuery, cells bool, version string) ([]byte, error) {
	head := columnsHead{Schema: "tidemark.cells/1", Version: p.Fingerprint, Extra: []string{}}
	if version != p.Fingerprint {
		for _, t := range p.Tasks {
			head.Tasks = append(head.Tasks, t.ID)
		}
	}
	h, err := s.History()
	if err != nil {
		return nil, err
	}
	var columns []runner.Column
	var body []byte
	if h != nil {
		if head.Total, err = h.Size(ctx, p.Name); err != nil {
			return nil, err
		}
		if columns, err = h.Columns(ctx, q); err != nil {
			return nil, err
		}
	}
	if cells && len(columns) > 0 {
		if body, head.Extra, err = s.cells.read(ctx, h, p, columns); err != nil {
			return nil, err
		}
	}
	head.columns(columns)
	var b bytes.Buffer
	if err := json.NewEncoder(&b).Encode(head); err != nil {
		return nil, err
	}
	b.Write(body)
	return b.Bytes(), nil
}

func (h *columnsHead) columns(columns []runner.Column) {
	var runs, kinds []byte
	h.Starts, h.Lengths, h.Took = []int64{}, []int64{}, []int64{}
	before := int64(0)
	for _, c := range columns {
		start := c.Interval.Start.UnixMicro()
		h.Starts = append(h.Starts, start-before)
		before = start
		h.Lengths = append(h.Lengths, c.Interval.End.Sub(c.Interval.Start).Microseconds())
		runs, kinds = append(runs, '0'+byte(c.State)), append(kinds, '0'+byte(c.Kind))
		ms := int64(-1)
		if !c.EndedAt.IsZero() && !c.StartedAt.IsZero() {
			ms = c.EndedAt.Sub(c.StartedAt).Milliseconds()
		}
		h.Took = append(h.Took, ms)
	}
	h.Runs, h.Kinds = string(runs), string(kinds)
}

// severity orders states by how much they need a person; what is removed does not count.
var severity = [...]int{plan.Removed: 0, plan.Failed: 8, plan.UpstreamFailed: 7, plan.Retrying: 6, plan.Running: 5, plan.Queued: 4, plan.Waiting: 3, plan.Skipped: 2, plan.Success: 1}

// cellOf is a state, by its name, as the grid has it; 0: there is none of that name.
func cellOf(state string) byte {
	s, ok := plan.ParseState(state)
	if !ok {
		return 0
	}
	return byte(s) + 1
}

func worse(a, b byte) bool {
	return b == 0 || severity[a&15-1] > severity[b&15-1]
}

// storeFailure puts an error of the store into words.
func storeFailure(err error) *Failure {
	return &Failure{Code: "database", Exit: 2, Message: err.Error(), Help: "the runner's log may say more"}
}

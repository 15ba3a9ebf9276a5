package web

import (
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

// ganttView is one run over time: a row a task instance, in the order in which they started.
type ganttView struct {
	*runView
	Rows          []ganttRow
	Marks         []ganttMark
	Folds         []ganttMark
	NowX          int // 0: the run has ended
	Width, Height int
	Left          int // where time begins
	Took          time.Duration
	Table         bool
	Here          string
}

type ganttRow struct {
	Task, Name string
	State      string
	Href       string
	Y          int
	Critical   bool // the run would have ended earlier without it
	Segments   []ganttSegment
	Typical    int // x of where it ends half of the times; 0: unknown
	Waited     time.Duration
	Took       time.Duration
	P50        *float64
	Tries      int
}

type ganttSegment struct {
	X, Width int
	Class    string // waited, or the state of the attempt
	Title    string
	Glyph    string // of the state, where there is room
}

// Middle is where the glyph stands.
func (s ganttSegment) Middle() int { return s.X + s.Width/2 }

// ganttMark is a line of the axis.
type ganttMark struct {
	X    int
	Text string
}

const (
	ganttRowH  = 26
	ganttTop   = 30
	ganttAxis  = 1160 // pixels for all of the time
	ganttFold  = 28   // pixels for a pause
	ganttRight = 24
	ganttGlyph = 14 // how wide a segment must be to have one
)

// serveGantt draws one run over time: waiting for room, attempts, the critical path.
func (s *Server) serveGantt(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	run, ok := s.run(w, r, p)
	if !ok {
		return
	}
	v := &ganttView{runView: run, Table: r.FormValue("table") != "", Here: "/p/" + p.Name + "/gantt?" + pick(r, "at", "table").Encode()}
	if run.Column != nil {
		doc, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{p.Name, run.At}, Flags: []Flag{{"attempts", "true"}}})
		if f != nil {
			failed(w, r, f)
			return
		}
		v.draw(doc.Instances, s.typical(r, run))
	}
	render(w, r, "gantt", map[string]any{"Title": p.Name + " gantt", "Pipeline": p.Name, "Tab": "gantt", "V": v})
}

// typicalRuns is from how many runs before a task's usual time is taken, and typicalRows how
// many task instances are read for it at most.
const (
	typicalRuns = 20
	typicalRows = 4000
)

// typical is the median of how long each task took when it succeeded lately.
func (s *Server) typical(r *http.Request, v *runView) map[string]float64 {
	n := min(typicalRuns, max(3, typicalRows/max(1, len(v.P.Tasks))))
	var before []time.Time
	for _, c := range v.Recent {
		if c.Interval.Start.Before(v.Column.Interval.Start) && len(before) < n {
			before = append(before, c.Interval.Start)
		}
	}
	if len(before) == 0 {
		return nil
	}
	doc, f := ask[tasksDoc](r.Context(), s, Command{Verb: "tasks", Args: []string{v.P.Name}, Flags: []Flag{{"state", "success"},
		{"start-date", before[len(before)-1].Format(time.RFC3339Nano)}, {"end-date", before[0].Format(time.RFC3339Nano)}, {"limit", strconv.Itoa(typicalRows)}}})
	if f != nil {
		return nil // a tick less
	}
	all := map[string][]float64{}
	for _, in := range doc.Instances {
		if in.Duration != nil {
			all[in.Task] = append(all[in.Task], *in.Duration)
		}
	}
	p50 := map[string]float64{}
	for task, list := range all {
		slices.Sort(list)
		p50[task] = list[len(list)/2]
	}
	return p50
}

// span is a task instance in time.
type span struct {
	in         *instanceDoc
	ready      time.Time // what it needs had ended; zero: unknown
	start, end time.Time // of its attempts; end is now while one goes on
}

func (v *ganttView) draw(instances []instanceDoc, p50 map[string]float64) {
	spans := v.spans(instances)
	if len(spans) == 0 {
		return
	}
	critical := v.critical(spans)
	axis := newAxis(spans, v.Now)
	longest := 8
	for _, s := range spans {
		longest = max(longest, min(graphLetter, len(s.in.Name())))
	}
	v.Left = 36 + graphChar*longest
	first, last := spans[0].start, spans[0].end // they are in the order of their starts
	for i, s := range spans {
		row := ganttRow{Task: s.in.Name(), State: s.in.State, Y: ganttTop + i*ganttRowH, Critical: critical[s.in.Task], Tries: len(s.in.Attempts),
			Href: instanceURL(v.P.Name, s.in.IntervalStart, v.P.Location, s.in.Task), Took: s.end.Sub(s.start)}
		row.Name = fitting(row.Task)
		last = later(last, s.end)
		x := func(t time.Time) int { return v.Left + axis.at(t) }
		if !s.ready.IsZero() && s.ready.Before(s.start) {
			row.Waited = s.start.Sub(s.ready)
			row.add(x(s.ready), x(s.start), "waited", "waited "+took(row.Waited)+" for room")
		}
		before := time.Time{}
		for _, a := range s.in.Attempts {
			if a.StartedAt == nil {
				continue
			}
			end := a.until(v.Now)
			if !before.IsZero() && before.Before(*a.StartedAt) && a.Operation == nil {
				row.add(x(before), x(*a.StartedAt), "waited", "waited "+took(a.StartedAt.Sub(before))+" to try again")
			}
			state := a.State
			if a.EndedAt == nil {
				state = "running"
			}
			row.add(x(*a.StartedAt), x(end), "s-"+state, "try "+strconv.Itoa(a.Try)+", "+state+", "+took(end.Sub(*a.StartedAt)))
			if m, known := p50[s.in.Task]; known {
				row.P50, row.Typical = &m, x(a.StartedAt.Add(time.Duration(m*float64(time.Second))))
			}
			before = end
		}
		v.Rows = append(v.Rows, row)
	}
	v.Took = last.Sub(first)
	v.Width, v.Height = v.Left+axis.width()+ganttRight, ganttTop+len(v.Rows)*ganttRowH+6
	if !v.Column.State.Final() {
		v.NowX = v.Left + axis.at(v.Now)
	}
	v.Marks, v.Folds = axis.marks(v.Left, v.P.Location)
	for i := range v.Rows {
		if v.Rows[i].Typical > v.Width-4 {
			v.Rows[i].Typical = v.Width - 4
		}
	}
}

func (r *ganttRow) add(from, to int, class, title string) {
	s := ganttSegment{X: from, Width: max(2, to-from), Class: class, Title: title}
	if s.Width >= ganttGlyph {
		s.Glyph = glyphs[strings.TrimPrefix(class, "s-")]
	}
	r.Segments = append(r.Segments, s)
}

// spans are the instances that have begun, in the order in which they did.
func (v *ganttView) spans(instances []instanceDoc) []span {
	var all []span
	ends := map[string]time.Time{} // when a task was over
	for i := range instances {
		in := &instances[i]
		s := span{in: in}
		for _, a := range in.Attempts {
			if a.StartedAt == nil {
				continue
			}
			if s.start.IsZero() {
				s.start = *a.StartedAt
			}
			s.end = later(s.end, a.until(v.Now))
		}
		if !s.start.IsZero() {
			all = append(all, s)
			ends[in.Task] = later(ends[in.Task], s.end)
		}
	}
	for i := range all {
		if t, ok := v.P.Task(all[i].in.Task); ok {
			if len(t.Needs) == 0 && !v.Column.StartedAt.IsZero() {
				all[i].ready = v.Column.StartedAt
			}
			for _, need := range t.Needs {
				all[i].ready = later(all[i].ready, ends[need])
			}
		}
	}
	slices.SortStableFunc(all, func(a, b span) int {
		return cmp.Or(a.start.Compare(b.start), cmp.Compare(a.in.Task, b.in.Task), cmp.Compare(a.in.MapIndex, b.in.MapIndex))
	})
	return all
}

// critical is the chain of tasks that the end of the run waited for: from the one that ended
// last, back by what ended last of what each needs.
func (v *ganttView) critical(spans []span) map[string]bool {
	ends := map[string]time.Time{}
	last := ""
	for _, s := range spans {
		ends[s.in.Task] = later(ends[s.in.Task], s.end)
		if last == "" || ends[s.in.Task].After(ends[last]) {
			last = s.in.Task
		}
	}
	chain := map[string]bool{}
	for last != "" && !chain[last] {
		chain[last] = true
		t, ok := v.P.Task(last)
		last = ""
		if !ok {
			break
		}
		for _, need := range t.Needs {
			if end, ran := ends[need]; ran && (last == "" || end.After(ends[last])) {
				last = need
			}
		}
	}
	return chain
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

package web

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/tidemark-dev/tidemark/runner/plan"
)

// previewView is a plan as a dialog shows it.
type previewView struct {
	Plan    *plan.Plan
	Loc     *time.Location
	Tasks   []previewTask
	States  []stateCount
	Left    []leftAlone
	Stripe  []stripe // of a backfill: one for each interval of the range
	In, Out int      // of them
	Now     time.Time
	Line    string // the same order on the command line
	Rows    int    // what the button says
	Noun    string
	Painted painted // which cells to hatch
	Failure *Failure
	// Overridable says that what failed is a guard rail past which a person may go.
	Overridable bool
	Confirms    bool // so many that a person types the number
	Millis      int64
}

type previewTask struct {
	Task        string
	Count       int
	First, Last time.Time
	States      []stateCount
	Why         string
}

type stateCount struct {
	State string
	Count int
}

// stripe is an interval of a backfill, in or out and why.
type stripe struct {
	Start              time.Time
	State, Action, Why string
}

// shownStripes is how many intervals a strip has room for.
const shownStripes = 1000

// stripes are the intervals of a backfill's range, in order; none where they are too many.
func stripes(p *plan.Plan) []stripe {
	var all []stripe
	seen := map[int64]bool{}
	add := func(start time.Time, state, action, why string) {
		if us := start.UnixMicro(); !seen[us] {
			seen[us] = true
			all = append(all, stripe{start, state, action, why})
		}
	}
	for i := range p.Runs {
		r, state := &p.Runs[i], ""
		if r.State != nil {
			state = r.State.String()
		}
		add(r.IntervalStart, state, r.Action.Promised(), r.Why)
	}
	for i := range p.Untouched {
		u := &p.Untouched[i]
		add(u.IntervalStart, strings.ReplaceAll(u.State, " ", "-"), plan.None, u.Why)
	}
	if len(all) > shownStripes {
		return nil
	}
	slices.SortFunc(all, func(a, b stripe) int { return a.Start.Compare(b.Start) })
	return all
}

type leftAlone struct {
	Why   string
	Count int
}

// servePreview plans an order, as a dry run does, and answers with the plan in HTML. The
// body is that of the order, with "order" for the verb.
func (s *Server) servePreview(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	c, err := previewCommand(r)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "bad-request", err.Error(), "")
		return
	}
	s.preview(w, r, c, p.Location, began)
}

// serveOperationPreview plans an order about an earlier one: to undo it, or to cancel it.
func (s *Server) serveOperationPreview(w http.ResponseWriter, r *http.Request) {
	began := time.Now()
	r.SetPathValue("backfill", r.PathValue("operation"))
	c, err := previewCommand(r)
	if err != nil {
		refuse(w, r, http.StatusBadRequest, "bad-request", err.Error(), "")
		return
	}
	s.preview(w, r, c, nil, began)
}

// preview plans, and answers with the plan in the timezone of its pipeline.
func (s *Server) preview(w http.ResponseWriter, r *http.Request, c Command, loc *time.Location, began time.Time) {
	v := previewView{Loc: loc, Line: commandLine(c), Now: s.Now()}
	a := s.Verbs(r.Context(), c)
	doc, planned := a.Document.(*plan.Plan)
	if v.Loc == nil {
		v.Loc = time.UTC
		if planned && len(doc.Pipelines) == 1 {
			v.Loc = s.zone(doc.Pipelines[0])
		}
	}
	if planned {
		v.summarise(doc)
	} else {
		v.Failure = inZone(a.Failure, v.Loc)
		v.Overridable = a.Failure != nil && a.Failure.Code == "guard-rail" && strings.Contains(a.Failure.Help, "--override")
	}
	v.Millis = time.Since(began).Milliseconds()
	fragment(w, "plan", v)
}

// zone is the timezone of a pipeline; UTC where there is none of that name.
func (s *Server) zone(pipeline string) *time.Location {
	if p, ok := s.Project().Pipeline(pipeline); ok {
		return p.Location
	}
	return time.UTC
}

// previewCommand is the order's command, as a dry run.
func previewCommand(r *http.Request) (Command, error) {
	body, err := given(r)
	if err != nil {
		return Command{}, err
	}
	verb, _ := body["order"].(string)
	delete(body, "order")
	body["dry_run"] = true
	interval, has := body["at"].(string) // of a trigger
	delete(body, "at")
	about := onePipeline
	if r.PathValue("operation") != "" {
		about = "/api/v1/"
		if verb == "cancel" {
			verb = "backfill cancel"
		}
	}
	for _, e := range Endpoints() {
		if e.Order && e.Verb == verb && strings.HasPrefix(e.Path, about) && e.agrees() {
			c, err := e.commandOf(r, body)
			if has && interval != "" {
				c.Args = append(c.Args, interval)
			}
			return c, err
		}
	}
	return Command{}, fmt.Errorf("no order is named %q", verb)
}

func (v *previewView) summarise(p *plan.Plan) {
	v.Plan = p
	v.Rows, v.Noun = p.Counts.Instances, "task instance"
	runs := 0
	for i := range p.Runs {
		if p.Runs[i].Action != plan.None {
			runs++
		}
	}
	if runs > v.Rows {
		v.Rows, v.Noun = runs, "run"
	}
	v.Confirms = v.Rows > plan.TypeFrom
	if v.Rows == 0 && p.Live != nil {
		v.Noun = "" // it moves the schedule alone
	}
	for _, st := range plan.States {
		if n := p.Counts.ByState[st.String()]; n > 0 {
			v.States = append(v.States, stateCount{st.String(), n})
		}
	}
	v.byTask(p)
	if p.Kind == "backfill" {
		v.Stripe = stripes(p)
		for _, x := range v.Stripe {
			if x.Action == plan.None {
				v.Out++
			} else {
				v.In++
			}
		}
	}
	counts := map[string]int{}
	for _, u := range p.Untouched {
		if counts[u.Why] == 0 {
			v.Left = append(v.Left, leftAlone{Why: u.Why})
		}
		counts[u.Why]++
	}
	for i := range v.Left {
		v.Left[i].Count = counts[v.Left[i].Why]
	}
	v.paint(p)
}

// byTask sums the rows up for each task, in the order in which the plan has them.
func (v *previewView) byTask(p *plan.Plan) {
	at := map[string]int{}
	states := []map[plan.State]int{}
	for i := range p.Instances {
		row := &p.Instances[i]
		k, ok := at[row.Task]
		if !ok {
			k = len(v.Tasks)
			at[row.Task] = k
			v.Tasks = append(v.Tasks, previewTask{Task: row.Task, First: row.IntervalStart, Last: row.IntervalStart, Why: row.Why})
			states = append(states, map[plan.State]int{})
		}
		t := &v.Tasks[k]
		t.Count++
		if row.IntervalStart.Before(t.First) {
			t.First = row.IntervalStart
		}
		if row.IntervalStart.After(t.Last) {
			t.Last = row.IntervalStart
		}
		if row.State != nil {
			states[k][*row.State]++
		}
	}
	for k := range v.Tasks {
		for _, st := range plan.States {
			if n := states[k][st]; n > 0 {
				v.Tasks[k].States = append(v.Tasks[k].States, stateCount{st.String(), n})
			}
		}
	}
}

// paint says which cells the plan touches, small: the intervals once, and for each task the
// stretches of them.
func (v *previewView) paint(p *plan.Plan) {
	starts := make([]int64, 0, len(p.Instances))
	for i := range p.Instances {
		starts = append(starts, p.Instances[i].IntervalStart.UnixMicro())
	}
	slices.Sort(starts)
	starts = slices.Compact(starts)
	place := make(map[int64]int, len(starts))
	for i, t := range starts {
		place[t] = i
	}
	cells := map[string][]int{}
	for i := range p.Instances {
		row := &p.Instances[i]
		cells[row.Task] = append(cells[row.Task], place[row.IntervalStart.UnixMicro()])
	}
	stretches := map[string][][2]int{}
	for task, all := range cells {
		slices.Sort(all)
		var out [][2]int
		for _, i := range all {
			if n := len(out); n > 0 && i <= out[n-1][1]+1 {
				out[n-1][1] = i
			} else {
				out = append(out, [2]int{i, i})
			}
		}
		stretches[task] = out
	}
	v.Painted = painted{starts, stretches}
}

// At is the interval that a trigger chose. The order names it, because one of a pipeline
// without a schedule would be another a moment later.
func (v previewView) At() string {
	if v.Plan.Kind != "trigger" || len(v.Plan.Runs) != 1 {
		return ""
	}
	return v.Plan.Runs[0].IntervalStart.UTC().Format(time.RFC3339Nano)
}

// Ends is when what is planned may be done, by the median of what ran before.
func (v previewView) Ends() string {
	at := v.Now.Add(time.Duration(v.Plan.ETA.P50 * float64(time.Second)))
	return at.In(v.Loc).Format("2006-01-02 15:04")
}

// painted are cells: interval starts in order, and for each task stretches of them.
type painted struct {
	Starts []int64             `json:"starts"`
	Tasks  map[string][][2]int `json:"tasks"`
}

// letters are the flags that Airflow users type short.
var letters = map[string]string{"task-regex": "-t", "start-date": "-s", "end-date": "-e", "upstream": "-u", "downstream": "-d", "only-failed": "-f"}

// commandLine is a command as a person types it.
func commandLine(c Command) string {
	words := append([]string{"tidemark"}, strings.Fields(c.Verb)...)
	for _, a := range c.Args {
		words = append(words, shellQuoted(a))
	}
	for _, f := range c.Flags {
		name := "--" + f.Name
		if short, ok := letters[f.Name]; ok {
			name = short
		}
		switch {
		case f.Name == "dry-run", f.Name == "yes", f.Value == "false":
		case f.Value == "true":
			words = append(words, name)
		default:
			words = append(words, name, shellQuoted(f.Value))
		}
	}
	return strings.Join(words, " ")
}

// shellQuoted is a word as a POSIX shell reads it back.
func shellQuoted(s string) string {
	plain := s != "" && strings.IndexFunc(s, func(r rune) bool {
		return !(r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_.:/=@,+", r))
	}) < 0
	if plain {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

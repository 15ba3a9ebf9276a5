package web

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
	"github.com/tidemark-dev/tidemark/runner/plan"
	"github.com/tidemark-dev/tidemark/runner/web/layered"
)

// graphView is a pipeline's tasks and what they need, drawn from left to right.
type graphView struct {
	*runView
	Nodes         []graphNode
	Edges         []graphEdge
	Links         [][2]int // by number of the nodes, for the keys
	Width, Height int
	Box           int  // width of a node
	OnlyFailed    bool // the failed path alone
	Failures      int  // tasks that failed
	Here          string
	Table         bool
	Tasks         int // drawn, also where they are folded
	folding
}

type graphNode struct {
	ID, Name string   // the name as it fits
	Title    string   // of a folded group, its whole name
	Folded   []string // its tasks
	State    string   // "none": there is no instance
	Glyph    string
	Mapped   int // instances, where for_each made several
	X, Y     int
	Needs    []string
	Href     string
}

// Loud says whether a node has a thick border: it needs a look.
func (n graphNode) Loud() bool {
	return n.State == "running" || n.State == "failed" || n.State == "retrying"
}

type graphEdge struct {
	Path string
	Bad  bool // a failure goes along it
}

// Measures of a drawing, in pixels.
const (
	graphRow    = 32
	graphNodeH  = 24
	graphGap    = 46
	graphMargin = 16
	graphChar   = 7
	graphLetter = 24 // the longest name that is written out
)

// glyphs repeat in a shape what the color says.
var glyphs = map[string]string{"queued": "…", "running": "▸", "failed": "✕", "upstream_failed": "↑", "retrying": "↻", "skipped": "–"}

// serveGraph draws the definition, or one run of it; with ?failed=1 only what failed, what
// led to it and what it blocks.
func (s *Server) serveGraph(w http.ResponseWriter, r *http.Request) {
	p, ok := s.pipeline(w, r)
	if !ok {
		return
	}
	run, ok := s.run(w, r, p)
	if !ok {
		return
	}
	states, counts, err := s.states(r, run)
	if err != nil {
		failed(w, r, storeFailure(err))
		return
	}
	v := &graphView{runView: run, OnlyFailed: r.FormValue("failed") != "" && run.Column != nil, Table: r.FormValue("table") != ""}
	for _, state := range states {
		if state == "failed" {
			v.Failures++
		}
	}
	v.ask(r)
	began := time.Now()
	v.draw(s, states, counts)
	w.Header().Set("Server-Timing", fmt.Sprintf("layout;dur=%.1f", float64(time.Since(began).Microseconds())/1000))
	v.Here = "/p/" + p.Name + "/graph?" + pick(r, "at", "failed", "table", "fold", "open").Encode()
	render(w, r, "graph", map[string]any{"Title": p.Name + " graph", "Pipeline": p.Name, "Tab": "graph", "V": v, "ReadOnly": s.Guard.ReadOnly})
}

// pick keeps some of a request's parameters.
func pick(r *http.Request, names ...string) url.Values {
	q := url.Values{}
	for _, n := range names {
		if x := r.FormValue(n); x != "" {
			q.Set(n, x)
		}
	}
	return q
}

// states are the states of a run's tasks, the worst where for_each made several instances.
func (s *Server) states(r *http.Request, v *runView) (map[string]string, map[string]int, error) {
	worst, counts := map[string]byte{}, map[string]int{}
	if v.Column != nil {
		h, err := s.History()
		if err != nil {
			return nil, nil, err
		}
		at := v.Column.Interval.Start
		if err := h.Cells(r.Context(), v.P.Name, at, at, func(c runner.Cell) {
			if c.State == plan.Removed {
				return
			}
			counts[c.Task]++
			if b := byte(c.State) + 1; worse(b, worst[c.Task]) {
				worst[c.Task] = b
			}
		}); err != nil {
			return nil, nil, err
		}
	}
	words := map[string]string{}
	for task, b := range worst {
		words[task] = plan.State(b - 1).String()
	}
	return words, counts, nil
}

func (v *graphView) draw(s *Server, states map[string]string, counts map[string]int) {
	tasks := v.P.Tasks
	if v.OnlyFailed {
		tasks = failedPath(v.P, states)
	}
	v.Tasks = len(tasks)
	v.settle(tasks)
	units := unitsOf(tasks, v.isOpen)
	number := map[string]int{}
	longest := 0
	for i, u := range units {
		for _, t := range u.Tasks {
			number[t.ID] = i
		}
		longest = max(longest, min(graphLetter, len(u.title())))
	}
	v.Box = 40 + graphChar*max(longest, 8)
	edges := unitEdges(units, number)
	d := s.graphs.of(v.P, v.layoutName(), len(units), edges)
	x := func(p layered.Point) int { return graphMargin + int(p.X)*(v.Box+graphGap) }
	y := func(p layered.Point) int { return graphMargin/2 + int(math.Round(p.Y*graphRow)) }
	for i, u := range units {
		n := v.node(u, states, counts)
		n.X, n.Y = x(d.Nodes[i]), y(d.Nodes[i])-graphNodeH/2
		v.Nodes = append(v.Nodes, n)
	}
	blocked := badEdges(tasks, number, states)
	for i, e := range edges {
		v.Links = append(v.Links, [2]int{e.From, e.To})
		if path := d.Paths[i]; path != nil {
			v.Edges = append(v.Edges, graphEdge{curve(path, x, y, v.Box), blocked[e]})
		}
	}
	slices.SortStableFunc(v.Edges, func(a, b graphEdge) int { // bad ones lie on top
		if a.Bad == b.Bad {
			return 0
		} else if b.Bad {
			return -1
		}
		return 1
	})
	v.Width = 2*graphMargin + max(d.Layers, 1)*(v.Box+graphGap) - graphGap
	v.Height = graphMargin + int(math.Ceil(d.Height*graphRow))
}

// node is how a unit looks, wherever it stands.
func (v *graphView) node(u unit, states map[string]string, counts map[string]int) graphNode {
	t := u.Tasks[0]
	n := graphNode{ID: t.ID, Name: fitting(u.title()), State: worstOf(u.Tasks, states), Needs: t.Needs, Mapped: counts[t.ID]}
	if n.State == "" {
		n.State = "none"
	}
	n.Glyph = glyphs[n.State]
	switch {
	case u.Key != "":
		n.ID, n.Title, n.Mapped, n.Needs = "@"+u.Key, u.Name, 0, nil
		for _, t := range u.Tasks {
			n.Folded = append(n.Folded, t.ID)
		}
		n.Href = v.opened(u.Key)
	case v.Column != nil:
		n.Href = instanceURL(v.P.Name, v.Column.Interval.Start, v.P.Location, t.ID)
	default:
		n.Href = "/p/" + v.P.Name + "?focus=" + url.QueryEscape(t.ID)
	}
	return n
}

// badEdges are the edges along which a failure goes.
func badEdges(tasks []*pipelines.Task, number map[string]int, states map[string]string) map[layered.Edge]bool {
	all := map[layered.Edge]bool{}
	for _, t := range tasks {
		for _, need := range t.Needs {
			if from, ok := number[need]; ok && states[t.ID] == "upstream_failed" && bad(states[need]) {
				all[layered.Edge{From: from, To: number[t.ID]}] = true
			}
		}
	}
	return all
}

func bad(state string) bool { return state == "failed" || state == "upstream_failed" }

// curve is an edge as SVG: from the right side of its node, level through the bends.
func curve(path []layered.Point, x, y func(layered.Point) int, box int) string {
	var b strings.Builder
	at, height := x(path[0])+box, y(path[0])
	fmt.Fprintf(&b, "M%d %d", at, height)
	for i, p := range path[1:] {
		to, next := x(p), y(p)
		if next == height {
			fmt.Fprintf(&b, "H%d", to)
		} else {
			mid := (at + to) / 2
			fmt.Fprintf(&b, "C%d %d %d %d %d %d", mid, height, mid, next, to, next)
		}
		at, height = to, next
		if i < len(path)-2 {
			at += box
			fmt.Fprintf(&b, "H%d", at)
		}
	}
	return b.String()
}

// fitting is a name as a node has room for it; its end tells tasks apart as often as its beginning.
func fitting(name string) string {
	if len(name) <= graphLetter {
		return name
	}
	return name[:graphLetter-9] + "…" + name[len(name)-8:]
}

// failedPath are the tasks that failed, those that led there, and those that are blocked by it.
func failedPath(p *pipelines.Pipeline, states map[string]string) []*pipelines.Task {
	keep := map[string]bool{}
	var upstream func(id string)
	upstream = func(id string) {
		if t, ok := p.Task(id); ok && !keep[id] {
			keep[id] = true
			for _, need := range t.Needs {
				upstream(need)
			}
		}
	}
	var blocked []string
	for _, t := range p.Tasks {
		switch states[t.ID] {
		case "failed", "retrying":
			upstream(t.ID)
		case "upstream_failed":
			blocked = append(blocked, t.ID)
		}
	}
	for _, id := range blocked {
		keep[id] = true
	}
	return slices.DeleteFunc(slices.Clone(p.Tasks), func(t *pipelines.Task) bool { return !keep[t.ID] })
}

// drawings keeps the layouts of each pipeline as it is now: states change, the graph does not.
type drawings struct {
	mu  sync.Mutex
	all map[[2]string]drawn // by pipeline and name of the layout
}

type drawn struct {
	fingerprint string
	layered.Drawing
}

// of is a layout; one without a name is not kept.
func (c *drawings) of(p *pipelines.Pipeline, name string, n int, edges []layered.Edge) layered.Drawing {
	if name == "" {
		return layered.Draw(n, edges)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := [2]string{p.Name, name}
	d, ok := c.all[key]
	if !ok || d.fingerprint != p.Fingerprint {
		if c.all == nil {
			c.all = map[[2]string]drawn{}
		}
		d = drawn{p.Fingerprint, layered.Draw(n, edges)}
		c.all[key] = d
	}
	return d.Drawing
}

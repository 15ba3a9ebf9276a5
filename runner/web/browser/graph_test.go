package browser

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// seen takes a picture of a page in both themes and on a phone.
func (s *stage) seen(path, name, ready string) {
	s.t.Helper()
	for _, theme := range []string{"light", "dark"} {
		p := s.page(path, 1440, 900)
		p.theme(theme)
		p.until("it is there", ready)
		p.picture(name + "-" + theme)
	}
	p := s.page(path, 390, 844)
	p.until("it is there", ready)
	if eval[bool](p, `document.documentElement.scrollWidth > innerWidth`) {
		s.t.Errorf("%s is wider than a phone", path)
	}
	p.picture(name + "-phone")
}

// The graph of a failed interval: focus goes along the edges, Shift adds to a selection that
// the grid takes over, and a clear from there is what its dialog shows.
func TestTheGraph(t *testing.T) {
	s := salesStage(t)
	ready := `document.querySelector('[data-graph]')?.ready`
	p := s.page("/p/sales/graph?at=2026-03-20", 1440, 900)
	p.until("the graph", ready)
	p.click(`.node[data-id=extract_refunds]`)
	p.until("the panel", `document.querySelector('aside h2')?.textContent === 'extract_refunds'`)
	p.do(chromedp.KeyEvent(kb.ArrowRight))
	p.until("focus has moved", `document.activeElement.dataset.id === "clean_refunds"`)
	p.do(chromedp.KeyEvent(kb.ArrowRight), chromedp.KeyEvent(kb.ArrowLeft))
	p.until("back by an edge", `['clean_refunds', 'clean_orders'].includes(document.activeElement.dataset.id)`)
	at := eval[[]float64](p, `(() => { const b = document.querySelector('.node[data-id=extract_refunds]').getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
	shift := chromedp.ButtonModifiers(chromedp.ModifierShift)
	p.do(chromedp.MouseClickXY(at[0], at[1], shift))
	at = eval[[]float64](p, `(() => { const b = document.querySelector('.node[data-id=clean_stock]').getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
	p.do(chromedp.MouseClickXY(at[0], at[1], shift))
	p.until("two are selected", `document.querySelector('.chosen[role=status]').textContent === '2 tasks selected' && location.search.includes('sel=extract_refunds%2Cclean_stock')`)
	p.do(chromedp.KeyEvent("c"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '2'`)
	p.picture("graph-clear")
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.KeyEvent("g"), chromedp.WaitReady(chromedp.CSS("tm-grid .cells")))
	p.until("the grid has the selection", `document.querySelector('tm-grid')?.ready && document.querySelector('.chosen').textContent === '2 cells selected'`)

	p = s.page("/p/sales/graph?at=2026-03-20&failed=1", 1440, 900)
	p.until("the failed path", ready)
	if got := eval[string](p, `[...document.querySelectorAll('.node')].map((n) => n.dataset.id).sort().join(' ')`); got != "clean_refunds extract_refunds fact_sales mail mart_margin mart_revenue report" {
		t.Errorf("the failed path: %s", got)
	}
	p = s.page("/p/sales/graph?at=2026-03-20&table=1", 1440, 900)
	if got := p.text("tbody tr:nth-child(4)"); !strings.Contains(got, "clean_orderssuccessextract_orders") {
		t.Errorf("the table says %q", got)
	}
	s.seen("/p/sales/graph?at=2026-03-20&focus=clean_refunds", "graph", ready+` && document.querySelector('aside h2') !== null`)
	s.seen("/p/sales/graph?at=none", "graph-definition", ready)
}

// What another process does is seen in the graph.
func TestTheGraphIsLive(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/graph?at=2026-03-19", 1440, 900)
	p.until("live", `document.querySelector('.live.on') !== null`)
	s.tidemark("clear", "sales", "-t", "^report$", "--interval", "2026-03-19", "-y")
	p.until("it waits", `document.querySelector('.node[data-id=report].s-waiting') !== null`)
}

// Two thousand tasks are laid out on the server, the same at each look.
func TestAGraphOfTwoThousandTasks(t *testing.T) {
	s := newStage(t, wide(2000))
	get := func() (string, time.Duration, string) {
		began := time.Now()
		answer, err := http.Get(s.URL + "/p/wide/graph")
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		text, err := io.ReadAll(answer.Body)
		if err != nil {
			t.Fatal(err)
		}
		return string(text), time.Since(began), answer.Header.Get("Server-Timing")
	}
	first, took, layout := get()
	again, later, _ := get()
	t.Logf("%d kB in %v (%s), then %v", len(first)/1000, took, layout, later)
	if first != again {
		t.Error("the same graph is drawn in two ways")
	}
	if n := strings.Count(first, `class="node `); n != 2000 {
		t.Errorf("%d nodes", n)
	}
	if took > 2*time.Second {
		t.Errorf("a graph of 2,000 tasks took %v", took)
	}
	p := s.page("/p/wide/graph", 1440, 900)
	p.until("the graph", `document.querySelector('[data-graph]')?.ready`)
	p.click("#fit")
	p.picture("graph-2000")
}

// grouped is a pipeline of n tasks in groups: each one's tasks need some of the one before.
func grouped(n int, names ...string) map[string]string {
	var b strings.Builder
	b.WriteString("pipeline: grouped\nschedule: \"@daily\"\nstart_date: 2026-03-01\nend_date: 2026-03-02\ncatchup: true\ntasks:\n")
	each := n / len(names)
	for g, name := range names {
		for i := range each {
			fmt.Fprintf(&b, "  %s_%02d: {run: \"true\"", name, i)
			if g > 0 {
				fmt.Fprintf(&b, ", needs: [%s_%02d, %s_%02d]", names[g-1], i, names[g-1], (i*7+3)%each)
			}
			b.WriteString("}\n")
		}
	}
	return map[string]string{"pipelines/grouped.yaml": b.String()}
}

// More than three hundred tasks come with their groups folded; one opens and folds again,
// and an order about it is about its tasks.
func TestGroupsOfAGraphAreFolded(t *testing.T) {
	s := newStage(t, grouped(320, "extract", "clean", "fact", "mart"), "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	ready := `document.querySelector('[data-graph]')?.ready`
	p := s.page("/p/grouped/graph?at=2026-03-02", 1440, 900)
	p.until("the graph", ready)
	ids := `[...document.querySelectorAll('.node')].map((n) => n.dataset.id).join(' ')`
	if got := eval[string](p, ids); got != "@extract @clean @fact @mart" {
		t.Fatalf("it shows %s", got)
	}
	if n := eval[int](p, `document.querySelectorAll('.edges path').length`); n != 3 {
		t.Errorf("%d edges", n)
	}
	p.picture("graph-folded")
	p.click(".node[data-id='@fact']")
	p.until("one is open", ready+` && document.querySelectorAll('.node').length === 83`)
	p.picture("graph-opened")
	p.click(".grid-bar [title='Fold fact']")
	p.until("it is folded", ready+` && document.querySelectorAll('.node').length === 4`)
	at := eval[[]float64](p, `(() => { const b = document.querySelector('.node[data-id="@clean"]').getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
	p.do(chromedp.MouseClickXY(at[0], at[1], chromedp.ButtonModifiers(chromedp.ModifierShift)))
	p.until("its tasks are selected", `document.querySelector('.chosen[role=status]').textContent === '80 tasks selected'`)
	p.do(chromedp.KeyEvent("c"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '80'`)
	p = s.page("/p/grouped/graph?at=2026-03-02", 1440, 900)
	p.until("the graph", ready)
	p.click(".grid-bar a.on")
	p.until("all tasks", ready+` && document.querySelectorAll('.node').length === 320`)
}

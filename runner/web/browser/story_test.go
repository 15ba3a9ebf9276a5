package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// cell is where the middle of a cell lies on the screen.
func (p *page) cell(task, start string) (x, y float64) {
	p.t.Helper()
	at := eval[[]float64](p, fmt.Sprintf(`(() => {
		const g = document.querySelector('tm-grid'), b = g.box.getBoundingClientRect();
		const c = g.data.columns.findIndex((c) => g.label(c.start) === %q), r = g.rows.findIndex((r) => r.id === %q);
		return [b.left + (c + .5) * g.size - g.box.scrollLeft, b.top + (r + .5) * g.size - g.box.scrollTop];
	})()`, start, task))
	return at[0], at[1]
}

// drag moves the mouse from one cell to another with the button down.
func (p *page) drag(fromTask, fromStart, toTask, toStart string) {
	p.t.Helper()
	x0, y0 := p.cell(fromTask, fromStart)
	x1, y1 := p.cell(toTask, toStart)
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x0, y0),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x0, y0, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, (x0+x1)/2, (y0+y1)/2, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x1, y1, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x1, y1, chromedp.ButtonLeft))
}

type tasks struct {
	Instances []struct {
		Task, State   string
		IntervalStart string `json:"interval_start"`
		Try           int
	} `json:"task_instances"`
}

// waiting are the task instances that an order has put back.
func (s *stage) waiting() map[string]bool {
	s.t.Helper()
	var doc tasks
	s.document(&doc, "tasks", "sales", "--state", "waiting")
	all := map[string]bool{}
	for _, in := range doc.Instances {
		all[in.Task+" "+in.IntervalStart[:10]] = true
	}
	return all
}

func salesStage(t *testing.T) *stage {
	t.Helper()
	return newStage(t, sales, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
}

// The story of the product, by mouse alone: see what is wrong, drag over it, widen it, see
// the plan, clear it, and take it back.
func TestTheStoryByMouse(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales?at=2026-03-20", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.drag("clean_refunds", "2026-03-10", "clean_stock", "2026-03-12")
	if got := p.text(".chosen"); got != "6 cells selected" {
		t.Fatalf("a drag over three days of two tasks: %q", got)
	}
	p.until("the panel", `document.querySelector('aside h2')?.textContent === 'clean_refunds'`)
	p.click("aside [data-order=clear]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '6'`)
	p.click("dialog [name=downstream]")
	p.until("the wider plan", `document.querySelector('dialog .plan')?.dataset.rows === '24'`)
	if got := p.text("dialog .line code"); got != "tidemark clear sales -t '^(clean_refunds|clean_stock)$' -s 2026-03-10 -e 2026-03-12T00:00 -d" {
		t.Errorf("the same on the command line: %s", got)
	}
	if !eval[bool](p, `document.querySelector('tm-grid').painted.tasks.mail.length === 1`) {
		t.Error("what follows is not hatched in the grid")
	}
	p.picture("story-plan")
	p.click("dialog [type=submit]")
	p.until("it is done", `document.querySelector('.toast')?.textContent.startsWith('Cleared 24 task instances · operation 1')`)
	if got := s.waiting(); len(got) != 24 || !got["mail 2026-03-11"] || got["clean_orders 2026-03-11"] {
		t.Errorf("cleared: %v", got)
	}
	p.until("the cells wait", `(() => { const g = document.querySelector('tm-grid'); return (g.data.columns.find((c) => g.label(c.start) === '2026-03-11').cells[g.data.tasks.indexOf('mail')] & 15) === 1; })()`)
	p.click(".toast button")
	p.until("it is taken back", `[...document.querySelectorAll('.toast')].some((t) => t.textContent.includes('is undone'))`)
	if got := s.waiting(); len(got) != 0 {
		t.Errorf("after the undo: %v", got)
	}
}

// The same by keyboard alone, from one failed cell.
func TestTheStoryByKeyboard(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.do(chromedp.Focus(chromedp.CSS("tm-grid .cells")), chromedp.KeyEvent(kb.End), chromedp.KeyEvent("N"))
	p.until("the failed cell", `document.querySelector('aside h2')?.textContent === 'extract_refunds'`)
	if got := p.text("tm-grid > [aria-live]"); got != "extract_refunds, 2026-03-20, failed" {
		t.Errorf("a screen reader hears: %q", got)
	}
	p.do(chromedp.KeyEvent("c"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '7'`)
	p.do(chromedp.Focus(chromedp.CSS("dialog [type=submit]")), chromedp.KeyEvent(kb.Enter))
	p.until("it is done", `document.querySelector('.toast')?.textContent.includes('operation 1')`)
	if got := s.waiting(); len(got) != 7 {
		t.Errorf("cleared: %v", got)
	}
	p.do(chromedp.KeyEvent(kb.ArrowDown), chromedp.KeyEvent(kb.ArrowLeft, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent(kb.ArrowDown, chromedp.KeyModifiers(chromedp.ModifierShift)))
	if got := p.text(".chosen"); got != "4 cells selected" {
		t.Errorf("Shift with arrows: %q", got)
	}
	p.do(chromedp.KeyEvent(kb.Escape))
	if got := p.text(".chosen"); got != "" {
		t.Errorf("after Esc: %q", got)
	}
}

// The details page: clear from there, with what follows.
func TestClearFromTheDetails(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/i/2026-03-20/t/extract_refunds", 1280, 800)
	p.until("the log", `document.querySelector('.log .l')?.dataset.n === '1'`)
	p.click("[data-order=clear]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '7'`)
	p.click("dialog [name=downstream]")
	p.until("the plan without what follows", `document.querySelector('dialog .plan')?.dataset.rows === '1'`)
	p.click("dialog [type=submit]")
	p.until("it waits", `document.querySelector('.title .state').textContent === 'waiting'`)
	if got := s.waiting(); len(got) != 1 {
		t.Errorf("cleared: %v", got)
	}
}

// What another process does is seen without a reload, in the grid and in the list.
func TestThePagesAreLive(t *testing.T) {
	s := salesStage(t)
	grid, list := s.page("/p/sales?at=2026-03-20", 1440, 900), s.page("/", 1280, 800)
	grid.until("the cells", `document.querySelector('tm-grid').ready`)
	list.until("live", `document.querySelector('.live.on') !== null`)
	s.tidemark("clear", "sales", "-t", "^report$", "--interval", "2026-03-19", "-y")
	grid.until("the cell waits", `(() => { const g = document.querySelector('tm-grid'); return (g.data.columns.find((c) => g.label(c.start) === '2026-03-19').cells[g.data.tasks.indexOf('report')] & 15) === 1; })()`)
	list.until("the run is left to do", `document.querySelector('tr[data-name=sales] td.num.wide').textContent.includes('1')`)
	s.write("pipelines/broken.yaml", "pipeline: broken\n")
	list.until("the broken file", `document.querySelector('a.banner')?.textContent.includes('1 problem')`)
	s.write("pipelines/broken.yaml", "pipeline: mended\ntasks: {a: {run: echo}}\n")
	list.until("it is mended", `document.querySelector('tr[data-name=mended]') !== null && document.querySelector('a.banner') === null`)
}

// A server that goes away is said so; when it is back, so are the live updates, and what was
// missed is seen.
func TestALostConnectionIsSaidAndComesBack(t *testing.T) {
	s := salesStage(t)
	p := s.page("/", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null`)
	s.stop()
	p.until("it is said", `document.querySelector('.live.off')?.textContent.includes('no connection')`)
	s.tidemark("clear", "sales", "-t", "^report$", "--interval", "2026-03-19", "-y")
	s.serve("--listen=" + s.URL[len("http://"):])
	p.until("it is back", `document.querySelector('.live.on') !== null`)
	p.until("what was missed", `document.querySelector('tr[data-name=sales] td.num.wide').textContent.includes('1')`)
	p.mu.Lock()
	p.faults = nil // the browser has rightly said that it could not connect
	p.mu.Unlock()
}

// Eight tabs of one browser hold one connection: the ninth page is still answered.
func TestEightTabsHoldOneConnection(t *testing.T) {
	s := salesStage(t)
	var pages []*page
	for range 8 {
		p := s.page("/", 800, 600)
		p.until("live", `document.querySelector('.live.on') !== null`)
		pages = append(pages, p)
	}
	s.tidemark("clear", "sales", "-t", "^report$", "--interval", "2026-03-19", "-y")
	for _, p := range pages[len(pages)-2:] {
		p.until("the news", `document.hidden || document.querySelector('tr[data-name=sales] td.num.wide').textContent.includes('1')`)
	}
}

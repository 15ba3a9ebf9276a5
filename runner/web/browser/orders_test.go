package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// set gives a field of the dialog a value, as typing does.
func (p *page) set(name, value string) {
	p.t.Helper()
	p.do(chromedp.SetValue(chromedp.CSS("dialog [name="+name+"]"), value))
	eval[bool](p, `document.querySelector('dialog [name=`+name+`]').dispatchEvent(new Event('input', { bubbles: true }))`)
}

// A backfill before start_date: its range is seen interval by interval before it is made.
func TestABackfillIsSeenBeforeItIsMade(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.click("header [data-order=backfill]")
	p.until("the plan of the newest week", `document.querySelectorAll('dialog .stripe .a-none').length === 7 && document.querySelector('dialog [type=submit]').disabled`)
	p.set("start_date", "2026-02-26")
	p.set("end_date", "2026-03-02")
	p.until("the plan", `document.querySelectorAll('dialog .stripe .a-create').length === 3 && document.querySelectorAll('dialog .stripe .a-none').length === 2`)
	if got := p.text("dialog .line code"); got != "tidemark backfill sales -s 2026-02-26 -e 2026-03-02 --reprocess none" {
		t.Errorf("the same on the command line: %s", got)
	}
	p.click("dialog [type=submit]")
	p.until("it is made", `document.querySelector('.toast')?.textContent.includes('operation 1')`)
	p.until("its columns", `document.querySelector('tm-grid').data.total === 34 && document.querySelector('tm-grid').data.columns.length === 34`)
}

// A mark gives task instances the end that a person says; the grid shows by whom it was.
func TestAMarkIsSeenInTheGrid(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 1440, 900)
	p.until("the panel", `document.querySelector('aside [data-order=mark]') !== null`)
	p.click("aside [data-order=mark]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows > 0`)
	p.click("dialog [type=submit]")
	p.until("the cell is marked", `(() => { const g = document.querySelector('tm-grid'); return g.data.columns.find((c) => g.label(c.start) === '2026-03-20').cells[g.data.tasks.indexOf('extract_refunds')] === (5 | 32); })()`)
}

// The interval that Run now names before one is given is the one that it plans, also past the
// end_date.
func TestRunNowNamesItsInterval(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.click("header [data-order=trigger]")
	p.until("the plan", `document.querySelector('dialog .plan tbody tr') !== null`)
	named := eval[string](p, `document.querySelector('dialog [name=at]').placeholder`)
	if planned := p.text("dialog .plan tbody td:nth-child(3)"); !strings.HasSuffix(named, ": "+planned) {
		t.Errorf("it plans %s, and says %q", planned, named)
	}
}

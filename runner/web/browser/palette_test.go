package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A few letters find a pipeline, a task on a date, and an order.
func TestThePalette(t *testing.T) {
	s := salesStage(t)
	p := s.page("/", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null`)
	ctrlK := chromedp.KeyEvent("k", chromedp.KeyModifiers(chromedp.ModifierCtrl))
	first := func(want string) {
		t.Helper()
		p.until("first is "+want, `document.querySelector('.palette li[aria-selected=true] b')?.textContent === '`+want+`'`)
	}
	p.do(ctrlK)
	first("sales")
	p.do(chromedp.KeyEvent("ctsal"))
	p.until("something is found", `document.querySelector('.palette li, .palette .none:not([hidden])') !== null`)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.until("it closes", `document.querySelector('dialog') === null`)
	p.do(ctrlK)
	first("sales")
	p.do(chromedp.KeyEvent("clear sal"))
	first("clear sales…")
	p.picture("palette-light")
	p.do(chromedp.KeyEvent(kb.Enter))
	p.until("the plan of what failed", `document.querySelector('dialog.order .plan')?.dataset.rows === '7'`)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.until("the order closes", `document.querySelector('dialog') === null`)
	p.do(ctrlK)
	first("sales")
	p.do(chromedp.KeyEvent("fct_sls 3/20/2026"))
	first("sales › fact_sales 2026-03-20")
	p.theme("dark")
	p.picture("palette-dark")
	p.do(chromedp.KeyEvent(kb.Enter), chromedp.WaitReady(chromedp.CSS(`[data-task=fact_sales][data-interval="2026-03-20"]`)))
	p = s.page("/p/sales", 390, 844)
	p.until("the grid", `document.querySelector('tm-grid').ready`)
	p.click("#palette")
	p.until("it opens", `document.querySelector('.palette li') !== null`)
	p.picture("palette-phone")
}

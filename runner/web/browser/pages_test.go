package browser

import (
	"testing"

	"github.com/chromedp/chromedp"
)

// sales is a pipeline of twelve tasks, one of which fails on one day.
var sales = map[string]string{
	"pipelines/sales.yaml": `pipeline: sales
tags: [shop]
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-31
catchup: true
tasks:
  extract_orders: {run: "echo orders of ${{ ds }}"}
  extract_refunds: {run: "echo refunds of ${{ ds }}; test ${{ ds }} != 2026-03-20"}
  extract_stock: {run: "true"}
  clean_orders: {needs: extract_orders, run: "true"}
  clean_refunds: {needs: extract_refunds, run: "true"}
  clean_stock: {needs: extract_stock, when: "${{ ds != \"2026-03-22\" }}", run: "true"}
  fact_sales: {needs: [clean_orders, clean_refunds], run: "true"}
  fact_stock: {needs: clean_stock, run: "true"}
  mart_revenue: {needs: fact_sales, run: "true"}
  mart_margin: {needs: [fact_sales, fact_stock], run: "true"}
  report: {needs: [mart_revenue, mart_margin], run: "true"}
  mail: {needs: report, run: "true"}
`,
}

func TestPagesAreSeen(t *testing.T) {
	files := map[string]string{"pipelines/ads.yaml": "pipeline: ads\nshedule: \"@daily\"\ntasks:\n  a: {run: echo}\n"}
	for name, text := range sales {
		files[name] = text
	}
	s := newStage(t, files, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	for _, theme := range []string{"light", "dark"} {
		p := s.page("/", 1280, 800)
		p.theme(theme)
		p.until("live", `document.querySelector('.live.on') !== null`)
		p.picture("pipelines-" + theme)
		p = s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 1440, 900)
		p.theme(theme)
		p.until("the panel", `document.querySelector('aside h2')?.textContent === 'extract_refunds'`)
		p.picture("grid-" + theme)
		p.click("aside [data-order=clear]")
		p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '7'`)
		p.picture("clear-" + theme)
		p = s.page("/p/sales", 1440, 900)
		p.theme(theme)
		p.until("the cells", `document.querySelector('tm-grid').ready`)
		p.click("header [data-order=backfill]")
		p.until("the plan", `document.querySelector('dialog .stripe i') !== null`)
		p.picture("backfill-" + theme)
		p = s.page("/p/sales/i/2026-03-20/t/extract_refunds", 1280, 800)
		p.theme(theme)
		p.until("the log", `document.querySelectorAll('.log .l').length === 1`)
		p.picture("log-" + theme)
	}
	for _, tab := range []string{"why", "attempts", "command", "yaml"} {
		p := s.page("/p/sales/i/2026-03-20/t/extract_refunds?tab="+tab, 1280, 800)
		p.picture("tab-" + tab)
	}
	p := s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 390, 844)
	p.until("the panel", `document.querySelector('aside h2') !== null`)
	p.picture("phone-grid")
	p = s.page("/", 390, 844)
	p.until("live", `document.querySelector('.live.on') !== null`)
	p.picture("phone-pipelines")
	p = s.page("/problems", 1280, 800)
	p.picture("problems")
}

// The first page says that a runner has come, also while somebody types in its filter.
func TestARunnerIsSeenToCome(t *testing.T) {
	s := newStage(t, sales)
	p := s.page("/", 1280, 800)
	p.until("there is none", `document.querySelector('.live.on') !== null && document.querySelector('main .warn')?.textContent === 'no runner is at work'`)
	p.click("#filter")
	p.do(chromedp.KeyEvent("sal"))
	s.background("run", "--no-serve", "--progress", "none", "--now", "2026-03-03")
	p.until("it is there", `document.querySelector('main').textContent.includes('runner since') && document.querySelector('#filter').value === 'sal'`)
}

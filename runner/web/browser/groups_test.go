package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// rowsNow are the names beside the grid.
const rowsNow = `[...document.querySelectorAll('tm-grid .name')].map((n) => n.textContent).join(' | ')`

// TestGroupsOfTheGrid: tasks whose names begin alike stand below a row with the worst of
// them; it folds, is looked at, and is cleared as one.
func TestGroupsOfTheGrid(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.click("#groups")
	whole := "▾ extract (3) | extract_orders | extract_refunds | extract_stock | ▾ clean (3) | clean_orders | clean_refunds | clean_stock | ▾ fact (2) | fact_sales | fact_stock | ▾ mart (2) | mart_revenue | mart_margin | report | mail"
	if got := eval[string](p, rowsNow); got != whole {
		t.Fatalf("the rows are %s", got)
	}
	p.until("focus has stayed", `document.querySelector('tm-grid .name.on').textContent === 'extract_refunds'`)
	p.picture("grid-groups")
	p.click("tm-grid .cells")
	p.until("the keys", `document.activeElement.className === 'cells'`)
	p.do(chromedp.Evaluate[chromedp.Void](`(() => { const g = document.querySelector('tm-grid'); g.selection.clear(); g.focusOn(2, g.columnAt('2026-03-20').start); })()`))
	p.do(chromedp.KeyEvent(" "))
	p.until("it is folded", `document.querySelector('tm-grid .name.on').textContent === '▸ extract (3)' && location.search.includes('folded=extract')`)
	if got, want := eval[string](p, rowsNow), strings.Replace(whole, "▾ extract (3) | extract_orders | extract_refunds | extract_stock", "▸ extract (3)", 1); got != want {
		t.Errorf("the rows are %s", got)
	}
	if got := p.text("tm-grid > .hidden[role=status]"); got != "extract, 2026-03-20, failed" {
		t.Errorf("its cell says %q", got)
	}
	p.until("how it stands", `document.querySelector('aside .chips')?.textContent === '2 success1 failed'`)
	p.do(chromedp.KeyEvent("c"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '3'`)
	if got := p.text("dialog .line code"); !strings.Contains(got, "'^(extract_orders|extract_refunds|extract_stock)$'") {
		t.Errorf("the same on the command line: %s", got)
	}
	p.do(chromedp.KeyEvent(kb.Escape))

	// A rectangle over the head of an open group is what it reaches below; the head alone is all.
	count := func(r0, r1 int) int {
		return eval[int](p, `(() => { const g = document.querySelector('tm-grid'); const start = g.columnAt('2026-03-20').start;
			g.selection.rect({ row: `+string(rune('0'+r0))+`, start }, { row: `+string(rune('0'+r1))+`, start }, true, false); return g.selection.count(g.rows, g.data.columns); })()`)
	}
	for _, c := range [][3]int{{1, 1, 3}, {1, 2, 1}, {0, 2, 4}, {0, 0, 3}, {2, 5, 3}} {
		if got := count(c[0], c[1]); got != c[2] {
			t.Errorf("rows %d to %d are %d cells, want %d", c[0], c[1], got, c[2])
		}
	}
	p = s.page("/p/sales?at=2026-03-20&focus=extract_refunds&groups=1&folded=extract,clean", 1440, 900)
	p.until("what is looked for is unfolded", `document.querySelector('tm-grid').ready && document.querySelector('tm-grid .name.on').textContent === 'extract_refunds'`)
	if got := eval[string](p, rowsNow); !strings.HasPrefix(got, "▾ extract (3) | extract_orders | extract_refunds | extract_stock | ▸ clean (3) | ▾ fact") {
		t.Errorf("the rows are %s", got)
	}
}

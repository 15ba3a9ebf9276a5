package browser

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// A list takes the selection language, and says with a column what is wrong with it.
func TestAListIsFilteredByTheSelectionLanguage(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/instances?select=state%3Dfailed,upstream_failed+interval%3D2026-03", 1280, 800)
	p.until("what failed", `document.querySelectorAll('.pick').length === 7 && document.getElementById('select').value === 'state=failed,upstream_failed interval=2026-03'`)
	p = s.page("/p/sales/intervals?select=stat%3Dfailed", 1280, 800)
	p.until("what is wrong", `document.querySelector('.failure')?.textContent.includes('did you mean "state"')`)
}

// Picked rows are one order; all that match is the query, and not what is shown.
func TestRowsArePickedAndCleared(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/instances?select=task%3D/%5Emart_/&limit=10", 1280, 800)
	p.until("the rows", `document.querySelectorAll('.pick').length === 10 && document.querySelector('[data-lists=ready]') !== null`)
	p.click(".rows tr:nth-child(1) .pick")
	p.do(chromedp.Evaluate[chromedp.Void](`document.querySelectorAll('.pick')[3].dispatchEvent(new MouseEvent('click', { bubbles: true, shiftKey: true }))`))
	p.until("four rows", `document.querySelector('.picked .count').textContent === '4 picked'`)
	p.picture("instances-picked-light")
	p.click(".picked [data-verb=clear]")
	p.until("two tasks in two intervals", `document.querySelector('dialog .plan')?.dataset.rows === '4'`)
	p.click("dialog [value=cancel]")
	p.click("#whole")
	p.click(".picked [data-verb=clear]")
	p.until("all of the query", `document.querySelector('dialog .plan')?.dataset.rows === '62'`)
	if got := p.text("dialog .line code"); got != "tidemark clear sales --select 'task=/^mart_/'" {
		t.Errorf("the same on the command line: %s", got)
	}
	p.click("dialog [type=submit]")
	p.until("it is done", `document.querySelector('.toast')?.textContent.includes('operation 1')`)
	if got := len(s.waiting()); got != 62 {
		t.Errorf("cleared: %d", got)
	}
	p.until("it is seen", `[...document.querySelectorAll('.rows .state')].every((e) => e.textContent === 'waiting')`)
}

// What is picked stays picked when the list renews itself and rows move.
func TestPicksStayWithTheirRows(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/intervals?select=state%3Dfailed,waiting", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null && document.querySelectorAll('.pick').length === 1 && document.querySelector('[data-lists=ready]') !== null`)
	p.click(".rows td .pick")
	p.do(chromedp.Evaluate[chromedp.Void](`document.activeElement.blur()`))
	s.tidemark("clear", "sales", "-t", "^mail$", "--interval", "2026-03-25", "-y")
	p.until("another row above it", `document.querySelectorAll('.pick').length === 2`)
	if got := eval[string](p, `document.querySelector('.pick:checked').dataset.interval + ' ' + document.querySelectorAll('.pick:checked').length`); got != "2026-03-20 1" {
		t.Errorf("picked: %s", got)
	}
}

// An order is looked up and taken back from its page.
func TestAnOperationIsTakenBackFromItsPage(t *testing.T) {
	s := salesStage(t)
	s.tidemark("clear", "sales", "-t", "^report$", "--interval", "2026-03-19", "-y", "--reason", "wrong rate")
	p := s.page("/ops", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null && document.querySelector('[data-lists=ready]') !== null`)
	p.click(`[aria-label="Undo operation 1"]`)
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '1'`)
	if got := p.text("dialog .line code"); got != "tidemark undo 1" {
		t.Errorf("the same on the command line: %s", got)
	}
	p.picture("undo-light")
	p.click("dialog [type=submit]")
	p.until("it is taken back", `document.querySelector('.undone .badge')?.textContent === 'undone by 2'`)
	if got := s.waiting(); len(got) != 0 {
		t.Errorf("after the undo: %v", got)
	}
}

// A backfill is steered from the list of them.
func TestABackfillIsSteered(t *testing.T) {
	s := salesStage(t)
	s.tidemark("backfill", "sales", "-s", "2026-02-20", "-e", "2026-02-28", "-y")
	p := s.page("/backfills", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null && document.querySelector('[data-lists=ready]') !== null`)
	p.click(`[aria-label="Pause backfill 1"]`)
	p.until("it is paused", `document.querySelector('[aria-label="Resume backfill 1"]') !== null`)
	p.click(`[aria-label="Resume backfill 1"]`)
	p.until("it goes on", `document.querySelector('[aria-label="Pause backfill 1"]') !== null`)
	p.click(`[aria-label="Cancel backfill 1"]`)
	p.until("the plan", `document.querySelector('dialog .plan') !== null && !document.querySelector('dialog [type=submit]').disabled`)
	p.click("dialog [type=submit]")
	p.until("it is cancelled", `document.querySelector('tbody .badge')?.textContent === 'cancelled'`)
}

// How long a backfill will still take stands in the list, and with the hour on its page.
func TestABackfillSaysHowLongItTakes(t *testing.T) {
	s := newStage(t, map[string]string{"pipelines/slow.yaml": "pipeline: slow\nschedule: \"@daily\"\nstart_date: 2026-03-01\nend_date: 2026-03-04\ncatchup: true\ntasks:\n  work: {run: sleep 0.3}\n"},
		"run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	s.tidemark("backfill", "slow", "-s", "2025-01-01", "-e", "2025-12-31", "--max-active-runs", "1", "-y")
	p := s.page("/backfills", 1280, 800)
	if got := p.text("tbody tr td:nth-child(6)"); !strings.HasPrefix(got, "about 1m") && !strings.HasPrefix(got, "about 2m") {
		t.Errorf("left: %q", got)
	}
	p.click("tbody tr th a")
	p.until("when it ends", `/leftabout [0-9]+m [0-9]+s.*, done by [0-9-]+ [0-9:]+/.test(document.querySelector('dl')?.textContent)`)
	p.picture("backfill-left")
}

// An interval has a page with its task instances; one that was not made says why.
func TestAnIntervalHasAPage(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales/i/2026-03-20", 1280, 800)
	p.until("its tasks", `document.querySelectorAll('.rows tbody tr').length === 12`)
	p.until("the keys", `document.querySelector('[data-lists=ready]') !== null`)
	p.do(chromedp.KeyEvent("c"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '12'`)
	p = s.page("/p/sales/i/2026-02-20", 1280, 800)
	if got := p.text(".sentence"); got == "" {
		t.Error("it does not say why there is no run")
	}
}

// The pages that list are looked at in both themes and on a phone.
func TestListsAreSeen(t *testing.T) {
	s := salesStage(t)
	s.tidemark("clear", "sales", "-t", "^fact_", "-s", "2026-03-10", "-e", "2026-03-12", "-d", "-y", "--reason", "wrong rate")
	s.tidemark("backfill", "sales", "-s", "2026-02-20", "-e", "2026-02-28", "-y", "--max-active-runs", "2")
	for name, path := range map[string]string{"intervals": "/p/sales/intervals", "instances": "/p/sales/instances?select=state%3Dfailed,upstream_failed", "interval": "/p/sales/i/2026-03-20",
		"backfills": "/backfills", "operations": "/ops", "operation": "/ops/1", "runner": "/runner"} {
		for _, look := range []struct {
			theme string
			width int64
		}{{"light", 1280}, {"dark", 1280}, {"dark", 390}} {
			p := s.page(path, look.width, 820)
			p.theme(look.theme)
			p.until("live", `document.querySelector('.live.on') !== null`)
			if wide := eval[int](p, `Math.max(document.documentElement.scrollWidth, ...[...document.querySelectorAll(".page, .rows")].map((e) => e.scrollWidth))`); int64(wide) > look.width {
				t.Errorf("%s is %d wide on a screen of %d", path, wide, look.width)
			}
			if high := eval[int](p, `document.documentElement.scrollHeight - innerHeight`); high > 0 {
				t.Errorf("%s has a second scrollbar: the document is %d too high", path, high)
			}
			p.picture(fmt.Sprintf("%s-%s-%d", name, look.theme, look.width))
		}
	}
}

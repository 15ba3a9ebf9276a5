package browser

import (
	"strings"
	"testing"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// A year of a pipeline: what failed, what is to come, and a drag over days that an order takes.
func TestTheCalendar(t *testing.T) {
	s := salesStage(t)
	ready := `document.querySelector('[data-calendar]')?.ready`
	p := s.page("/p/sales/calendar?year=2026", 1440, 900)
	p.until("the year", ready)
	if n := eval[int](p, `document.querySelectorAll('.day').length`); n != 365 {
		t.Errorf("a year of %d days", n)
	}
	if got := eval[string](p, `document.querySelector('[data-day="2026-03-20"]').getAttribute('aria-label')`); got != "20, 2026-03-20: 1 failed" {
		t.Errorf("the day that failed: %q", got)
	}
	if n := eval[int](p, `document.querySelectorAll('.day.s-success, .day.s-failed').length`); n != 31 {
		t.Errorf("%d days with runs", n)
	}
	middle := func(day string) (x, y float64) {
		at := eval[[]float64](p, `(() => { const b = document.querySelector('[data-day="`+day+`"]').getBoundingClientRect(); return [b.left + b.width / 2, b.top + b.height / 2]; })()`)
		return at[0], at[1]
	}
	x0, y0 := middle("2026-03-18")
	x1, y1 := middle("2026-03-21")
	p.do(chromedp.MouseEvent(input.DispatchMouseEventTypeMousePressed, x0, y0, chromedp.ButtonLeft, chromedp.ClickCount(1)),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, x1, y1, chromedp.ButtonLeft),
		chromedp.MouseEvent(input.DispatchMouseEventTypeMouseReleased, x1, y1, chromedp.ButtonLeft, chromedp.ClickCount(1)))
	p.until("the range", `document.querySelector('.range [role=status]').textContent === '4 days, 2026-03-18 to 2026-03-21' && location.search.includes('from=2026-03-18&to=2026-03-21')`)
	p.click("[data-range=clear]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '48'`)
	p.picture("calendar-clear")
	p.do(chromedp.KeyEvent(kb.Escape))
	p.until("the dialog has closed", `document.querySelector('dialog') === null`)
	// The same by keyboard, into days that never ran: a backfill.
	p.do(chromedp.KeyEvent(kb.Escape), chromedp.Focus(chromedp.CSS(`[data-day="2026-02-27"]`)))
	p.do(chromedp.KeyEvent(kb.ArrowRight, chromedp.KeyModifiers(chromedp.ModifierShift)), chromedp.KeyEvent("b"))
	p.until("the backfill", `document.querySelector('dialog [name=start_date]')?.value.startsWith('2026-02-27') && document.querySelector('dialog .plan') !== null`)
	p.do(chromedp.KeyEvent(kb.Escape))
	p.click(`[data-day="2026-03-20"]`)
	p.do(chromedp.WaitReady(chromedp.CSS("tm-grid .cells")))
	p.until("the grid at that day", `location.search === '?at=2026-03-20'`)

	p = s.page("/p/sales/calendar?year=2026&table=1", 1440, 900)
	if got := p.text("table"); !strings.Contains(got, "2026-03-2011 failed") {
		t.Errorf("the table: %s", got)
	}
	// By touch: a long press begins a range, a tap ends it.
	p = s.page("/p/sales/calendar?year=2026&from=2026-03-30", 390, 844)
	p.until("the year", ready)
	x0, y0 = middle("2026-03-18")
	p.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x0, Y: y0})
	p.until("a range has begun", `document.querySelector('.range [role=status]').textContent === '1 day, 2026-03-18'`)
	p.touch(input.DispatchTouchEventTypeTouchEnd)
	x1, y1 = middle("2026-03-20")
	p.touch(input.DispatchTouchEventTypeTouchStart, &input.TouchPoint{X: x1, Y: y1})
	p.touch(input.DispatchTouchEventTypeTouchEnd)
	p.until("the range", `document.querySelector('.range [role=status]').textContent.startsWith('3 days')`)
	s.seen("/p/sales/calendar?year=2026&from=2026-03-09&to=2026-03-12", "calendar", ready)
}

// What the schedule will make is seen before it does.
func TestTheCalendarShowsWhatIsToCome(t *testing.T) {
	s := newStage(t, map[string]string{"pipelines/daily.yaml": "pipeline: daily\nschedule: \"0 6 * * 1-5\"\nstart_date: 2020-01-01\ntasks:\n  a: {run: \"true\"}\n"})
	p := s.page("/p/daily/calendar?year=2099", 1440, 900)
	p.until("the year", `document.querySelector('[data-calendar]')?.ready`)
	if n := eval[int](p, `document.querySelectorAll('.day.future').length`); n != 261 {
		t.Errorf("%d days to come, 2099 has 261 from Monday to Friday", n)
	}
	s.seen("/p/daily/calendar", "calendar-future", `document.querySelector('[data-calendar]')?.ready`)
}

// touch lays a finger on the screen, or lifts it.
func (p *page) touch(kind input.DispatchTouchEventType, at ...*input.TouchPoint) {
	p.t.Helper()
	if _, err := chromedp.Call(p.ctx, input.DispatchTouchEvent, input.DispatchTouchEventParams{Type: kind, TouchPoints: append([]*input.TouchPoint{}, at...)}); err != nil {
		p.t.Fatal(err)
	}
}

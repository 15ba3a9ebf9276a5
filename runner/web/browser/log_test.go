package browser

import (
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// TestALogOfAHundredMegabytes: its end is there at once, what is far away is found, and no
// frame of scrolling, near or far, keeps the page's thread.
func TestALogOfAHundredMegabytes(t *testing.T) {
	const half = 2_000_000
	s := newStage(t, map[string]string{"pipelines/talk.yaml": fmt.Sprintf(`pipeline: talk
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-01
catchup: true
tasks:
  much: {run: "seq -f 'line %%.0f of a long log' 1 %d; echo 'ERROR: it broke here'; seq -f 'line %%.0f of a long log' %d %d"}
`, half, half+2, 2*half)}, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	p := s.page("/p/talk/i/2026-03-01/t/much", 1280, 800)
	last := fmt.Sprintf("line %d of a long log", 2*half)
	p.until("its end", fmt.Sprintf(`[...document.querySelectorAll('.log .l')].at(-1)?.textContent.trim() === %q`, last))
	if _, err := chromedp.Call(p.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		t.Fatal(err)
	}
	inSight := func(text string) string {
		return fmt.Sprintf(`(() => { const b = document.querySelector('.log').getBoundingClientRect();
			return [...document.querySelectorAll('.log .l')].some(l => { const r = l.getBoundingClientRect(); return r.top >= b.top && r.bottom <= b.bottom && l.textContent.trim() === %q; }); })()`, text)
	}
	scroll := func(what, step string) {
		frames := 120
		before := p.mainThread()
		eval[bool](p, fmt.Sprintf(`(window.scrolled = 0, (function step() { const b = document.querySelector('.log'); %s; if (++window.scrolled < %d) requestAnimationFrame(step); })(), true)`, step, frames))
		p.until("it has scrolled", fmt.Sprintf("window.scrolled >= %d", frames))
		each := (p.mainThread() - before) / float64(frames)
		t.Logf("%s: %.1f ms of the main thread's CPU a frame", what, each)
		if each > 16 {
			t.Errorf("%s: a frame of scrolling costs %.1f ms of CPU, more than 16", what, each)
		}
	}
	scroll("a few lines a frame", "b.scrollTop -= 60")
	scroll("a hundredth of it a frame", "b.scrollTop -= b.scrollHeight / 130")
	t.Logf("it has %s", p.text("#log-size"))
	p.click("#log-start")
	p.until("its beginning", inSight("line 1 of a long log"))
	p.click("#first-error")
	p.until("the error in sight", inSight("ERROR: it broke here"))
	p.click("#find")
	p.do(chromedp.KeyEvent("line 1234567 of"))
	p.until("what is found in sight", inSight("line 1234567 of a long log"))
	eval[bool](p, fmt.Sprintf(`(document.querySelector('.log').scrollTop = document.querySelector('.log').scrollHeight * 3 / 4, true)`))
	p.until("three quarters of it", `(() => { const n = +(document.querySelector('.log .l')?.textContent.match(/line (\d+)/)?.[1] ?? 0); return n > 2900000 && n < 3100000; })()`)
	if n := eval[int](p, `document.querySelectorAll('.log .l').length`); n > 5000 {
		t.Errorf("%d lines stand in the page", n)
	}
	p.picture("log-100MB")
}

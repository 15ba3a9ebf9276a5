package browser

import (
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// axe is the text of axe-core, which judges whether people who cannot see a page, or cannot
// use a mouse, can use it. TIDEMARK_AXE names its file; CI must have it.
func axe(t *testing.T) string {
	t.Helper()
	path := os.Getenv("TIDEMARK_AXE")
	if path == "" && os.Getenv("CI") == "" {
		t.Skip("TIDEMARK_AXE does not name axe.min.js: npm pack axe-core, and unpack it")
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatalf("TIDEMARK_AXE must name axe.min.js: %v", err)
	}
	return string(text)
}

// judge lets axe-core look at what the page shows now.
func (p *page) judge(axe, what string) {
	p.t.Helper()
	eval[bool](p, axe+`; true`)
	faults, err := chromedp.Run(p.ctx, chromedp.Evaluate[[]string](`axe.run(document, {resultTypes: ['violations']}).then(r =>
		r.violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html.slice(0, 160) + ' — ' + n.failureSummary.replace(/\s+/g, ' '))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		p.t.Fatalf("%s: %v", what, err)
	}
	for _, f := range faults {
		p.t.Errorf("%s: %s", what, f)
	}
	p.picture("axe-" + strings.NewReplacer(" ", "-", "/", "_", "?", "-", "=", "-", "&", "-").Replace(what))
}

// TestNobodyIsShutOut judges every page, in both themes, and each dialog.
func TestNobodyIsShutOut(t *testing.T) {
	text := axe(t)
	files := map[string]string{
		"pipelines/broken.yaml": "pipeline: broken\nshedule: \"@daily\"\ntasks:\n  a: {run: echo}\n",
		"pipelines/forms.yaml": "pipeline: forms\nparams:\n  city: {type: string, enum: [Utrecht, Delft], default: Delft}\n  days: {type: integer, default: 3}\n" +
			"tasks:\n  a: {run: echo}\n",
	}
	maps.Copy(files, sales)
	s := newStage(t, files, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	s.tidemark("clear", "sales", "-t", "report", "-s", "2026-03-04", "-e", "2026-03-04", "-y")
	s.tidemark("backfill", "sales", "-s", "2026-02-20", "-e", "2026-02-22", "-y")
	s.tidemark("pause", "forms")
	one := "/p/sales/i/2026-03-20"
	for _, theme := range []string{"light", "dark"} {
		for _, path := range []string{"/", "/problems", "/backfills", "/ops", "/ops/1", "/runner",
			"/p/sales", "/p/sales?groups=1&folded=extract", "/p/sales?at=2026-03-20&focus=extract_refunds", "/p/sales?table=1",
			"/p/sales/intervals", "/p/sales/instances", "/p/sales/instances?select=state%3Dfailed", one,
			one + "/t/extract_refunds", one + "/t/extract_refunds?tab=why", one + "/t/extract_refunds?tab=attempts",
			one + "/t/extract_refunds?tab=command", one + "/t/extract_refunds?tab=yaml",
			"/p/sales/graph?at=2026-03-20", "/p/sales/graph?at=2026-03-20&fold=1", "/p/sales/graph?at=2026-03-20&table=1", "/p/sales/gantt?at=2026-03-20", "/p/sales/gantt?at=2026-03-20&table=1",
			"/p/sales/calendar?year=2026", "/p/sales/calendar?year=2026&table=1", "/p/sales/yaml", "/p/broken/yaml", "/p/broken", "/nowhere"} {
			t.Run(theme+path, func(t *testing.T) {
				p := s.in(t).page(path, 1280, 800)
				p.theme(theme)
				p.until("the page", `document.readyState === 'complete'`)
				p.forgive(path)
				p.judge(text, theme+path)
			})
		}
		for _, d := range []struct{ path, button string }{
			{"/p/sales?at=2026-03-20&focus=extract_refunds", "aside [data-order=clear]"},
			{"/p/sales?at=2026-03-20&focus=extract_refunds", "aside [data-order=mark]"},
			{"/p/sales", "header [data-order=backfill]"}, {"/p/forms", "header [data-order=trigger]"}, {"/", "[data-order=unpause]"},
		} {
			t.Run(fmt.Sprintf("%s %s", theme, d.button), func(t *testing.T) {
				p := s.in(t).page(d.path, 1280, 800)
				p.theme(theme)
				p.until("the button", fmt.Sprintf("document.querySelector(%q) !== null && (document.querySelector('tm-grid')?.ready ?? true)", d.button))
				p.opens(d.button)
				p.judge(text, theme+" "+d.button)
			})
		}
		t.Run(theme+" palette", func(t *testing.T) {
			p := s.in(t).page("/", 1280, 800)
			p.theme(theme)
			p.until("live", `document.querySelector('.live.on') !== null`)
			p.do(chromedp.KeyEvent("k", chromedp.KeyModifiers(2)))
			p.until("the palette", `document.querySelector('dialog[open]') !== null`)
			p.judge(text, theme+" palette")
		})
	}
}

// opens clicks until there is a dialog: before the script of a page is there, nobody listens.
func (p *page) opens(button string) {
	p.t.Helper()
	for range 8 {
		p.click(button)
		if _, err := chromedp.Run(p.ctx, chromedp.Poll[bool](`document.querySelector('dialog[open]') !== null`, chromedp.WithPollingTimeout(2*time.Second))); err == nil {
			return
		}
	}
	p.t.Fatalf("%s opens no dialog", button)
}

// forgive drops what the browser says of a page that does not exist, or of a broken file.
func (p *page) forgive(path string) {
	if path != "/nowhere" && !strings.HasPrefix(path, "/p/broken") {
		return
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	p.faults = nil
}

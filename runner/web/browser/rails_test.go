package browser

import (
	"maps"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// TestAGuardRailStandsInTheDialogToo: it asks for a reason, then for why it is passed; both
// are on record.
func TestAGuardRailStandsInTheDialogToo(t *testing.T) {
	files := maps.Clone(sales)
	files["tidemark.yaml"] = "protect: {max_instances: 5, require_reason: true}\n"
	s := newStage(t, files, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	p := s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 1280, 800)
	p.click("aside [data-order=clear]")
	p.until("it asks why", `document.querySelector('dialog .failure')?.textContent.includes('wants a reason')`)
	p.click("dialog .reason")
	p.do(chromedp.KeyEvent("the file was late"))
	p.until("it is too many", `document.querySelector('dialog .failure')?.textContent.includes('wants a reason') === false && !document.querySelector('dialog .override').hidden`)
	p.picture("rail")
	if !eval[bool](p, `document.querySelector('dialog [type=submit]').disabled`) {
		t.Error("what a rail forbids can be given")
	}
	p.click("dialog .override")
	p.do(chromedp.KeyEvent("agreed with the team"))
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '7'`)
	p.click("dialog [type=submit]")
	p.until("it is done", `document.querySelector('.toast')?.textContent.includes('Undo')`)
	if got := s.tidemark("operations", "1", "-o", "json"); !strings.Contains(got, "agreed with the team") || !strings.Contains(got, "the file was late") {
		t.Errorf("on record is %s", got)
	}
}

// TestAPlanIsSavedAndAppliedLater: the file is the one that tidemark apply carries out.
func TestAPlanIsSavedAndAppliedLater(t *testing.T) {
	s := newStage(t, sales, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	p := s.page("/p/sales?at=2026-03-20&focus=extract_refunds", 1280, 800)
	p.click("aside [data-order=clear]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '7'`)
	eval[bool](p, `(URL.createObjectURL = (blob) => { blob.text().then((t) => { window.saved = t; }); return '#'; }, true)`)
	p.click("dialog [value=save]")
	p.until("the file", `window.saved !== undefined`)
	s.write("clear.json", eval[string](p, `window.saved`))
	if got := s.tidemark("apply", "clear.json", "-y"); !strings.Contains(got, "7 task instances · operation 1") {
		t.Errorf("apply says %s", got)
	}
}

package browser

import "testing"

// forms has a param of every type.
var forms = map[string]string{
	"pipelines/forms.yaml": `pipeline: forms
params:
  region: {enum: [eu, us], default: eu, description: where the shop is}
  limit: 10
  rate: {type: number, default: 0.5}
  full: false
  day: {type: date, required: true}
  tables: {type: list, default: [a, b]}
tasks:
  load: {run: "echo ${{ params.region }} ${{ params.limit }} ${{ params.full }} ${{ params.day }} ${{ params.tables }}"}
`}

// The form of a trigger is made from the params: what is required is asked for, what is
// left as it was is not sent, and what is wrong is said before anything is made.
func TestATriggerAsksForItsParams(t *testing.T) {
	s := newStage(t, forms)
	p := s.page("/p/forms", 1280, 900)
	p.until("the grid", `document.querySelector('tm-grid').ready`)
	p.click("header [data-order=trigger]")
	p.until("what is missing is said", `document.querySelector('dialog .failure')?.textContent.includes('day')`)
	if eval[bool](p, `!document.querySelector('dialog [type=submit]').disabled`) {
		t.Error("it can be given without what is required")
	}
	p.picture("trigger-missing")
	p.set("day", "2026-03-05")
	p.set("region", "us")
	p.set("limit", "12")
	p.until("the plan", `document.querySelector('dialog .plan') !== null && !document.querySelector('dialog [type=submit]').disabled`)
	if got := p.text("dialog .line code"); got != "tidemark trigger forms --param region=us --param limit=12 --param day=2026-03-05" {
		t.Errorf("the same on the command line: %s", got)
	}
	p.picture("trigger-light")
	again := s.page(eval[string](p, `location.pathname + location.search`), 390, 844)
	again.theme("dark")
	again.until("the same dialog from its address", `document.querySelector('dialog .plan') !== null && document.querySelector('dialog [name=limit]').value === '12'`)
	again.picture("trigger-phone-dark")
	p.click("dialog [type=submit]")
	p.until("it is made", `document.querySelector('.toast')?.textContent.includes('operation 1')`)
	var doc struct {
		Runs []struct{ Params map[string]any }
	}
	s.document(&doc, "runs", "forms")
	if len(doc.Runs) != 1 || doc.Runs[0].Params["region"] != "us" || doc.Runs[0].Params["limit"] != 12. {
		t.Errorf("made: %+v", doc.Runs)
	}
	if got := eval[bool](p, `location.search.includes('order')`); got {
		t.Error("the address still names a dialog that is closed")
	}
}

// A pipeline that was paused goes on as a person says, with its plan before.
func TestAPausedPipelineGoesOn(t *testing.T) {
	s := salesStage(t)
	p := s.page("/", 1280, 800)
	p.until("live", `document.querySelector('.live.on') !== null`)
	p.click(`[aria-label="Pause sales"]`)
	p.until("it is paused", `document.querySelector('[aria-label="Unpause sales"]') !== null`)
	p.click(`[aria-label="Unpause sales"]`)
	p.until("the plan", `document.querySelector('dialog .plan')?.textContent.includes('goes on')`)
	p.click("dialog [value=skip]")
	p.until("the plan of it", `document.querySelector('dialog .line code')?.textContent === 'tidemark unpause sales --skip'`)
	p.picture("unpause-light")
	p.click("dialog [type=submit]")
	p.until("it goes on", `document.querySelector('[aria-label="Pause sales"]') !== null`)
}

// A backfill says of each interval why it is in or out, to a mouse and to the arrows.
func TestTheStripOfABackfillSaysWhy(t *testing.T) {
	s := salesStage(t)
	p := s.page("/p/sales", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	p.click("header [data-order=backfill]")
	p.until("the newest week", `document.querySelectorAll('dialog .stripe i').length === 7`)
	p.click("dialog [data-from]:nth-of-type(3)")
	p.until("all since start_date", `document.querySelectorAll('dialog .stripe i').length === 31`)
	p.click("dialog [value=failed][name=reprocess]")
	p.until("one is in", `document.querySelectorAll('dialog .stripe i:not(.a-none)').length === 1`)
	eval[bool](p, `(() => { const e = document.querySelectorAll('dialog .stripe i')[19]; e.dispatchEvent(new PointerEvent('pointerover', { bubbles: true })); return true; })()`)
	if got := p.text(".told"); got != "2026-03-20 in: was failed" {
		t.Errorf("of the failed one: %q", got)
	}
	p.picture("backfill-strip-light")
	p.theme("dark")
	p.picture("backfill-strip-dark")
	phone := s.page(eval[string](p, `location.pathname + location.search`), 390, 844)
	phone.until("the same from its address", `document.querySelectorAll('dialog .stripe i:not(.a-none)').length === 1`)
	phone.picture("backfill-strip-phone")
}

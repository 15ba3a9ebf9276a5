package browser

import (
	"slices"
	"strings"
	"testing"
)

// TestAnItemHasAPageOfItsOwn: from the list to the item that failed, its log, its reason, and
// a clear of it and nothing else.
func TestAnItemHasAPageOfItsOwn(t *testing.T) {
	s := newStage(t, map[string]string{"pipelines/cities.yaml": `pipeline: cities
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-02
catchup: true
tasks:
  fetch: {for_each: [utrecht, delft, gouda], run: "echo ${{ item }}; test ${{ item }} != delft || test -e mended"}
  report: {needs: fetch, run: "true"}
`}, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	p := s.page("/p/cities/instances?select=state%3Dfailed", 1280, 800)
	p.click(`a[href="/p/cities/i/2026-03-02/t/fetch%5B1%5D"]`)
	p.until("the page of the item", `document.querySelector('h1')?.textContent === 'fetch[1]'`)
	p.until("its log", `[...document.querySelectorAll('.log .l')].some(l => l.textContent.trim() === 'delft')`)
	if got := p.text(".mapped [aria-current]"); got != "[1] failed" {
		t.Errorf("among its like it is %q", got)
	}
	p.picture("mapped")
	p.click(`.mapped a[href^="/p/cities/i/2026-03-02/t/fetch%5B2%5D"]`)
	p.until("the next item", `document.querySelector('h1')?.textContent === 'fetch[2]' && [...document.querySelectorAll('.log .l')].some(l => l.textContent.trim() === 'gouda')`)
	p = s.page("/p/cities/i/2026-03-02/t/fetch?tab=why", 1280, 800)
	p.until("the worst of them", `document.querySelector('h1')?.textContent === 'fetch[1]'`)
	p.until("what listens", `customElements.get('tm-log') !== undefined`)
	p.click(".title [data-order=clear]")
	p.until("the plan", `document.querySelector('dialog .plan')?.dataset.rows === '2'`)
	s.write("mended", "")
	p.click("dialog [type=submit]")
	p.until("it is done", `document.querySelector('.toast')?.textContent.includes('Undo')`)
	var doc struct {
		Instances []struct {
			State string
		} `json:"task_instances"`
	}
	s.document(&doc, "tasks", "cities", "2026-03-02")
	var got []string
	for _, in := range doc.Instances {
		got = append(got, in.State)
	}
	if want := []string{"success", "waiting", "success", "waiting"}; !slices.Equal(got, want) {
		t.Errorf("the states are %s", strings.Join(got, " "))
	}
}

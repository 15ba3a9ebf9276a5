package browser

import (
	"strings"
	"testing"
)

// shrunk is a mapped task of three items of which one run, tried again, had only two: the
// third is removed, and its run has it beside the others.
func shrunk(t *testing.T) *stage {
	t.Helper()
	text := `pipeline: cities
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-02
catchup: true
tasks:
  fetch: {for_each: [utrecht, delft, gouda], run: "echo ${{ item }}"}
  report: {needs: fetch, run: "true"}
`
	s := newStage(t, map[string]string{"pipelines/cities.yaml": text}, "run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	s.write("pipelines/cities.yaml", strings.Replace(text, ", gouda", "", 1))
	s.tidemark("clear", "cities", "--interval", "2026-03-02", "-y")
	s.tidemark("run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	return s
}

// TestARemovedItemIsSeen: it does not count beside its like, is named on their page, and the
// grid says what the mark means.
func TestARemovedItemIsSeen(t *testing.T) {
	s := shrunk(t)
	p := s.page("/p/cities?at=2026-03-02&focus=fetch", 1280, 800)
	p.until("the panel", `document.querySelector('aside h2')?.textContent.startsWith('fetch')`)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	if got := p.text("tm-grid > .hidden[role=status]"); got != "fetch, 2026-03-02, success" {
		t.Errorf("the cell says %q", got)
	}
	if got := p.text(".legend"); !strings.Contains(got, "removed") {
		t.Errorf("the legend says %q", got)
	}
	if got := p.text("aside .mapped"); got != "[0] success [1] success [2] removed" {
		t.Errorf("the details name %q", got)
	}
	p.picture("removed")
	p.click(`aside .mapped a:nth-child(3)`)
	p.until("its page", `document.querySelector('h1')?.textContent === 'fetch[2]' && document.querySelector('.title .state')?.textContent === 'removed'`)
	p.until("its log", `[...document.querySelectorAll('.log .l')].some(l => l.textContent.trim() === 'gouda')`)
	p = s.page("/p/cities/i/2026-03-02/t/fetch", 1280, 800)
	if got := p.text("h1"); got != "fetch[0]" {
		t.Errorf("the worst of them is %q", got)
	}
}

package browser

import (
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/performance"
	"github.com/chromedp/chromedp"
)

// wide is a pipeline of n tasks, in groups that follow each other.
func wide(n int) map[string]string {
	var b strings.Builder
	b.WriteString("pipeline: wide\nschedule: \"@hourly\"\nstart_date: 2026-01-01\nend_date: 2026-01-01\ncatchup: false\ntasks:\n")
	for i := range n {
		fmt.Fprintf(&b, "  task_%03d: {run: \"true\"", i)
		if i >= 10 {
			fmt.Fprintf(&b, ", needs: task_%03d", i-10)
		}
		b.WriteString("}\n")
	}
	return map[string]string{"pipelines/wide.yaml": b.String()}
}

// mainThread is how long the page's main thread has worked, in milliseconds of its own clock.
func (p *page) mainThread() float64 {
	p.t.Helper()
	m, err := chromedp.Call(p.ctx, performance.GetMetrics, cdp.Empty{})
	if err != nil {
		p.t.Fatal(err)
	}
	for _, x := range m.Metrics {
		if x.Name == "TaskDuration" {
			return x.Value * 1000
		}
	}
	p.t.Fatal("the browser does not measure tasks")
	return 0
}

// A frame of scrolling costs the main thread little, whatever the size of the grid. With
// TIDEMARK_BIG it is measured on a project of that directory that has a pipeline "big".
func TestScrollingIsCheap(t *testing.T) {
	var s *stage
	name := "wide"
	if dir := os.Getenv("TIDEMARK_BIG"); dir != "" {
		s = stageOf(t, dir)
		name = "big"
	} else {
		s = newStage(t, wide(200))
		s.tidemark("backfill", name, "-s", "2025-12-20", "-e", "2025-12-31", "-y")
		s.tidemark("mark", name, "--as", "success", "--run", "--all", "-y")
	}
	s.scrollsCheaply(name)
}

// With groups the same holds: each has a row that shows the worst of its tasks.
func TestScrollingGroupsIsCheap(t *testing.T) {
	s := newStage(t, grouped(200, "extract", "clean", "fact", "mart"))
	s.tidemark("backfill", "grouped", "-s", "2025-06-01", "-e", "2026-02-28", "-y")
	s.tidemark("mark", "grouped", "--as", "success", "--run", "--all", "-y")
	s.scrollsCheaply("grouped")
}

// scrollsCheaply measures a way through a grid.
func (s *stage) scrollsCheaply(name string) {
	s.t.Helper()
	p := s.page("/p/"+name, 1440, 900)
	if _, err := chromedp.Call(p.ctx, performance.Enable, performance.EnableParams{TimeDomain: performance.EnableTimeDomainThreadTicks}); err != nil {
		s.t.Fatal(err)
	}
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	frames := 120
	before := p.mainThread()
	eval[bool](p, fmt.Sprintf(`(window.scrolled = 0, (function step() { const b = document.querySelector('tm-grid').box; b.scrollLeft -= 37; b.scrollTop += 11; if (++window.scrolled < %d) requestAnimationFrame(step); })(), true)`, frames))
	p.until("it has scrolled", fmt.Sprintf("window.scrolled >= %d", frames))
	each := (p.mainThread() - before) / float64(frames)
	s.t.Logf("%.1f ms of the main thread's CPU a frame", each)
	if each > 16 {
		s.t.Errorf("a frame of scrolling costs %.1f ms of CPU, more than 16", each)
	}
	p.picture("big-" + name)
}

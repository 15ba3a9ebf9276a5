package browser

import (
	"strings"
	"testing"
)

// slow is a run of a few seconds with a retry, a wait for a slot and a branch that decides
// when it ends.
var slow = map[string]string{"tidemark.yaml": "parallelism: 2\n", "pipelines/slow.yaml": `pipeline: slow
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-03
catchup: true
max_active_runs: 1
tasks:
  extract: {run: sleep 0.3}
  flaky: {run: "sleep 0.1; test \"$TIDEMARK_TRY\" = 2", retries: 1, retry_delay: 1s}
  long: {needs: extract, run: sleep 1.2}
  short: {needs: extract, run: sleep 0.1}
  also: {needs: extract, run: sleep 0.1}
  load: {needs: [long, short, also], run: sleep 0.2}
`}

func TestTheGantt(t *testing.T) {
	s := newStage(t, slow, "run", "--until-idle", "--progress", "none", "--now", "2026-03-05")
	p := s.page("/p/slow/gantt?at=2026-03-03", 1440, 900)
	p.until("the rows", `document.querySelectorAll('.gantt .row').length === 6`)
	if got := eval[string](p, `[...document.querySelectorAll('.gantt .critical')].map((r) => r.querySelector('text').textContent).join(' ')`); got != "extract long load" {
		t.Errorf("the critical path: %s", got)
	}
	if got := eval[string](p, `[...document.querySelectorAll('.gantt .row')].find((r) => r.textContent.includes('flaky')).getAttribute('aria-label')`); !strings.Contains(got, "try 1, failed") || !strings.Contains(got, "to try again, try 2, success") {
		t.Errorf("the retries: %s", got)
	}
	if n := eval[int](p, `document.querySelectorAll('.gantt .row .typical').length`); n != 6 {
		t.Errorf("%d tasks have a usual time", n)
	}
	if eval[bool](p, `document.querySelector('.gantt .now') !== null`) {
		t.Error("an ended run has a line for now")
	}
	s.seen("/p/slow/gantt?at=2026-03-03", "gantt", `document.querySelector('.gantt .row') !== null`)
	p = s.page("/p/slow/gantt?at=2026-03-03&table=1", 1440, 900)
	if got := p.text("table"); !strings.Contains(got, "longsuccess1") {
		t.Errorf("the table: %s", got)
	}
	p.picture("gantt-table")
	// A clear long after: the pause is folded, and the tries before it are still seen.
	s.tidemark("clear", "slow", "-t", "^load$", "--interval", "2026-03-03", "-y")
	s.tidemark("run", "--until-idle", "--progress", "none", "--now", "2026-04-05")
	p = s.page("/p/slow/gantt?at=2026-03-03", 1440, 900)
	p.until("the fold", `document.querySelector('.gantt .fold title').textContent.endsWith('later')`)
	if w := eval[int](p, `Number(document.querySelector('.gantt').getAttribute('width') ?? document.querySelectorAll('svg.gantt')[2].getAttribute('width'))`); w > 1400 {
		t.Errorf("the drawing is %d wide", w)
	}
	p.picture("gantt-folded")
}

// A run that goes on has a line for now.
func TestAGanttOfARunThatGoesOn(t *testing.T) {
	s := newStage(t, map[string]string{"pipelines/going.yaml": `pipeline: going
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-01
catchup: true
tasks:
  first: {run: "true"}
  lasting: {needs: first, run: "sleep 60"}
`})
	run := s.background("run", "--no-serve", "--progress", "none")
	p := s.page("/p/going/gantt", 1440, 900)
	p.until("live", `document.querySelector('.live.on') !== null`)
	p.until("it runs", `document.querySelector('.gantt .s-running') !== null && document.querySelector('.gantt .now') !== null`)
	p.picture("gantt-running")
	run()
	s.tidemark("clear", "going", "--all", "-y")
}

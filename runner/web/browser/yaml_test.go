package browser

import (
	"strings"
	"testing"
)

// The file as it is now, with what validate says of it, and what changed since a version that ran.
func TestTheYAML(t *testing.T) {
	s := newStage(t, sales, "run", "--until-idle", "--progress", "none", "--now", "2026-03-03")
	old := sales["pipelines/sales.yaml"]
	now := strings.Replace(old, `  mail: {needs: report, run: "true"}`, "  mail: {needs: report, run: \"echo sent\"}\n  archive: {needs: mail, run: \"true\"}", 1)
	s.write("pipelines/sales.yaml", strings.Replace(now, `schedule: "@daily"`, `schedule: "0 0 13 * 5"`, 1))
	s.tidemark("run", "--until-idle", "--progress", "none", "--now", "2026-03-04")
	p := s.page("/p/sales/yaml", 1440, 900)
	p.until("the file as it is now", `document.querySelector('.toc')?.textContent.includes('archive')`)
	p.until("the warning below its line", `document.querySelector('tr.faulty')?.textContent.includes('schedule') && document.querySelector('tr.problem.warning') !== null`)
	if got := eval[string](p, `document.querySelector('.toc li:last-child a').getAttribute('href')`); got != "#L20" {
		t.Errorf("archive stands at %s", got)
	}
	versions := eval[[]string](p, `[...document.querySelector('select').options].map((o) => o.value)`)
	if len(versions) != 3 {
		t.Fatalf("versions: %q", versions)
	}
	s.seen("/p/sales/yaml", "yaml", `document.querySelector('.lines') !== null`)
	s.seen("/p/sales/yaml?diff="+versions[2], "yaml-diff", `document.querySelector('.added') !== null`)
	p = s.page("/p/sales/yaml?diff="+versions[2], 1440, 900)
	if got := p.text(".grid-bar"); !strings.Contains(got, "+3 −2") {
		t.Errorf("what changed: %s", got)
	}
	if n := eval[int](p, `document.querySelectorAll('.left-out').length`); n == 0 {
		t.Error("nothing is left out of what is the same")
	}
	p = s.page("/p/sales/yaml?rev="+versions[2], 1440, 900)
	if got := p.text(".lines"); strings.Contains(got, "archive") || !strings.Contains(got, `schedule: "@daily"`) {
		t.Errorf("the old version: %s", got)
	}
}

// A file with errors has its page too: its text, and what is wrong below the lines.
func TestABrokenFileIsShownWithItsErrors(t *testing.T) {
	s := newStage(t, map[string]string{"pipelines/ads.yaml": "pipeline: ads\nshedule: \"@daily\"\ntasks:\n  fetch: {run: echo <b>}\n  load: {needs: fech, run: echo}\n"})
	p := s.page("/", 1280, 800)
	p.click(`td.strip a`)
	p.until("the file", `location.pathname === '/p/ads/yaml' && document.querySelectorAll('.lines .t').length === 7`)
	if got := p.text(".lines"); !strings.Contains(got, `"schedule"`) || !strings.Contains(got, `"fetch"`) || !strings.Contains(got, "echo <b>") {
		t.Errorf("it says %s", got)
	}
	if got := eval[[]string](p, `[...document.querySelectorAll('tr.faulty')].map((r) => r.id)`); strings.Join(got, " ") != "L2 L5" {
		t.Errorf("errors stand at %v", got)
	}
	p.picture("yaml-broken")
	p.until("live", `document.querySelector('.live.on') !== null`)
	s.write("pipelines/ads.yaml", "pipeline: ads\ntasks:\n  fetch: {run: echo}\n")
	p.until("it is mended", `document.querySelectorAll('tr.faulty').length === 0 && document.querySelectorAll('.lines .t').length === 3`)
}

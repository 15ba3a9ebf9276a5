package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryPageOfRealData shows each page of the examples, with what they made of real data,
// and of a pipeline of 500 tasks: in light, in dark and on a phone.
func TestEveryPageOfRealData(t *testing.T) {
	s := newStage(t, wide(500))
	for _, example := range []string{"weather", "temperatures"} {
		from := filepath.Join("../../../examples", example)
		for _, part := range []string{"pipelines", "scripts", "data"} {
			if err := os.CopyFS(filepath.Join(s.dir, part), os.DirFS(filepath.Join(from, part))); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.Remove(filepath.Join(s.dir, "data", "README.md")); err != nil { // each has one
			t.Fatal(err)
		}
	}
	for name, change := range map[string][2]string{
		"pipelines/weather.yaml":      {"start_date: 2012-01-01", "start_date: 2015-06-01"},
		"pipelines/temperatures.yaml": {"end_date: 2010-12-31", "end_date: 2010-01-31"},
	} {
		text, err := os.ReadFile(filepath.Join(s.dir, name))
		if err != nil || !strings.Contains(string(text), change[0]) {
			t.Fatalf("%s does not say %q (%v)", name, change[0], err)
		}
		s.write(name, strings.Replace(string(text), change[0], change[1], 1))
	}
	s.tidemark("run", "weather", "--until-idle", "--progress", "none")
	s.tidemark("run", "temperatures", "--until-idle", "--progress", "none")
	s.tidemark("backfill", "wide", "-s", "2025-12-20", "-e", "2025-12-31", "-y")
	s.tidemark("mark", "wide", "--as", "success", "--run", "--all", "-y")
	s.tidemark("clear", "weather", "-t", "calc_statistics", "-s", "2015-12-20", "-e", "2015-12-24", "-d", "-y", "--reason", "a fix in the average")
	s.tidemark("run", "weather", "--until-idle", "--progress", "none")
	s.tidemark("backfill", "weather", "-s", "2015-05-01", "-e", "2015-05-31", "-y", "--reason", "the month before")
	day, hour := "/p/weather/i/2015-12-20", "/p/temperatures/i/2010-01-15T13:00-08:00"
	for _, page := range []struct{ name, path, ready string }{
		{"pipelines", "/", `document.querySelectorAll('svg.bars').length === 3`},
		{"weather-grid", "/p/weather?at=2015-12-20&focus=calc_statistics", `document.querySelector('aside h2')?.textContent === 'calc_statistics'`},
		{"weather-log", day + "/t/report", `document.querySelector('.log .l') !== null`},
		{"weather-why", day + "/t/report?tab=why", `document.querySelector('.sentence') !== null`},
		{"weather-attempts", day + "/t/report?tab=attempts", `document.querySelectorAll('tbody tr').length === 2`},
		{"weather-interval", day, `document.querySelectorAll('tbody tr').length === 3`},
		{"weather-intervals", "/p/weather/intervals", `document.querySelectorAll('tbody tr').length > 20`},
		{"weather-instances", "/p/weather/instances?select=task%3Dreport", `document.querySelectorAll('tbody tr').length > 20`},
		{"weather-graph", "/p/weather/graph?at=2015-12-20", `document.querySelectorAll('.node').length === 3`},
		{"weather-gantt", "/p/weather/gantt?at=2015-12-20", `document.querySelectorAll('a.row').length === 3`},
		{"weather-calendar", "/p/weather/calendar?year=2015", `document.querySelectorAll('.day.s-success').length > 200`},
		{"weather-yaml", "/p/weather/yaml", `document.querySelector('.source') !== null`},
		{"temperatures-grid", "/p/temperatures", `document.querySelector('tm-grid').ready`},
		{"temperatures-log", hour + "/t/reading", `document.querySelector('.log .l') !== null`},
		{"temperatures-calendar", "/p/temperatures/calendar?year=2010", `document.querySelectorAll('.day.s-success').length === 31`},
		{"wide-grid", "/p/wide", `document.querySelector('tm-grid').ready`},
		{"wide-graph", "/p/wide/graph", `document.querySelectorAll('.node').length > 10`},
		{"backfills", "/backfills", `document.querySelectorAll('tbody tr').length === 2`},
		{"operations", "/ops", `document.querySelectorAll('tbody tr').length === 4`},
		{"operation", "/ops/3", `document.querySelector('main').textContent.includes('a fix in the average')`},
		{"runner", "/runner", `document.querySelectorAll('tbody tr').length > 0`},
		{"problems", "/problems", `document.querySelector('main, section') !== null`},
	} {
		for _, look := range []struct {
			name, theme   string
			width, height int64
		}{{"light", "light", 1280, 800}, {"dark", "dark", 1280, 800}, {"phone", "light", 390, 844}} {
			t.Run(page.name+"/"+look.name, func(t *testing.T) {
				p := s.in(t).page(page.path, look.width, look.height)
				p.theme(look.theme)
				p.until("what it shows", page.ready)
				if wide := eval[int](p, `document.documentElement.scrollWidth - innerWidth`); wide > 0 {
					t.Errorf("the page is %d pixels wider than the window", wide)
				}
				p.picture(fmt.Sprintf("%s-%s", page.name, look.name))
			})
		}
	}
}

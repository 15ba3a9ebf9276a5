package browser

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// example makes a project of 500 tasks with so many days of history.
func example(t *testing.T, intervals int) string {
	t.Helper()
	dir := t.TempDir()
	make := exec.Command("go", "run", "./cmd/tidemark-bench", "--make", dir, "--intervals", strconv.Itoa(intervals))
	make.Dir = "../../.."
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return dir
}

// cpu is the processor time of the pages' process so far, in milliseconds.
func (s *stage) cpu() float64 {
	s.t.Helper()
	threads, err := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/schedstat", s.pid))
	if err != nil || len(threads) == 0 {
		s.t.Skip("processor time is measured on Linux")
	}
	total := 0.0
	for _, file := range threads {
		text, err := os.ReadFile(file)
		if err != nil { // a thread that has ended
			continue
		}
		n, err := strconv.ParseFloat(strings.Fields(string(text))[0], 64)
		if err != nil {
			s.t.Fatal(err)
		}
		total += n / 1e6
	}
	return total
}

// asked sends one request and says what it cost: bytes on the wire, and processor time.
func (s *stage) asked(method, path, body string) (size int, cpu float64) {
	s.t.Helper()
	r, err := http.NewRequest(method, s.URL+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	r.Header.Set("Accept-Encoding", "gzip")
	r.Header.Set("Content-Type", "application/json")
	before := s.cpu()
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		s.t.Fatal(err)
	}
	defer answer.Body.Close()
	var b bytes.Buffer
	if _, err := io.Copy(&b, answer.Body); err != nil || answer.StatusCode != http.StatusOK {
		s.t.Fatalf("%s: %s %v", path, answer.Status, err)
	}
	return b.Len(), s.cpu() - before
}

// settled waits until a server that has started works only where it is asked to.
func (s *stage) settled() {
	s.t.Helper()
	for range 1000 {
		if _, cpu := s.asked("GET", "/static/icon.svg", ""); cpu < 0.5 {
			return
		}
	}
	s.t.Fatal("the server does not come to rest")
}

// least is the smallest processor time of several requests: others use the machine too.
func (s *stage) least(times int, method, path, body string) float64 {
	least := math.Inf(1)
	for range times {
		_, cpu := s.asked(method, path, body)
		least = min(least, cpu)
	}
	return least
}

// The budgets of a grid of 500 tasks: what comes over the wire, and what the first cells cost a
// server that has just started. TIDEMARK_INTERVALS is how long its history is.
func TestTheGridKeepsItsBudgets(t *testing.T) {
	intervals := 1000
	if n, err := strconv.Atoi(os.Getenv("TIDEMARK_INTERVALS")); err == nil {
		intervals = n
	}
	s := stageOf(t, example(t, intervals))
	p := s.page("/p/sales_daily", 1440, 900)
	p.until("the cells", `document.querySelector('tm-grid').ready`)
	var sizes []struct {
		Name string
		Size int
	}
	if err := json.Unmarshal([]byte(eval[string](p, `JSON.stringify([...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')].map((e) => ({name: e.name.replace(location.origin, ''), size: e.encodedBodySize})))`)), &sizes); err != nil {
		t.Fatal(err)
	}
	page, cells, first := 0, 0, ""
	for _, r := range sizes {
		t.Logf("%6d bytes %s", r.Size, r.Name)
		switch {
		case strings.Contains(r.Name, "/cells?"):
			if first == "" {
				first, cells = r.Name, r.Size
			}
		case !strings.HasPrefix(r.Name, "/api/") && r.Name != "/events":
			page += r.Size
		}
	}
	t.Logf("the page is %d bytes, its first cells are %d: %s", page, cells, first)
	if page > 40_000 || page < 10_000 {
		t.Errorf("the page is %d bytes, more than 40 kB", page)
	}
	if cells > 10_000 || cells < 500 {
		t.Errorf("the first cells are %d bytes, more than 10 kB", cells)
	}
	cold := math.Inf(1)
	for range 5 {
		s := &stage{t: t, dir: s.dir, bin: s.bin}
		s.serve()
		s.settled()
		_, cpu := s.asked("GET", first, "")
		s.stop()
		t.Logf("a server that has just started: %.1f ms of CPU for the first cells", cpu)
		cold = min(cold, cpu)
	}
	if cold > 25 {
		t.Errorf("the first cells cost %.1f ms of CPU, more than 25", cold)
	}
}

// No page's cost grows with history that it does not show. Each costs as much with eight times
// as many intervals.
func TestNoPageCostsMoreForALongHistory(t *testing.T) {
	const few, many = 250, 2000
	cost := map[string][2]float64{}
	const day = "/p/sales_daily/i/2026-06-20"
	pages := []string{"/", "/p/sales_daily", "/p/sales_daily?table=1", "/api/v1/pipelines/sales_daily/cells?limit=90", "/p/sales_daily/intervals", "/p/sales_daily/instances",
		"/p/sales_daily/instances?select=state%3Dfailed+last%3D7", "/p/sales_daily/graph", "/p/sales_daily/gantt", "/p/sales_daily/calendar?year=2026", "/p/sales_daily/yaml", day, day + "/t/dim_orders_00", day + "/t/dim_orders_00?panel=1", "/ops", "/backfills", "/runner", "/problems"}
	for i, intervals := range []int{few, many} {
		s := &stage{t: t, dir: example(t, intervals)}
		s.build()
		s.serve()
		for _, path := range pages {
			s.asked("GET", path, "")
			c := cost[path]
			c[i] = s.least(7, "GET", path, "")
			cost[path] = c
		}
		s.stop()
	}
	for _, path := range pages {
		c := cost[path]
		exponent := math.Log(c[1]/c[0]) / math.Log(float64(many)/float64(few))
		t.Logf("%6.2f ms, %6.2f ms with eight times the history, exponent %5.2f: %s", c[0], c[1], exponent, path)
		if c[1] > 1.5*c[0]+1 {
			t.Errorf("%s: %.2f ms of CPU, with eight times the history %.2f", path, c[0], c[1])
		}
		if strings.HasSuffix(path, "?panel=1") && c[1] > 25 {
			t.Errorf("%s: %.2f ms of CPU: the details cannot follow the keys", path, c[1])
		}
	}
}

package browser

import (
	"bytes"
	"cmp"
	"flag"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

var pictures = flag.String("pictures", "", "make the pictures of the documentation anew, in this directory")

// shop is a project that shows something on each page.
var shop = map[string]string{
	"pipelines/sales.yaml": `pipeline: sales
description: What was sold, from the tills to the report
tags: [shop]
schedule: "@daily"
start_date: 2026-03-01
end_date: 2026-03-31
catchup: true
tasks:
  extract_orders: {run: "echo reading the orders of ${{ ds }}; sleep 0.2; echo 18204 rows"}
  extract_refunds:
    run: |
      echo "reading the refunds of ${{ ds }}"
      if [ ${{ ds }} = 2026-03-20 ]; then
        echo "psql: ERROR:  relation \"raw.refunds_20260320\" does not exist"
        echo "LINE 1: select * from raw.refunds_20260320"
        exit 1
      fi
      echo "412 rows"
  extract_stock: {run: sleep 0.1}
  clean_orders: {needs: extract_orders, run: sleep 0.15}
  clean_refunds: {needs: extract_refunds, run: sleep 0.05}
  clean_stock: {needs: extract_stock, when: "${{ ds != \"2026-03-22\" }}", run: sleep 0.2}
  fact_sales: {needs: [clean_orders, clean_refunds], run: sleep 0.25}
  fact_stock: {needs: clean_stock, run: sleep 0.1}
  mart_revenue: {needs: fact_sales, run: sleep 0.1}
  mart_margin: {needs: [fact_sales, fact_stock], run: sleep 0.2}
  report: {needs: [mart_revenue, mart_margin], run: sleep 0.05}
  mail: {needs: report, run: "echo sent"}
`,
	"pipelines/visits.yaml": `pipeline: visits
tags: [web]
schedule: "@hourly"
start_date: 2026-03-31
end_date: 2026-03-31T23:00
catchup: true
tasks:
  collect: {for_each: [north, south, west], run: "echo visits of ${{ item }}; sleep 0.05"}
  count: {needs: collect, run: sleep 0.05}
`,
	"pipelines/reports.yaml": `pipeline: reports
schedule: "@daily"
start_date: 2026-03-30
end_date: 2026-03-31
catchup: true
params:
  format: {type: string, enum: [pdf, html], default: pdf, description: what the readers get}
  days: {type: integer, default: 7}
tasks:
  query: {run: sleep 2}
  render: {needs: query, run: sleep 1}
`,
	"pipelines/ads.yaml": "pipeline: ads\nshedule: \"@daily\"\nstart_date: 2026-03-01\ntasks:\n  fetch: {run: scripts/fetch}\n  load: {needs: fech, run: scripts/load}\n",
}

// TestPicturesOfTheDocumentation makes them: go test . -run TestPictures -pictures ../../../docs/pictures
func TestPicturesOfTheDocumentation(t *testing.T) {
	if *pictures == "" {
		t.Skip("-pictures does not say where to")
	}
	files := maps.Clone(shop)
	files["pipelines/sales.yaml"] = strings.Replace(shop["pipelines/sales.yaml"], `run: "echo sent"`, "run: echo", 1)
	s := newStage(t, files, "run", "--until-idle", "--progress", "none", "--now", "2026-03-30")
	s.write("pipelines/sales.yaml", shop["pipelines/sales.yaml"])
	s.tidemark("run", "--until-idle", "--progress", "none", "--now", "2026-04-02")
	s.tidemark("mark", "sales", "-t", "clean_stock", "--interval", "2026-03-22", "--as", "success", "-y", "--reason", "counted by hand")
	s.tidemark("clear", "sales", "-t", "^mart_", "-s", "2026-03-10", "-e", "2026-03-12", "-d", "-y", "--reason", "wrong rate")
	s.tidemark("backfill", "reports", "-s", "2025-11-01", "-e", "2026-02-28", "-y", "--max-active-runs", "2", "--reason", "the new layout")
	s.background("run", "--no-serve", "--progress", "none")
	live := s.page("/", 1280, 720)
	live.until("the backfill is at work", `document.querySelector('main').textContent.includes('runner since') && [...document.querySelectorAll('tr[data-name=reports] td')].some((e) => e.textContent.includes('running'))`)
	versions := eval[[]string](s.page("/p/sales/yaml", 1280, 720), `[...document.querySelector('select').options].map((o) => o.value)`)

	grid := `document.querySelector('tm-grid')?.ready && document.querySelector('aside h2') !== null`
	dialog := `document.querySelector('dialog .plan') !== null`
	for _, page := range []struct {
		name, path, ready, click, then string
	}{
		{name: "pipelines", path: "/", ready: `document.querySelector('.bars') !== null`},
		{name: "backfills", path: "/backfills", ready: `document.querySelector('progress') !== null`},
		{name: "operations", path: "/ops", ready: `document.querySelectorAll('tbody tr').length === 3`},
		{name: "operation", path: "/ops/3", ready: `document.querySelector('dl') !== null`},
		{name: "runner", path: "/runner", ready: `document.querySelector('main').textContent.includes('reports')`},
		{name: "grid", path: "/p/sales?at=2026-03-20&focus=extract_refunds&groups=1&zoom=20", ready: grid},
		{name: "clear", path: "/p/sales?at=2026-03-20&focus=extract_refunds&zoom=20", ready: grid, click: "aside [data-order=clear]", then: dialog},
		{name: "backfill", path: "/p/sales?zoom=20&order=backfill+sales&order.start_date=2026-02-20&order.end_date=2026-03-05", ready: dialog + ` && document.querySelector('tm-grid').ready`},
		{name: "trigger", path: "/p/reports?zoom=20", ready: `document.querySelector('tm-grid')?.ready`, click: "header [data-order=trigger]", then: dialog},
		{name: "instance", path: "/p/sales/i/2026-03-20/t/extract_refunds", ready: `document.querySelectorAll('.log .l[data-n]').length === 3`},
		{name: "why", path: "/p/sales/i/2026-03-20/t/report?tab=why", ready: `document.querySelector('.sentence') !== null`},
		{name: "mapped", path: "/p/visits/i/2026-03-31T05:00/t/collect%5B1%5D", ready: `document.querySelector('.mapped') !== null && document.querySelector('.log .l[data-n]') !== null`},
		{name: "interval", path: "/p/sales/i/2026-03-20", ready: `document.querySelectorAll('.rows tbody tr').length === 12`},
		{name: "intervals", path: "/p/sales/intervals", ready: `document.querySelector('.pick') !== null`},
		{name: "instances", path: "/p/sales/instances?select=state%3Dfailed,upstream_failed", ready: `document.querySelector('.pick') !== null`},
		{name: "graph", path: "/p/sales/graph?at=2026-03-20&focus=extract_refunds", ready: `document.querySelector('[data-graph]')?.ready && document.querySelector('aside h2') !== null`},
		{name: "gantt", path: "/p/sales/gantt?at=2026-03-31", ready: `document.querySelector('.gantt') !== null`},
		{name: "calendar", path: "/p/sales/calendar?year=2026", ready: `document.querySelector('.year') !== null`},
		{name: "yaml", path: "/p/sales/yaml?diff=" + versions[2], ready: `document.querySelector('.added') !== null`},
		{name: "broken", path: "/p/ads/yaml", ready: `document.querySelector('.faulty') !== null`},
		{name: "problems", path: "/problems", ready: `document.querySelectorAll('.problems li').length > 1`},
		{name: "palette", path: "/p/sales", ready: `document.querySelector('tm-grid')?.ready`, click: "#palette", then: `document.querySelector('dialog[open]') !== null`},
	} {
		for _, theme := range []string{"light", "dark"} {
			p := s.page(page.path, 1280, 720)
			p.theme(theme)
			p.until("live", `document.querySelector('.live.on') !== null`)
			p.until(page.name, page.ready)
			if page.click != "" {
				p.click(page.click)
				p.until(page.name, page.then)
			}
			shot, err := chromedp.Run(p.ctx, chromedp.CaptureScreenshot())
			if err != nil {
				t.Fatal(err)
			}
			keep(t, filepath.Join(*pictures, page.name+"-"+theme+".png"), shot)
		}
	}
}

// keep writes a picture with at most 256 colors: of a page that is all there is to see, in a
// third of the room.
func keep(t *testing.T, path string, shot []byte) {
	t.Helper()
	from, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	size := from.Bounds()
	count := map[color.RGBA]int{}
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(from.At(x, y)).(color.RGBA) }
	for y := range size.Dy() {
		for x := range size.Dx() {
			count[at(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(a.R, b.R), cmp.Compare(a.G, b.G), cmp.Compare(a.B, b.B))
	})
	few := color.Palette{}
	for _, c := range all[:min(256, len(all))] {
		few = append(few, c)
	}
	near := map[color.RGBA]uint8{}
	for _, c := range all {
		near[c] = uint8(few.Index(c))
	}
	to := image.NewPaletted(size, few)
	for y := range size.Dy() {
		for x := range size.Dx() {
			to.SetColorIndex(x, y, near[at(x, y)])
		}
	}
	var b bytes.Buffer
	if err := (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&b, to); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}

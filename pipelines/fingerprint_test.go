package pipelines

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const fingerprinted = `
pipeline: p
schedule: "@daily"
start_date: 2024-01-01
params: {region: eu, other: x}
env: {A: a}
tasks:
  load:
    run: sh load.sh ${{ params.region }} ${{ vars.bucket }}
    inputs: [load.sh]
    needs: [extract, check]
  extract: echo ${{ ds }}
  check: [echo, "1"]
`

func prints(t *testing.T, src, script string, vars map[string]any) (pipeline, load, extract string, parts []HashedInput) {
	t.Helper()
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "load.sh"), []byte(script), 0o644); err != nil {
		t.Fatal(err)
	}
	p, problems := Parse("p.yaml", []byte(src), &Settings{Vars: vars}, os.DirFS(dir))
	if p == nil {
		t.Fatal(problems)
	}
	a, _ := p.Task("load")
	b, _ := p.Task("extract")
	return p.Fingerprint, a.Fingerprint, b.Fingerprint, a.Hashed
}

func TestFingerprintsChangeWithWhatATaskDoesAndNothingElse(t *testing.T) {
	vars := map[string]any{"bucket": "b", "unused": 1}
	p0, l0, e0, parts := prints(t, fingerprinted, "v1", vars)
	var named []string
	for _, x := range parts {
		named = append(named, x.Name)
	}
	if want := []string{"env.A", "file:load.sh", "inputs", "needs", "params.region", "run", "vars.bucket"}; !slices.Equal(named, want) {
		t.Errorf("parts %v", named)
	}
	for _, c := range []struct {
		name, old, new, script  string
		vars                    map[string]any
		pipeline, load, extract bool // which change
	}{
		{name: "nothing"},
		{name: "a comment and a description", old: "tasks:", new: "# hello\ndescription: d\nowner: me\ntags: [x]\ntasks:"},
		{name: "the order of needs", old: "[extract, check]", new: "[check, extract]"},
		{name: "a block in place of a line", old: "extract: echo ${{ ds }}", new: "extract: |\n    echo ${{ ds }}"},
		{name: "retries", old: "    needs", new: "    retries: 3\n    timeout: 1h\n    needs", pipeline: true},
		{name: "the schedule", old: "@daily", new: "@hourly", pipeline: true},
		{name: "the command", old: "sh load.sh", new: "sh load.sh -v", pipeline: true, load: true},
		{name: "the other command", old: "echo ${{ ds }}", new: "echo ${{ ts }}", pipeline: true, extract: true},
		{name: "the environment", old: "{A: a}", new: "{A: b}", pipeline: true, load: true, extract: true},
		{name: "a param in use", old: "region: eu", new: "region: us", pipeline: true, load: true},
		{name: "a param that is not", old: "other: x", new: "other: y", pipeline: true},
		{name: "an edge", old: "[extract, check]", new: "[extract]", pipeline: true, load: true},
		{name: "a rule", old: "    needs", new: "    trigger_rule: all_done\n    needs", pipeline: true, load: true},
		{name: "the zone", old: "pipeline: p", new: "pipeline: p\ntimezone: Europe/Paris", pipeline: true, load: true, extract: true},
		{name: "the script", script: "v2", pipeline: true, load: true},
		{name: "a var in use", vars: map[string]any{"bucket": "c", "unused": 1}, pipeline: true, load: true},
		{name: "a var that is not", vars: map[string]any{"bucket": "b", "unused": 2}},
	} {
		src, script, v := fingerprinted, "v1", vars
		if c.old != "" {
			src = replaceOnce(t, src, c.old, c.new)
		}
		if c.script != "" {
			script = c.script
		}
		if c.vars != nil {
			v = c.vars
		}
		p, l, e, _ := prints(t, src, script, v)
		if (p != p0) != c.pipeline || (l != l0) != c.load || (e != e0) != c.extract {
			t.Errorf("%s: pipeline %v, load %v, extract %v", c.name, p != p0, l != l0, e != e0)
		}
	}
	if len(l0) != fingerprintDigits {
		t.Errorf("fingerprint %q", l0)
	}
}

func replaceOnce(t *testing.T, s, old, new string) string {
	t.Helper()
	before, after, ok := strings.Cut(s, old)
	if !ok {
		t.Fatalf("%q is not there", old)
	}
	return before + new + after
}

// What ran is stale when a file says something else, never because tidemark was replaced:
// these are what earlier versions recorded, and nobody may change them.
func TestAProductUpgradeMakesNothingStale(t *testing.T) {
	p := mustParse(t, `
schedule: "@daily"
start_date: 2024-01-01
timezone: Europe/Amsterdam
params: {region: {type: string, default: eu}}
env: {DATA_DIR: data}
tasks:
  fetch: {run: './fetch.sh ${{ ds }} ${{ params.region }}', retries: 2}
  load: {needs: fetch, run: [python, load.py, "${{ interval.end }}"], workdir: etl, when: '${{ params.region == "eu" }}', trigger_rule: all_done}
`, nil)
	for i, want := range []string{"74ceab3ed9d986fae812cd27", "ba302240f20009809e3b3e60"} {
		if got := p.Tasks[i].Fingerprint; got != want {
			t.Errorf("%s was recorded as %s, and is %s now", p.Tasks[i].ID, want, got)
		}
	}
}

package main

import (
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// TestBrokenSettingsKeepTheLastGoodOnesWhole: a slip in one key must not change what the
// others mean to the pipelines.
func TestBrokenSettingsKeepTheLastGoodOnesWhole(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	d := newDefinitions(place{root: root, logs: filepath.Join(root, "logs")}, pipelines.NewReader(root))
	look := func() (fingerprint string, pools map[string]int, inherit []string, broken bool) {
		t.Helper()
		defs, project, err := d.read(t.Context())
		if err != nil || len(defs.Pipelines) != 1 {
			t.Fatal(err, defs.Pipelines, project.Problems)
		}
		return defs.Pipelines[0].Fingerprint, defs.Pools, defs.Workshop.Inherit, project.SettingsBroken
	}
	good := "pools: {db: 3}\ninherit_env: [PATH]\ndefaults: {retries: 4}\nvars: {a: b}\n"
	write("pipelines/p.yaml", "tasks: {a: {run: 'echo ${{ vars.a }}', pool: db}}\n")
	write("tidemark.yaml", good)
	fingerprint, pools, inherit, broken := look()
	if broken || pools["db"] != 3 {
		t.Fatal(broken, pools)
	}
	for _, bad := range []string{
		"pools: {db: many}\ninherit_env: [PATH]\ndefaults: {retries: 4}\nvars: {a: b}\n",
		"pools: {db: 5}\ndefaults: {retries: -1}\nvars: {a: c}\n", "pool: {db: 3}\n", "{", "vars: [",
	} {
		write("tidemark.yaml", bad)
		f, p, i, broken := look()
		if !broken || f != fingerprint || !reflect.DeepEqual(p, pools) || !reflect.DeepEqual(i, inherit) {
			t.Errorf("%q: broken %v, %s instead of %s, pools %v, inherit %v", bad, broken, f, fingerprint, p, i)
		}
	}
	write("tidemark.yaml", good+"env: {X: y}\n")
	if f, _, _, broken := look(); broken || f == fingerprint {
		t.Error("what is mended does not count")
	}
}

package pipelines

import (
	"os"
	"path/filepath"
	"testing"
)

func TestAReaderSeesEveryChangeAndKeepsWhatIsTheSame(t *testing.T) {
	root := t.TempDir()
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	put("pipelines/a.yaml", "tasks: {x: {run: [/bin/true]}}\n")
	put("pipelines/b.yaml", "tasks: {x: {run: [cat], inputs: [b.txt]}}\n")
	put("b.txt", "one")
	r := NewReader(root)
	load := func() (a, b *Pipeline) {
		t.Helper()
		got, err := r.Load()
		if err != nil {
			t.Fatal(err)
		}
		whole, err := Load(root)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range whole.Pipelines {
			q, ok := got.Pipeline(p.Name)
			if !ok || q.Fingerprint != p.Fingerprint || q.Tasks[0].Fingerprint != p.Tasks[0].Fingerprint {
				t.Errorf("%s differs from what a first look sees", p.Name)
			}
		}
		if len(got.Problems) != len(whole.Problems) || len(got.Broken) != len(whole.Broken) {
			t.Errorf("problems %v, a first look has %v", got.Problems, whole.Problems)
		}
		a, _ = got.Pipeline("a")
		b, _ = got.Pipeline("b")
		return a, b
	}
	a1, b1 := load()
	put("b.txt", "two") // the file of b stays the same
	a2, b2 := load()
	if a1 != a2 {
		t.Error("a was read again, and nothing of it had changed")
	}
	if b1.Tasks[0].Fingerprint == b2.Tasks[0].Fingerprint {
		t.Error("b has the fingerprint of its old input")
	}
	put("pipelines/a.yaml", "tasks: {x: {run: [/bin/false]}}\n")
	if a3, _ := load(); a3.Fingerprint == a1.Fingerprint {
		t.Error("a is as it was before its change")
	}
	put("tidemark.yaml", "defaults: {retries: 3}\n")
	if a4, _ := load(); a4.Tasks[0].Retries != 3 {
		t.Error("a does not have the new defaults")
	}
	put("pipelines/a.yaml", "tasks: [\n")
	load()
	put("pipelines/a.yaml", "tasks: {x: {run: [/bin/true]}}\n")
	if a5, _ := load(); a5 == nil {
		t.Error("a is mended and not seen")
	}
	put("tidemark.yaml", "defaults: {retries: 5}\nparallelism: many\n")
	broken, err := r.Load()
	if err != nil {
		t.Fatal(err)
	}
	if a6, ok := broken.Pipeline("a"); !ok || a6.Tasks[0].Retries != 3 || !broken.SettingsBroken {
		t.Error("a tidemark.yaml with an error changes what a means")
	}
	put("tidemark.yaml", "defaults: {retries: 5}\n")
	if a7, _ := load(); a7.Tasks[0].Retries != 5 {
		t.Error("a does not have the defaults of the mended tidemark.yaml")
	}
}

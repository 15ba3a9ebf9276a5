package pipelines

import (
	"bytes"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"gopkg.in/yaml.v3"

	"github.com/tidemark-dev/tidemark/schema"
)

// beyondSchema marks fixtures whose fault no schema can see.
const beyondSchema = "# beyond-schema"

func compileSchema(t testing.TB) *jsonschema.Schema {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Pipeline))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("pipeline.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("pipeline.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// asJSON turns YAML into what an editor checks: dates stay texts, merges are carried out.
func asJSON(t testing.TB, src []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatal(err)
	}
	d := decoder{lines: splitLines(src)}
	return jsonNumbers(d.plain(doc.Content[0]))
}

func jsonNumbers(v any) any {
	switch v := v.(type) {
	case int:
		return float64(v)
	case []any:
		for i := range v {
			v[i] = jsonNumbers(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = jsonNumbers(v[k])
		}
	}
	return v
}

func TestTheSchemaAcceptsWhatTheDecoderAccepts(t *testing.T) {
	s := compileSchema(t)
	for _, path := range fixtures(t, "ok") {
		if strings.HasPrefix(filepath.Base(path), "settings-") {
			continue
		}
		_, _, src := fixture(t, path)
		if err := s.Validate(asJSON(t, src)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTheSchemaRejectsWhatIsWrongInStructure(t *testing.T) {
	s := compileSchema(t)
	for _, path := range fixtures(t, "err") {
		_, _, src := fixture(t, path)
		if strings.HasPrefix(filepath.Base(path), "settings-") || strings.Contains(string(src), beyondSchema) {
			continue
		}
		if s.Validate(asJSON(t, src)) == nil {
			t.Errorf("%s is accepted", path)
		}
	}
}

func TestTheSchemaDescribesEveryKeyThatTheDecoderAccepts(t *testing.T) {
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema.Pipeline))
	if err != nil {
		t.Fatal(err)
	}
	root := doc.(map[string]any)
	task := root["$defs"].(map[string]any)["task"].(map[string]any)
	for where, properties := range map[string]any{"pipeline": root["properties"], "task": task["properties"]} {
		for key, p := range properties.(map[string]any) {
			p := p.(map[string]any)
			if p["description"] == nil || p["description"] == "" {
				t.Errorf("%s key %s has no description", where, key)
			}
			if !accepts(where, key) {
				t.Errorf("the decoder does not know the %s key %s", where, key)
			}
		}
	}
}

// accepts tells whether the decoder takes the key, whatever its value.
func accepts(where, key string) bool {
	src := key + ": x\ntasks: {a: echo}\n"
	if where == "task" {
		src = "tasks: {a: {" + key + ": x}}\n"
	}
	if key == "tasks" {
		src = "tasks: {a: echo}\n"
	}
	_, problems := Parse("x.yaml", []byte(src), nil, nil)
	for _, p := range problems {
		if p.Code == "unknown-key" || p.Code == "not-yet-available" {
			return false
		}
	}
	return true
}

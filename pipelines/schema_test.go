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

// compileSchema compiles one of the schemas, or a part of it.
func compileSchema(t testing.TB, at string) *jsonschema.Schema {
	t.Helper()
	c := jsonschema.NewCompiler()
	for name, text := range map[string][]byte{"pipeline.schema.json": schema.Pipeline, "project.schema.json": schema.Project} {
		doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := c.AddResource(name, doc); err != nil {
			t.Fatal(err)
		}
	}
	s, err := c.Compile(at)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// ofFixture returns the schema of a fixture.
func ofFixture(path string, pipeline, project *jsonschema.Schema) *jsonschema.Schema {
	if strings.HasPrefix(filepath.Base(path), "settings-") {
		return project
	}
	return pipeline
}

// asJSON turns YAML into what an editor checks: dates stay texts, merges are carried out.
func asJSON(t testing.TB, src []byte) any {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Content) == 0 {
		return nil
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
	pipeline, project := compileSchema(t, "pipeline.schema.json"), compileSchema(t, "project.schema.json")
	for _, path := range fixtures(t, "ok") {
		_, _, src := fixture(t, path)
		if err := ofFixture(path, pipeline, project).Validate(asJSON(t, src)); err != nil {
			t.Errorf("%s: %v", path, err)
		}
	}
}

func TestTheSchemaRejectsWhatIsWrongInStructure(t *testing.T) {
	pipeline, project := compileSchema(t, "pipeline.schema.json"), compileSchema(t, "project.schema.json")
	for _, path := range fixtures(t, "err") {
		_, _, src := fixture(t, path)
		if strings.Contains(string(src), beyondSchema) {
			continue
		}
		if ofFixture(path, pipeline, project).Validate(asJSON(t, src)) == nil {
			t.Errorf("%s is accepted", path)
		}
	}
}

// keyLists are the parts of the schemas that list the keys of a file.
var keyLists = map[string]string{
	"pipeline": "pipeline.schema.json", "task": "pipeline.schema.json#/$defs/task", "project": "project.schema.json",
}

func TestTheSchemasDescribeEveryKeyThatTheDecoderAccepts(t *testing.T) {
	for where, at := range keyLists {
		for key, p := range compileSchema(t, at).Properties {
			if p.Description == "" {
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
	if where == "project" {
		_, problems = ParseSettings(SettingsFile, []byte(key+": x\n"))
	}
	for _, p := range problems {
		if p.Code == "unknown-key" || p.Code == "not-yet-available" {
			return false
		}
	}
	return true
}

package pipelines

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"gopkg.in/yaml.v3"
)

// example is a fenced yaml block of a page, under a heading.
type example struct{ heading, src string }

var fence = regexp.MustCompile("(?ms)^(?:#+ ([^\n]*)$|```yaml\n(.*?)^```$)")

func examples(t *testing.T, page string) (list []example, headings []string) {
	t.Helper()
	text, err := os.ReadFile("../docs/" + page)
	if err != nil {
		t.Fatal(err)
	}
	heading := ""
	for _, m := range fence.FindAllStringSubmatch(string(text), -1) {
		if m[1] != "" {
			heading = m[1]
			headings = append(headings, heading)
			continue
		}
		list = append(list, example{heading, m[2]})
	}
	if len(list) == 0 {
		t.Fatalf("%s has no examples", page)
	}
	return list, headings
}

// fileName is that of an example's first line, if it is a comment with a path.
func (e example) fileName(i int) string {
	first, _, _ := strings.Cut(e.src, "\n")
	if name := strings.TrimPrefix(first, "# "); name != first && strings.HasSuffix(name, ".yaml") && !strings.Contains(name, " ") {
		return name
	}
	return fmt.Sprintf("pipelines/example_%d.yaml", i)
}

// handedOn are the results that tasks of an example write as they stand.
func handedOn(p *Pipeline) map[string]map[string]any {
	all := map[string]map[string]any{}
	for _, task := range p.Tasks {
		if m := writes.FindStringSubmatch(sourceOf(task)); m != nil && task.ForEach == nil {
			all[task.ID] = map[string]any{m[1]: m[2]}
		}
	}
	return all
}

func sourceOf(t *Task) string {
	if t.Shell == nil {
		return ""
	}
	return t.Shell.String()
}

var writes = regexp.MustCompile(`^echo '(\w+)=(.*)' >> "\$TIDEMARK_RESULTS"`)

func TestEveryExampleOfThePipelineFileLoadsWithoutAProblem(t *testing.T) {
	list, _ := examples(t, "pipeline-file.md")
	airflow, _ := examples(t, "airflow.md")
	for i, e := range append(list, airflow...) {
		files := map[string]string{
			"scripts/fetch.sh": "", "sql/a.sql": "", "stats.py": "", "load.py": "", "tidemark.yaml": "pools: {warehouse: 4}\n",
			"pipelines/other.yaml": "tasks: {a: echo}\n",
		}
		files[e.fileName(i)] = e.src
		p := mustLoad(t, project(t, files))
		if len(p.Problems) > 0 {
			t.Errorf("%s: %s: %v\n%s", e.heading, p.Problems[0].Message, said(p.Problems), e.src)
		}
		for _, x := range p.Pipelines {
			results := handedOn(x)
			for _, task := range x.Tasks {
				c := &Context{Start: newYear, End: newYear.AddDate(0, 1, 0), Location: x.Location, Results: results}
				items := []any{nil}
				if task.ForEach != nil {
					var err error
					if items, err = task.Items(c); err != nil || len(items) == 0 {
						t.Errorf("%s: %s: %v, %v", e.heading, task.ID, items, err)
					}
				}
				for _, c.Item = range items {
					if _, err := task.Command(c); err != nil {
						t.Errorf("%s: %s: %v", e.heading, task.ID, err)
					}
				}
			}
		}
	}
}

// TestEveryKeyIsDocumentedWithAnExample demands of each key that the schemas know a section
// whose heading names it, with an example in which it stands. The examples are run by
// TestEveryExampleOfThePipelineFileLoadsWithoutAProblem.
func TestEveryKeyIsDocumentedWithAnExample(t *testing.T) {
	list, _ := examples(t, "pipeline-file.md")
	shown := map[string]bool{}
	for i, e := range list {
		var doc map[string]any
		if err := yaml.Unmarshal([]byte(e.src), &doc); err != nil {
			t.Fatal(err)
		}
		where := "pipeline"
		if e.fileName(i) == SettingsFile {
			where = "project"
		}
		named := strings.FieldsFunc(e.heading, func(r rune) bool { return r == ',' || r == ' ' })
		note := func(where string, keys map[string]any) {
			for key := range keys {
				if slices.Contains(named, key) || slices.Contains(named, SettingsFile) {
					shown[where+" "+key] = true
				}
			}
		}
		note(where, doc)
		tasks, _ := doc["tasks"].(map[string]any)
		for _, task := range tasks {
			keys, _ := task.(map[string]any)
			note("task", keys)
			named = append(named, "tasks")
			note("pipeline", map[string]any{"tasks": nil})
		}
	}
	for where, at := range keyLists {
		for key := range compileSchema(t, at).Properties {
			if !shown[where+" "+key] {
				t.Errorf("no section names the %s key %s and has an example with it", where, key)
			}
		}
	}
}

func TestEveryCodeIsDocumentedWithAnExampleThatHasIt(t *testing.T) {
	list, headings := examples(t, "problems.md")
	documented := slices.DeleteFunc(slices.Clone(headings), func(h string) bool { return strings.ContainsAny(h, " P") })
	if !slices.Equal(documented, Codes) {
		t.Errorf("the page has %v\nthe code has %v", documented, Codes)
	}
	byCode := map[string]map[string]string{"unreadable": nil}
	for i, e := range list {
		if byCode[e.heading] == nil {
			byCode[e.heading] = map[string]string{"scripts/fetch.sh": ""}
		}
		byCode[e.heading][e.fileName(i)] = e.src
	}
	for _, code := range Codes {
		files, ok := byCode[code]
		if !ok {
			t.Errorf("%s has no example", code)
		}
		if files == nil {
			continue
		}
		p := mustLoad(t, project(t, files))
		has := map[string]bool{}
		for _, x := range p.Problems {
			has[x.Code] = true
		}
		if !has[code] || len(has) > 1 {
			t.Errorf("%s: the example has %v: %v", code, slices.Collect(maps.Keys(has)), p.Problems)
		}
	}
}

package pipelines

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
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

func TestEveryExampleOfThePipelineFileLoadsWithoutAProblem(t *testing.T) {
	list, _ := examples(t, "pipeline-file.md")
	for i, e := range list {
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
			for _, task := range x.Tasks {
				c := &Context{Start: newYear, End: newYear.AddDate(0, 1, 0), Location: x.Location}
				if _, err := task.Command(c); err != nil {
					t.Errorf("%s: %s: %v", e.heading, task.ID, err)
				}
			}
		}
	}
}

func TestEveryKeyIsDocumented(t *testing.T) {
	_, headings := examples(t, "pipeline-file.md")
	text := strings.Join(headings, ", ")
	for _, key := range []string{
		"pipeline", "description", "owner", "tags", "schedule", "timezone", "start_date", "end_date", "catchup", "max_active_runs",
		"params", "env", "defaults", "run", "needs", "trigger_rule", "when", "workdir", "inputs", "outputs", "retries", "retry_delay",
		"retry_backoff", "max_retry_delay", "timeout", "depends_on_past", "wait_for_downstream", "pool", "pool_slots", "priority", "weight_rule", "max_active_tasks", "run_timeout", "queue_timeout", "shell", "env_file", "secrets", "skip_exit_code", "allow_failure", "setup", "teardown",
	} {
		if !slices.Contains(strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' }), key) {
			t.Errorf("%s has no heading", key)
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

package pipelines

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"
)

// mapped parses a pipeline in which task "a" has this for_each, after task "up".
func mapped(t testing.TB, forEach, run string) *Task {
	t.Helper()
	src := "params: {l: [1, b], n: 3, text: '[true]'}\nenv: {A: x}\ntasks:\n  up: {for_each: [1, 2], run: echo}\n  one: echo\n" +
		"  a: {needs: [up, one], for_each: " + forEach + ", run: '" + run + "'}\n"
	p, problems := Parse("x.yaml", []byte(src), nil, nil)
	if p == nil {
		t.Fatalf("%s: %v", forEach, problems)
	}
	task, _ := p.Task("a")
	return task
}

func TestItemsAreTyped(t *testing.T) {
	results := map[string]map[string]any{
		"one": {"json": `[1, 2.5, "x", true, null, {"k": [7]}]`, "text": "x"},
		"up":  {"file": []any{"a", "b"}},
	}
	for forEach, want := range map[string]any{
		`[1, b, {k: v}]`:                        []any{1, "b", map[string]any{"k": "v"}},
		`[]`:                                    []any{},
		`"${{ params.l }}"`:                     []any{1, "b"},
		`"${{ params.text }}"`:                  []any{true},
		`"${{ 1..3 }}"`:                         []any{1, 2, 3},
		`"${{ [env.A, ds] }}"`:                  []any{"x", "2024-01-01"},
		`"${{ tasks.one.results.json }}"`:       []any{1, 2.5, "x", true, nil, map[string]any{"k": []any{7}}},
		`"${{ tasks.up.results.file }}"`:        []any{"a", "b"},
		`"${{ tasks.up.results.none }}"`:        []any{},
		`"${{ tasks.one.results.none ?? [] }}"`: []any{},
		`{items: [x], limit: 1}`:                []any{"x"},
	} {
		got, err := mapped(t, forEach, "echo").Items(&Context{Start: newYear, End: newYear, Location: mustZone(t), Results: results})
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %#v, %v; want %#v", forEach, got, err, want)
		}
	}
}

func TestAListThatIsNoneSaysWhatItIs(t *testing.T) {
	results := map[string]map[string]any{"one": {"text": "x", "object": `{"a": 1}`, "two": `[1] [2]`, "list": `[1, 2, 3]`}}
	for forEach, want := range map[string]string{
		`"${{ tasks.one.results.none }}"`:                       "no value",
		`"${{ tasks.one.results.text }}"`:                       `a list in JSON, but is "x"`,
		`"${{ tasks.one.results.object }}"`:                     "a list in JSON",
		`"${{ tasks.one.results.two }}"`:                        "a list in JSON",
		`{items: "${{ tasks.one.results.list }}", limit: 2}`:    "the list has 3 items, the limit is 2",
		`"${{ 1..1025 }}"`:                                      "the list has 1025 items, the limit is 1024",
		`"${{ tasks.one.results.text == \"x\" ? 1 : [true] }}"`: "must be a list, but is a whole number",
	} {
		_, err := mapped(t, forEach, "echo").Items(&Context{Results: results})
		if err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "interface {}") {
			t.Errorf("%s: %v; want %q", forEach, err, want)
		}
	}
}

func TestAnItemIsAnExpressionsToUse(t *testing.T) {
	for _, c := range []struct {
		forEach, run string
		item         any
		want         string
	}{
		{`[x, y]`, "${{ item }}-${{ task.map_index }}", "x", "x-1"},
		{`[1, 2]`, "${{ item * 2 }}", 2, "4"},
		{`[{k: v, n: [1]}, {k: w, n: [2]}]`, "${{ upper(item.k) }} ${{ item.n[0] + 1 }} ${{ item }}", map[string]any{"k": "v", "n": []any{1}}, `V 2 {"k":"v","n":[1]}`},
		{`"${{ tasks.one.results.x }}"`, "${{ item.k }}", map[string]any{"k": 1.5}, "1.5"},
		{`[x, 2]`, `${{ item == "x" ? 1 : item + 1 }}`, 2, "3"},
	} {
		command, err := mapped(t, c.forEach, c.run).Command(&Context{Item: c.item, Task: TaskContext{MapIndex: 1}})
		if err != nil || command.Argv[2] != c.want {
			t.Errorf("%s, %s: %v, %v; want %q", c.forEach, c.run, command.Argv, err, c.want)
		}
	}
}

func TestAnItemIsAVariableToo(t *testing.T) {
	for _, c := range []struct {
		item any
		want string
	}{{"a b", "a b"}, {1, "1"}, {2.5, "2.5"}, {true, "true"}, {nil, ""}, {[]any{1, "x"}, `[1,"x"]`}, {map[string]any{"k": "v"}, `{"k":"v"}`}} {
		if got, err := ItemText(c.item); err != nil || got != c.want {
			t.Errorf("%v: %q, %v; want %q", c.item, got, err, c.want)
		}
	}
	for _, item := range []any{strings.Repeat("x", maxItemBytes+1), "a\x00b"} {
		if _, err := ItemText(item); err == nil {
			t.Errorf("an item of %d bytes is taken", len(item.(string)))
		}
	}
}

func TestTheListIsPartOfTheFingerprintAndItsLimitIsNot(t *testing.T) {
	print := func(forEach string) string { return mapped(t, forEach, "echo").Fingerprint }
	one := print("[1, 2]")
	if print("[1, 3]") == one || print(`"${{ [1, 2] }}"`) == one {
		t.Error("another list has the same fingerprint")
	}
	if print("{items: [1, 2], limit: 9}") != one {
		t.Error("the limit is part of the fingerprint")
	}
	byParam := func(list string) string {
		p, problems := Parse("x.yaml", fmt.Appendf(nil, "params: {l: %s}\ntasks: {a: {for_each: '${{ params.l }}', run: echo}}\n", list), nil, nil)
		if p == nil {
			t.Fatal(problems)
		}
		return p.Tasks[0].Fingerprint
	}
	if byParam("[1]") == byParam("[2]") {
		t.Error("a param that makes another list is not part of the fingerprint")
	}
}

func mustZone(t testing.TB) *time.Location {
	t.Helper()
	loc, err := time.LoadLocation("Europe/Amsterdam")
	if err != nil {
		t.Fatal(err)
	}
	return loc
}

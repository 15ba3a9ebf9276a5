package pipelines

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/types"
	"gopkg.in/yaml.v3"
)

// Limits of for_each.
const (
	DefaultMaxItems = 1024   // as Airflow's max_map_length
	maxItems        = 10_000 // one instance each, all looked at in every turn
	maxItemBytes    = 64 << 10
)

// ForEach is the list that a task expands over: one instance an item.
type ForEach struct {
	Limit int // more items than that fail the task before any of them starts

	literal []any // when list is nil
	list    *Expr
	env     []EnvVar // of the project and the pipeline: what list may read
	source  string   // for fingerprints
}

// Known says whether the list is the same whatever other tasks hand on.
func (f *ForEach) Known() bool { return f.list == nil || len(f.list.tasks) == 0 }

// Items evaluates the list of a task. An error is the author's, or that of the task that
// made the list: no value, no list, too many items.
func (t *Task) Items(c *Context) ([]any, error) {
	f := t.ForEach
	items := f.literal
	if f.list != nil {
		in, _, err := (&Task{Env: f.env, location: t.location}).environment(c)
		if err != nil {
			return nil, err
		}
		value, err := f.list.eval(in)
		if err != nil {
			return nil, err
		}
		if items, err = listOf(value); err != nil {
			return nil, fmt.Errorf("${{ %s }}: %w", f.list.source, err)
		}
	}
	if len(items) > f.Limit {
		return nil, fmt.Errorf("the list has %d items, the limit is %d", len(items), f.Limit)
	}
	return items, nil
}

// limit is that of for_each; 0 where there is none.
func (t *Task) limit() int {
	if t.ForEach == nil {
		return 0
	}
	return t.ForEach.Limit
}

// listOf turns a value into items: a list, or a text that is a list in JSON.
func listOf(value any) ([]any, error) {
	switch v := value.(type) {
	case nil:
		return nil, errNoValue
	case []any:
		return v, nil
	case string:
		return jsonList(v)
	}
	if v := reflect.ValueOf(value); v.Kind() == reflect.Slice {
		items := make([]any, v.Len())
		for i := range items {
			items[i] = v.Index(i).Interface()
		}
		return items, nil
	}
	return nil, fmt.Errorf("it must be a list, but is %s", kindOf(value))
}

func jsonList(text string) ([]any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var value any
	if err := d.Decode(&value); err != nil || d.More() {
		return nil, fmt.Errorf("it must be a list in JSON, but is %q", short(text))
	}
	items, ok := value.([]any)
	if !ok {
		return nil, fmt.Errorf("it must be a list in JSON, but is %q", short(text))
	}
	for i := range items {
		items[i] = jsonNumber(items[i])
	}
	return items, nil
}

// jsonNumber gives numbers their type, as the file's own have it: whole ones are integers.
func jsonNumber(value any) any {
	switch v := value.(type) {
	case json.Number:
		if i, err := v.Int64(); err == nil {
			return int(i)
		}
		f, _ := v.Float64()
		return f
	case []any:
		for i := range v {
			v[i] = jsonNumber(v[i])
		}
	case map[string]any:
		for k := range v {
			v[k] = jsonNumber(v[k])
		}
	}
	return value
}

// ItemText writes an item into a variable of the environment: a text as it is, everything
// else as expressions write it, lists and objects in JSON. Nothing is the empty text.
func ItemText(item any) (string, error) {
	if item == nil {
		return "", nil
	}
	text, err := textOf(item)
	switch {
	case err != nil:
		return "", fmt.Errorf("item: %w", err)
	case len(text) > maxItemBytes:
		return "", fmt.Errorf("item: it has %d bytes, more than %d; hand over the name of a file", len(text), maxItemBytes)
	case strings.IndexByte(text, 0) >= 0:
		return "", errors.New("item: it contains the character NUL")
	}
	return text, nil
}

// forEach reads for_each: a list, an expression, or a mapping of items and limit. It says
// which type the items have.
func (d *decoder) forEach(n *yaml.Node, env []EnvVar) (*ForEach, types.Type) {
	f := &ForEach{Limit: DefaultMaxItems, env: env}
	list := n
	if n.Kind == yaml.MappingNode {
		list = nil
		has := d.object(n, "for_each", nil, []field{
			{"items", keep(&list)},
			{"limit", func(_, v *yaml.Node) { f.Limit = d.integer(v, "limit", 1, maxItems) }},
		})
		if has["items"] == nil {
			d.fail(n, "missing-key", "add items:, a list or an expression", "for_each needs items")
			return f, types.Any
		}
	}
	if list.Kind == yaml.SequenceNode {
		return f, d.literalItems(f, list)
	}
	d.listExpression(f, list)
	return f, types.Any
}

const forEachHelp = "write for_each: [a, b], or for_each: ${{ params.list }}"

func (d *decoder) literalItems(f *ForEach, n *yaml.Node) types.Type {
	if len(n.Content) > f.Limit {
		d.fail(n, "too-large", "raise it with for_each: {items: …, limit: N}, at most 10000", "for_each has %d items, the limit is %d", len(n.Content), f.Limit)
	}
	d.noTemplates(n)
	f.literal, _ = d.plain(n).([]any)
	if f.literal == nil {
		f.literal = []any{}
	}
	f.source = jsonText(f.literal)
	return itemType(f.literal)
}

// noTemplates refuses expressions within a list: they would be texts.
func (d *decoder) noTemplates(n *yaml.Node) {
	n = resolve(n)
	if n.Kind == yaml.ScalarNode && strings.Contains(n.Value, opening) {
		d.fail(n, "bad-expression", `write the whole list as one, as in for_each: ${{ [ds, "x"] }}`, "an item of a list cannot have expressions")
	}
	for _, c := range n.Content {
		d.noTemplates(c)
	}
}

func (d *decoder) listExpression(f *ForEach, n *yaml.Node) {
	if n.Kind != yaml.ScalarNode || isNull(n) || !strings.Contains(n.Value, opening) {
		d.fail(n, "wrong-type", forEachHelp, "for_each must be a list or an expression, but is %s", kindPhrase(n))
		return
	}
	trimmed := strings.TrimSpace(n.Value)
	parts, _, closed := splitTemplate(trimmed)
	if !closed || len(parts) != 1 || parts[0].expr == nil {
		d.fail(n, "bad-expression", forEachHelp, "for_each must be one expression in ${{ }}")
		return
	}
	parts[0].offset += strings.Index(n.Value, trimmed)
	f.list = d.expression(n, n.Value, parts[0], false)
	f.source = opening + parts[0].expr.source + closing
	if f.list == nil {
		return
	}
	if t := f.list.result(); !canList(t) {
		d.fail(n, "bad-expression", forEachHelp, "for_each must be a list, but %s is %s", f.list.source, typeWord(t))
	}
}

// result is the type of an expression as far as it is known before it runs; nil: not at all.
func (e *Expr) result() reflect.Type {
	if e.run == nil {
		return e.scope.typeOf(e.root, e.member).Nature().Type
	}
	return e.run.Node().Type()
}

// canList tells whether a value of the type may be a list: a text may be one in JSON.
func canList(t reflect.Type) bool {
	if t == nil {
		return true
	}
	switch t.Kind() {
	case reflect.Slice, reflect.Array, reflect.String, reflect.Interface:
		return true
	}
	return false
}

// itemType is the common type of items: any where they differ.
func itemType(items []any) types.Type {
	if len(items) == 0 {
		return types.Any
	}
	common := typeOfItem(items[0])
	for _, item := range items[1:] {
		common = commonType(common, typeOfItem(item))
	}
	return common
}

// commonType is that of objects if they have the same fields.
func commonType(a, b types.Type) types.Type {
	x, isMap := a.(types.Map)
	y, areMaps := b.(types.Map)
	if !isMap || !areMaps {
		if a == types.Any || b == types.Any || isMap || areMaps || !a.Equal(b) {
			return types.Any
		}
		return a
	}
	both := types.Map{}
	for name := range x {
		if y[name] == nil || len(x) != len(y) {
			return types.Any
		}
		both[name] = commonType(x[name], y[name])
	}
	return both
}

func typeOfItem(item any) types.Type {
	switch v := item.(type) {
	case string:
		return types.String
	case int:
		return types.Int
	case float64:
		return types.Float64
	case bool:
		return types.Bool
	case map[string]any:
		fields := types.Map{}
		for name, value := range v {
			fields[name] = typeOfItem(value)
		}
		return fields
	}
	return types.Any
}

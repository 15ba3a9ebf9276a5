package pipelines

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/expr-lang/expr/types"
)

// scope is what the expressions of one pipeline may name, with the values that it declares itself.
type scope struct {
	params   []Param
	vars     map[string]any
	location *time.Location
	env      []string        // the variables declared so far
	tasks    []string        // the pipeline's tasks; nil where no task's own key is read
	mapped   map[string]bool // those that expand over a list
	item     types.Type      // of for_each; nil where there is none
	compiler *compiler
}

// The names that exist everywhere, with the types that the checker sees.
var (
	anInstant = types.TypeOf(time.Time{})
	builtins  = types.Map{
		"interval":     types.Map{"start": anInstant, "end": anInstant},
		"logical_date": anInstant,
		"ds":           types.String,
		"ds_nodash":    types.String,
		"ts":           types.String,
		"ts_nodash":    types.String,
		"run":          types.Map{"id": types.Int, "kind": types.String},
		"task":         types.Map{"id": types.String, "try": types.Int, "map_index": types.Int},
		"prev_success": types.Map{"start": types.Any, "end": types.Any}, // nil: none
	}
	scalarTypes = map[string]types.Type{
		"string": types.String, "integer": types.Int, "number": types.Float64, "boolean": types.Bool,
		"date": anInstant, "list": types.TypeOf([]any{}), "object": types.TypeOf(map[string]any{}),
	}
)

// rootNames are the first words of every name.
var rootNames = slices.Sorted(maps.Keys(rootSet()))

func rootSet() map[string]bool {
	set := map[string]bool{"params": true, "env": true, "vars": true, "tasks": true, "item": true}
	for name := range builtins {
		set[name] = true
	}
	return set
}

// members returns the names under a root, and whether it has any.
func (s *scope) members(root string) ([]string, bool) {
	switch root {
	case "params":
		var names []string
		for _, p := range s.params {
			names = append(names, p.Name)
		}
		return names, true
	case "env":
		return s.env, true
	case "vars":
		return slices.Sorted(maps.Keys(s.vars)), true
	}
	if m, ok := s.item.(types.Map); ok && root == "item" {
		return slices.Sorted(maps.Keys(m)), true
	}
	if m, ok := builtins[root].(types.Map); ok {
		return slices.Sorted(maps.Keys(m)), true
	}
	return nil, false
}

// types returns the checker's view of the scope. A variable of the environment is a string, declared or not: which
// are declared is checked by name, where the message can say more.
func (s *scope) types() types.Map {
	all := maps.Clone(builtins)
	params := types.Map{}
	for _, p := range s.params {
		params[p.Name] = scalarTypes[p.Type]
	}
	all["params"] = params
	all["env"] = types.TypeOf(map[string]string{})
	all["tasks"] = types.TypeOf(map[string]taskValue{})
	vars := types.Map{}
	for name, value := range s.vars {
		vars[name] = types.Any
		if value != nil {
			vars[name] = types.TypeOf(value)
		}
	}
	all["vars"] = vars
	if s.item != nil {
		all["item"] = s.item
	}
	return all
}

// signature is equal for scopes in which an expression compiles to the same program.
func (s *scope) signature() string {
	var b strings.Builder
	for _, p := range s.params {
		b.WriteString(p.Name + ":" + p.Type + ";")
	}
	if s.item != nil {
		b.WriteString("item:" + typeText(s.item))
	}
	return b.String()
}

// typeText is equal for equal types.
func typeText(t types.Type) string {
	m, ok := t.(types.Map)
	if !ok {
		return t.String()
	}
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(m)) {
		b.WriteString(strconv.Quote(name) + ":" + typeText(m[name]) + ",")
	}
	return "{" + b.String() + "}"
}

// param returns the declared parameter of this name, or nil.
func (s *scope) param(name string) *Param {
	for i := range s.params {
		if s.params[i].Name == name {
			return &s.params[i]
		}
	}
	return nil
}

// typeOf returns the type of a plain name such as ds or params.region.
func (s *scope) typeOf(root, member string) types.Type {
	t := s.types()[root]
	if m, ok := t.(types.Map); ok && member != "" {
		return m[member]
	}
	if root == "env" && member != "" {
		return types.String
	}
	return t
}

package pipelines

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// found is what an expression names, collected in one walk over its tree.
type found struct {
	idents  []*ast.IdentifierNode
	members map[*ast.IdentifierNode]*ast.MemberNode
	calls   []*ast.CallNode
	lets    map[string]bool // refused, but no unknown names either
	errs    []*exprError

	tasks []reference              // the tasks whose results are read
	links map[*ast.MemberNode]link // names below tasks
	whole int                      // those that lead to a value
}

// Visit implements ast.Visitor; children come before their parents.
func (f *found) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		f.idents = append(f.idents, n)
	case *ast.MemberNode:
		f.member(n)
	case *ast.CallNode:
		f.calls = append(f.calls, n)
	case *ast.VariableDeclaratorNode:
		if f.lets == nil {
			f.lets = map[string]bool{}
		}
		f.lets[n.Name] = true
		f.refuse(n, "let is not available in an expression", "repeat the value, or move the work into a script")
	}
}

func (f *found) member(n *ast.MemberNode) {
	property, ok := n.Property.(*ast.StringNode)
	if !ok {
		return
	}
	if property.Value == "Local" {
		f.refuse(property, "Local() is not available: it depends on the machine", `use in_timezone(t, "Europe/Berlin")`)
	}
	f.chain(n, property.Value)
	if id, ok := n.Node.(*ast.IdentifierNode); ok {
		if f.members == nil {
			f.members = map[*ast.IdentifierNode]*ast.MemberNode{}
		}
		f.members[id] = n
	}
}

func (f *found) refuse(n ast.Node, message, help string) {
	at := n.Location()
	f.errs = append(f.errs, &exprError{code: "bad-expression", message: message, help: help, from: at.From, to: at.To})
}

// check returns every name that does not exist in the scope, and every constant argument that cannot work.
func (f *found) check(s *scope) []*exprError {
	errs := slices.Clone(f.errs)
	functions := map[ast.Node]bool{}
	for _, call := range f.calls {
		functions[call.Callee] = true
		if id, ok := call.Callee.(*ast.IdentifierNode); ok {
			if err := checkCall(id, call); err != nil {
				errs = append(errs, err)
			}
		}
	}
	for _, id := range f.idents {
		if functions[id] || f.lets[id.Value] {
			continue
		}
		name, member, at := id.Value, "", id.Location().To
		if m := f.members[id]; m != nil && rootSetNames[name] {
			member, at = m.Property.(*ast.StringNode).Value, m.Property.Location().From
		}
		if err := s.checkName(name, member, id.Location().From, at); err != nil {
			errs = append(errs, err)
		}
	}
	return append(errs, f.checkTasks(s)...)
}

// laterNames are decided but not yet built, as the keys in keys.go.
var laterNames = map[string]bool{"secrets": true}

// checkName demands that root, or root.member, exists; from and at are the places of the two.
func (s *scope) checkName(root, member string, from, at int) *exprError {
	if laterNames[root] {
		return &exprError{
			code: "not-yet-available", from: from, to: from + len([]rune(root)),
			message: fmt.Sprintf("%q in an expression is planned, but not yet available", root),
			help:    "let tasks hand values on in files for now",
		}
	}
	if !rootSetNames[root] {
		return &exprError{
			code: "unknown-variable", from: from, to: from + len([]rune(root)),
			message: fmt.Sprintf("%q does not exist in an expression", root),
			help:    s.rootHelp(root),
		}
	}
	if root == "item" && s.item == nil {
		return &exprError{
			code: "unknown-variable", from: from, to: from + len("item"),
			message: "item exists only in a task with for_each",
			help:    "add for_each: with a list to the task",
		}
	}
	names, grouped := s.members(root)
	if member == "" || !grouped || slices.Contains(names, member) {
		return nil
	}
	e := &exprError{
		code: "unknown-variable", from: at, to: at + len([]rune(member)),
		message: fmt.Sprintf("%q does not exist in %s", member, root),
		help:    didYouMean(member, names),
	}
	if e.help == "" || len(names) == 0 {
		e.help = declareHelp[root]
	}
	return e
}

var declareHelp = map[string]string{
	"params": "declare it under `params:`",
	"env":    "declare it under `env:`, before it is used; for a variable of the shell write $NAME",
	"vars":   "declare it under `vars:` in tidemark.yaml",
}

// airflowNames are what people from Airflow write first.
var airflowNames = map[string]string{
	"data_interval_start": "interval.start", "data_interval_end": "interval.end", "execution_date": "logical_date",
	"next_ds": "date_format(interval.end, \"%Y-%m-%d\")", "prev_ds": "date_add(ds, \"-1d\")",
	"yesterday_ds": "date_add(ds, \"-1d\")", "tomorrow_ds": "date_add(ds, \"1d\")",
	"run_id": "run.id", "task_id": "task.id", "try_number": "task.try", "map_index": "task.map_index", "var": "vars", "macros": "date_add and date_format",
	"data_interval": "interval", "prev_data_interval_start_success": "prev_success.start",
	"prev_data_interval_end_success": "prev_success.end",
}

// rootHelp looks among the roots, then for a member of that name anywhere: params.region for region.
func (s *scope) rootHelp(name string) string {
	if ours, ok := airflowNames[name]; ok {
		return "write " + ours
	}
	for _, root := range []string{"params", "env", "vars"} {
		if names, _ := s.members(root); slices.Contains(names, name) {
			return fmt.Sprintf("did you mean \"%s.%s\"?", root, name)
		}
	}
	known := rootNames
	if s.item == nil {
		known = slices.DeleteFunc(slices.Clone(rootNames), func(root string) bool { return root == "item" })
	}
	if help := didYouMean(name, known); help != "" && !strings.HasPrefix(help, "known") {
		return help
	}
	return "known here: " + strings.Join(known, ", ")
}

// roots returns the first words of the names that are read.
func (f *found) roots() []string {
	set := map[string]bool{}
	for _, id := range f.idents {
		if rootSetNames[id.Value] {
			set[id.Value] = true
		}
	}
	return slices.Sorted(maps.Keys(set))
}

// names returns what is read, as root or root.member.
func (f *found) names() []string {
	set := map[string]bool{}
	for _, id := range f.idents {
		name := id.Value
		if !rootSetNames[name] {
			continue
		}
		if m := f.members[id]; m != nil {
			name += "." + m.Property.(*ast.StringNode).Value
		}
		set[name] = true
	}
	return slices.Sorted(maps.Keys(set))
}

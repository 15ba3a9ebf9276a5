package pipelines

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// tasks is a root of expressions like the others, but with a depth of its own:
// tasks.ID.results.KEY. Which tasks exist is known before the first expression is read;
// which of them are upstream is known after the last one, and checked then.

// taskValue is what an expression sees of an upstream task. Every value is a text, and of a
// task with for_each the list of what its instances wrote, by map index. A key that the task
// did not write has no value; the list of one that no instance wrote is empty.
type taskValue struct {
	Results map[string]any `expr:"results"`
}

// reference is a task that an expression names.
type reference struct {
	task     string
	key      string // of the result; "" where it is not a plain name
	from, to int    // its place in the expression, in characters
}

// link is how far below tasks a name has come: 1 a task, 2 its results.
type link struct{ depth, task int }

// chain follows one more step of a name below tasks. Children come before their parents.
func (f *found) chain(n *ast.MemberNode, word string) {
	if f.links == nil {
		f.links = map[*ast.MemberNode]link{}
	}
	if id, ok := n.Node.(*ast.IdentifierNode); ok && id.Value == "tasks" {
		at := n.Property.Location()
		f.links[n] = link{1, len(f.tasks)}
		f.tasks = append(f.tasks, reference{task: word, from: at.From, to: max(at.To, at.From+len([]rune(word)))})
		return
	}
	switch l := f.links[memberOf(n.Node)]; {
	case l.depth == 1 && word == "results":
		f.links[n] = link{2, l.task}
	case l.depth == 2:
		f.whole++
		f.tasks[l.task].key = word
	}
}

// memberOf is the member that a node is, behind the mark of an optional chain.
func memberOf(n ast.Node) *ast.MemberNode {
	if c, ok := n.(*ast.ChainNode); ok {
		n = c.Node
	}
	m, _ := n.(*ast.MemberNode)
	return m
}

// checkTasks demands that each name below tasks is whole and of a task that exists.
func (f *found) checkTasks(s *scope) (errs []*exprError) {
	named := 0
	for _, id := range f.idents {
		if id.Value != "tasks" {
			continue
		}
		named++
		if named > f.whole || s.tasks == nil {
			at := id.Location()
			errs = append(errs, &exprError{code: "bad-expression", from: at.From, to: at.From + len("tasks"),
				message: "a result is named tasks.ID.results.KEY", help: "write one such as tasks.extract.results.rows, in a key of a task"})
		}
	}
	for _, r := range f.tasks {
		if s.tasks != nil && !slices.Contains(s.tasks, r.task) {
			errs = append(errs, &exprError{code: "unknown-variable", from: r.from, to: r.to,
				message: fmt.Sprintf("task %q does not exist", short(r.task)), help: didYouMean(r.task, s.tasks)})
		}
	}
	return errs
}

// use is a reference with the task whose expression it stands in, and its place in the file.
type use struct {
	by string
	reference
	at span
}

// checkUses demands that expressions read results only of tasks that have ended by then.
func (d *decoder) checkUses(p *Pipeline) {
	for _, u := range d.uses {
		by, of := p.Index(u.by), p.Index(u.task)
		if by < 0 || of < 0 || slices.Contains(p.Closure(by, true), of) {
			continue
		}
		d.report(Error, u.at, "unknown-variable", fmt.Sprintf("task %q is not upstream of task %q: it has no results yet", u.task, u.by),
			fmt.Sprintf("add it to the needs of %q", u.by))
	}
}

// LooksBack tells whether an expression of the pipeline reads the interval of an earlier run: prev_success.
func (p *Pipeline) LooksBack() bool { return p.looksBack }

func (p *Pipeline) readsPrevSuccess() bool {
	return slices.ContainsFunc(p.Tasks, func(t *Task) bool {
		return slices.ContainsFunc(t.references(), func(name string) bool { return strings.HasPrefix(name, "prev_success") })
	})
}

// UsesResults tells whether an expression of the pipeline reads the results of a task.
func (p *Pipeline) UsesResults() bool {
	return slices.ContainsFunc(p.Tasks, func(t *Task) bool {
		return slices.ContainsFunc(t.references(), func(name string) bool { return len(name) > 6 && name[:6] == "tasks." })
	})
}

// taskValues are the results of the tasks that an expression names.
func (s *scope) taskValues(c *Context, named []reference) map[string]taskValue {
	all := make(map[string]taskValue, len(named))
	for _, r := range named {
		v, ok := all[r.task]
		if !ok {
			v.Results = maps.Clone(c.Results[r.task])
		}
		if v.Results == nil {
			v.Results = map[string]any{}
		}
		if s.mapped[r.task] && v.Results[r.key] == nil {
			v.Results[r.key] = []any{}
		}
		all[r.task] = v
	}
	return all
}

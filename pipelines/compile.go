package pipelines

import (
	"errors"
	"fmt"
	"regexp"
	"strings"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/types"
	"github.com/expr-lang/expr/vm"
)

// compiler remembers programs, because many pipelines of a project say the same things.
type compiler struct {
	programs map[string]*compiled
	configs  map[string][]expr.Option
}

type compiled struct {
	program *vm.Program
	found   *found
	err     error
}

func newCompiler() *compiler {
	return &compiler{programs: map[string]*compiled{}, configs: map[string][]expr.Option{}}
}

// exprError is one thing wrong with an expression, at a place inside it in characters.
type exprError struct {
	code, message, help string
	from, to            int
}

func (e *exprError) Error() string { return e.message }

var plainName = regexp.MustCompile(`^([a-z_]+)(?:\.([A-Za-z_][A-Za-z0-9_]*))?$`)

// compile checks an expression against the scope and makes it ready to run. condition demands true or false.
func (s *scope) compile(source string, condition bool) (*Expr, []*exprError) {
	e := &Expr{source: source, scope: s}
	switch {
	case source == "":
		return nil, []*exprError{{code: "bad-expression", message: "an expression must not be empty", help: "write ${{ ds }}, or $${{ for the characters themselves"}}
	case len(source) > maxExprBytes:
		return nil, []*exprError{{code: "too-large", message: fmt.Sprintf("an expression may have %d bytes, this one has %d", maxExprBytes, len(source)), help: "move the work into a script"}}
	}
	if m := plainName.FindStringSubmatch(source); m != nil && rootSetNames[m[1]] && m[1] != "tasks" && m[1] != "item" {
		e.root, e.member = m[1], m[2]
		if err := s.checkName(e.root, e.member, 0, len(m[1])+1); err != nil {
			return nil, []*exprError{err}
		}
		e.names = []string{source}
		return e, s.checkCondition(e, condition)
	}
	return s.compileProgram(e, condition)
}

var rootSetNames = rootSet()

// checkCondition demands that a plain name is true or false.
func (s *scope) checkCondition(e *Expr, condition bool) []*exprError {
	if !condition {
		return nil
	}
	t := s.typeOf(e.root, e.member)
	if t.Equal(types.Bool) || t == types.Any {
		return nil
	}
	return []*exprError{{
		code: "bad-expression", from: 0, to: len(e.source),
		message: fmt.Sprintf("a condition must be true or false, but %s is %s", e.source, typeName(t)),
		help:    "compare it with something, as in ${{ " + e.source + ` == "x" }}`,
	}}
}

func typeName(t types.Type) string {
	if m, ok := t.(types.Map); ok {
		return fmt.Sprintf("a group of %d names", len(m))
	}
	return "a " + strings.TrimPrefix(t.String(), "*")
}

func (s *scope) compileProgram(e *Expr, condition bool) (*Expr, []*exprError) {
	key := fmt.Sprint(s.signature(), "\x00", condition, "\x00", e.source)
	c, ok := s.compiler.programs[key]
	if !ok {
		c = s.build(e.source, condition)
		s.compiler.programs[key] = c
	}
	if c.found == nil {
		return nil, []*exprError{syntaxError(c.err, e.source)}
	}
	if errs := c.found.check(s); len(errs) > 0 {
		return nil, errs
	}
	if c.err != nil {
		return nil, []*exprError{syntaxError(c.err, e.source)}
	}
	e.run, e.roots, e.names, e.tasks = c.program, c.found.roots(), c.found.names(), c.found.tasks
	return e, nil
}

// build parses for the names, then compiles for the types. No panic of the library escapes.
func (s *scope) build(source string, condition bool) (c *compiled) {
	c = &compiled{}
	defer func() {
		if r := recover(); r != nil {
			c.err = fmt.Errorf("%v", r)
		}
	}()
	options := s.options()
	config := conf.CreateNew()
	for _, option := range options {
		option(config)
	}
	for name := range config.Disabled {
		delete(config.Builtins, name)
	}
	tree, err := parser.ParseWithConfig(source, config)
	if err != nil {
		c.err = err
		return c
	}
	c.found = &found{}
	ast.Walk(&tree.Node, c.found)
	if condition {
		options = append(options[:len(options):len(options)], expr.AsBool())
	}
	c.program, c.err = expr.Compile(source, options...)
	return c
}

func (s *scope) options() []expr.Option {
	key := s.signature()
	if options, ok := s.compiler.configs[key]; ok {
		return options
	}
	options := append([]expr.Option{
		expr.Env(s.types()),
		expr.MaxNodes(maxExprNodes),
		expr.Optimize(false), // it would unroll ranges out of the memory budget's sight
	}, functionOptions...)
	s.compiler.configs[key] = options
	return options
}

func syntaxError(err error, source string) *exprError {
	out := &exprError{code: "bad-expression", message: "bad expression: " + exprMessage(err), to: len([]rune(source))}
	if at, ok := errors.AsType[*file.Error](err); ok {
		out.from = min(at.From, out.to)
		if at.To > at.From {
			out.to = min(at.To, out.to)
		}
	}
	return out
}

package pipelines

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"time"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/vm"
)

// Limits of an expression. They keep a slip, or a file from a stranger, from stalling the loop: what is longer
// belongs into a script.
const (
	maxExprBytes = 4096
	maxExprNodes = 500
	exprMemory   = 100_000 // values that one evaluation may make
)

// Expr is a compiled expression. It reads the Context and nothing else: no clock, no chance, no host.
type Expr struct {
	source string
	scope  *scope
	root   string // a plain name, such as ds or params.region: looked up, not run
	member string
	truth  *bool       // a literal true or false in place of an expression
	run    *vm.Program // everything else
	roots  []string    // the roots that the program reads
	names  []string    // what it reads, as root or root.member; for fingerprints
	tasks  []reference // whose results it reads
}

// String returns the expression as written, without ${{ }}.
func (e *Expr) String() string { return e.source }

// Bool evaluates a condition. It fails when the result is neither true nor false.
func (e *Expr) Bool(c *Context) (bool, error) {
	value, err := e.eval(c)
	if err != nil {
		return false, err
	}
	truth, ok := value.(bool)
	if !ok {
		return false, fmt.Errorf("${{ %s }} must be true or false, but is %s", e.source, kindOf(value))
	}
	return truth, nil
}

func (e *Expr) eval(c *Context) (value any, err error) {
	switch {
	case e.truth != nil:
		return *e.truth, nil
	case e.run == nil:
		return e.scope.lookup(c, e.root, e.member), nil
	}
	defer func() {
		if r := recover(); r != nil {
			value, err = nil, fmt.Errorf("${{ %s }}: %v", e.source, r)
		}
	}()
	machine := vm.VM{MemoryBudget: exprMemory}
	value, err = machine.Run(e.run, e.scope.values(c, e.roots, e.tasks))
	if err != nil {
		return nil, fmt.Errorf("${{ %s }}: %s", e.source, exprMessage(err))
	}
	return value, nil
}

// exprMessage is the library's message without its own excerpt, which ours replaces.
func exprMessage(err error) string {
	if at, ok := errors.AsType[*file.Error](err); ok {
		return strings.Replace(at.Message, "unexpected token EOF", "it ends too early", 1)
	}
	return err.Error()
}

func kindOf(value any) string {
	if value == nil {
		return "nothing"
	}
	return typeWord(reflect.TypeOf(value))
}

// typeWord names a type for people.
func typeWord(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Bool:
		return "true or false"
	case reflect.Int, reflect.Int64:
		if t == reflect.TypeFor[time.Duration]() {
			return "a duration"
		}
		return "a whole number"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "a string"
	case reflect.Slice, reflect.Array:
		return "a list"
	case reflect.Map:
		return "a mapping"
	}
	return "a time"
}
